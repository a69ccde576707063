"""A relay's side of a shared queue: `MailQueue` and `PasswordBook` over S3 and SQS.

Calls are made by threads; what is known of the answers (`View`) changes on the loop only.
What is known may be old: whoever writes over it is told by S3, and reads again.
"""

import asyncio
import contextlib
import logging
import secrets

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from sendas.aws.refusals import AwsFailure
from sendas.aws.shared_queue import Reminder, Shared
from sendas.errors import CouldNotLook
from sendas.journal.task import State
from sendas.relay.decide.passwords import Password
from sendas.relay.decide.queued import Item
from sendas.relay.mail_queue import Counts, NewMail, NotWritten
from sendas.relay.shared.admin import RETRY
from sendas.relay.shared.password_book import Passwords
from sendas.relay.shared.presence import Presence
from sendas.relay.shared.record import (
    Record,
    begun_by,
    reopened,
    settled,
    without_notices,
)
from sendas.relay.shared.store import CONTENT, MAIL, Kept, Store, not_read
from sendas.relay.shared.view import View
from sendas.ses.hold import Hold


log = logging.getLogger(__name__)

T = TypeVar("T")

_THREADS = 32
_SLOTS = 4096
"""An id is microseconds since 1970 and one of so many slots, which relays draw by lot."""
_LOADED_AT_ONCE, _LOADED_IN_A_LOOK = 200, 1000
_BATCHES = 20
"""Of reminders, ten in each, that one look takes at most."""


@dataclass(frozen=True, slots=True)
class Times:
    """How often what is asked, in seconds; each costs (docs/relay.md)."""

    look: float = 5.0
    """For reminders, and whether the owner asked for a retry."""
    beat: float = 60.0
    silent: float = 300.0
    """A relay that gives no sign for so long is gone: what it had begun is anybody's."""
    remind: int = 120
    """After which a mail that was taken is looked at by another relay, too."""
    again: int = 300
    """How often a mail that waits is looked at by another relay, at least."""


class SharedQueue:
    """One for a relay, made on its loop."""

    def __init__(self, place: Shared, times: Times | None = None) -> None:
        self._place, self._times = place, times or Times()
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="relay-queue")
        self._store, self._book = Store(place), Passwords(place)
        self._presence = Presence(place, self._times.silent)
        self._view = View()
        self._unread: deque[int] = deque()
        """Mails that were listed, and not looked at yet."""
        self._owing: set[int] = set()
        """Mails whose notices are decided, and not queued."""
        self._background: set[asyncio.Task[None]] = set()
        self._looked_at = self._beaten_at = float("-inf")
        self._asked_at, self._asked = float("-inf"), 0.0
        self._done = 0
        self._last_id, self._slot = 0, secrets.randbelow(_SLOTS)
        self._writable = True
        self._swept = False

    @property
    def writable(self) -> bool:
        """Whether the last write went well."""
        return self._writable

    @property
    def relays(self) -> int:
        """How many work on this queue, this one among them."""
        return len(self._presence.alive)

    def room_bytes(self) -> int:
        """S3 is not full."""
        return 1 << 62

    async def open(self) -> None:
        """Begin: give a sign of life, and see what there is."""
        await self._writing(self._presence.beat)
        await self._show_presence()
        await self._sweep()
        await self._load()
        self._swept = True

    async def close(self) -> None:
        """End: what is under way is written, and what is left is anybody's."""
        if self._background:
            await asyncio.wait(tuple(self._background))
        with contextlib.suppress(NotWritten):
            await self._run(self._presence.end)
        await asyncio.to_thread(self._threads.shutdown)

    async def try_to_write(self) -> None:
        """A sign of life; then `writable` says how it went."""
        await self._writing(self._presence.beat)

    # Mail comes in ---------------------------------------------------------

    def new_id(self, now: datetime) -> int:
        """An id for a mail: grows with time; that it is new, the record's first writing proves."""
        moment = max(self._last_id // _SLOTS + 1, int(now.timestamp() * 1_000_000))
        self._last_id = moment * _SLOTS + self._slot
        return self._last_id

    def take(self, new: NewMail, *, waited: bool = False) -> "asyncio.Future[None]":
        """Keep a mail: its content, its record; then SQS is told, in its own time."""
        return self._loop.create_task(self._take(new, waited=waited))

    async def _take(self, new: NewMail, *, waited: bool) -> None:
        name = self._presence.name
        kept = await self._writing(partial(self._store.create, new, waited=waited, relay=name))
        self._view.put(kept)
        self._keep(self._remind(new.mail.id, self._times.remind))

    async def _remind(self, mail_id: int, seconds: int) -> None:
        """A reminder that is not sent is no loss: listing finds the mail."""
        try:
            await self._run(partial(self._place.remind, mail_id, seconds))
        except AwsFailure as error:
            log.warning("no reminder was sent: %s", error)

    # Mail goes out ---------------------------------------------------------

    async def due(self, now: datetime, room: Callable[[str], int]) -> list[Item]:
        """What is due by *now*: of each sender at most *room*, the oldest due first."""
        if self._loop.time() - self._looked_at >= self._times.look:
            self._looked_at = self._loop.time()
            await self._look_around(now)
        return self._view.due(now, room)

    async def begin(self, item: Item, now: datetime) -> Item | None:
        """Write down that *item* is about to be handed to SES, and give it as it is kept now."""
        work = partial(begun_by, name=item.task.name, relay=self._presence.name, now=now)
        kept, done = await self._change(item.mail.id, work)
        return kept.record.item(item.task.name) if kept and done else None

    async def settle(
        self, old: Item, new: Sequence[Item], notices: Sequence[NewMail] = ()
    ) -> bool:
        """Put *new* in the place of *old* with *notices* in one object; these are queued next."""
        work = partial(settled, old=old, new=new, notices=notices)
        kept, done = await self._change(old.mail.id, work)
        if done and kept is not None:
            self._done += sum(one.task.state is State.DONE for one in new)
            await self._finish(kept)
        return done

    async def _finish(self, kept: Kept) -> None:
        """Queue the notices of a mail, then drop its content if it is done; else later."""
        record = kept.record
        try:
            if record.notices:
                self._owing.add(record.mail.id)
                for notice in record.notices:
                    await self._queue_notice(notice)
                changed, _ = await self._change(record.mail.id, without_notices)
                self._owing.discard(record.mail.id)
                record = changed.record if changed else record
            if record.done:
                await self._run(partial(self._store.drop_content, record.content))
        except CouldNotLook as error:
            log.warning("a notice is queued later: %s", error)

    async def _queue_notice(self, notice: NewMail) -> None:
        """It may have been queued before a crash: then it stands there."""
        if await self._reading(partial(self._store.read, notice.mail.id)) is None:
            await self._take(notice, waited=False)

    async def stranded(self) -> list[Item]:
        """What is in sending and was begun here, or by a relay that is gone."""
        begun = [
            (kept.record.by.get(item.task.name, ""), item) for kept, item in self._view.items()
            if item.task.state is State.SENDING
        ]  # fmt: skip
        gone = await self._gone({by for by, _ in begun})
        return [item for by, item in begun if by == self._presence.name or by in gone]

    async def overdue(
        self, accepted_before: datetime, told_before: datetime, most: int
    ) -> list[Item]:
        """What is due, was accepted before, and whose sender was not told that it is late."""
        return list(self._view.overdue(accepted_before, told_before, most))

    def content(self, mail_id: int) -> bytes | None:
        """The whole mail; None once it is gone.  From any thread."""
        return self._store.content(mail_id)

    # The whole -------------------------------------------------------------

    async def drop(self, mail_id: int) -> bool:
        """Forget a mail altogether; False if there is none."""
        gone = await self._writing(partial(self._store.drop, mail_id))
        self._view.drop(mail_id)
        return gone

    async def reopen(self, holds: Iterable[Hold], now: datetime) -> int:
        """The account takes mail again: what waited for it (*holds*) is due; gives how many."""
        wanted = set(holds)
        work = partial(reopened, holds=wanted, now=now)
        count, ids = 0, []
        for kept in self._view.kept():
            if not kept.record.waited:
                ids.append(kept.record.mail.id)
                count += sum(item.hold in wanted for item in kept.record.items)
        await self._all(self._change(one, work) for one in ids)
        return count

    async def forget_ended(self, before: datetime) -> int:
        """Drop mails accepted before *before* of which every task ended; find lost ones."""
        count = await self._writing(partial(self._forget, before))
        await self._sweep()
        return count

    def _forget(self, before: datetime) -> int:
        """In a thread.  Ids grow with time: behind the first that is too young nothing is old."""
        limit, count = int(before.timestamp() * 1_000_000) * _SLOTS, 0

        def too_young(record: Record) -> bool:
            return record.mail.accepted_at >= before or not record.settled

        for number, _ in self._store.ids(MAIL):
            if number >= limit:
                break
            count += self._store.drop(number, unless=too_young)
        for number, key in self._store.ids(CONTENT):
            if number >= limit:
                break
            if self._store.read(number) is None:
                self._store.drop_content(key)  # its record was never written
        return count

    async def waiting(self) -> int:
        """Tasks that are not ended, as far as this relay knows."""
        return self._view.waiting() + len(self._unread)

    def counts(self) -> Counts:
        """How much of what, as far as this relay knows; what is done, since it began."""
        return self._view.counts(self._done)

    async def retry_asked(self) -> float:
        """A number that changes when the owner asks for all to be tried now."""
        if self._loop.time() - self._asked_at >= self._times.look:
            self._asked_at = self._loop.time()
            self._asked = await self._reading(self._read_asked)
        return self._asked

    def _read_asked(self) -> float:
        found = self._place.read(RETRY)
        try:
            return float(found.content) if found else 0.0
        except ValueError:
            return 0.0

    # Passwords -------------------------------------------------------------

    async def passwords(self, mailbox: str) -> list[Password]:
        """Those of one mailbox."""
        return await self._reading(partial(self._book.of, mailbox))

    async def password_used(self, mailbox: str, label: str, now: datetime, network: str) -> None:
        """Note when and from which network one was last used."""
        await self._writing(partial(self._book.used, mailbox, label, now, network))

    # What others did -------------------------------------------------------

    async def _look_around(self, now: datetime) -> None:
        """Our sign of life, and what there is to look at."""
        if self._loop.time() - self._beaten_at >= self._times.beat:
            self._beaten_at = self._loop.time()
            await self._writing(self._presence.beat)
            await self._show_presence()
        for mail_id in tuple(self._owing):
            kept = await self._reading(partial(self._store.read, mail_id))
            self._owing.discard(mail_id)
            if kept is not None:
                await self._finish(kept)
        if not self._swept:
            await self._sweep()
            self._swept = True
        await self._load()
        await self._take_reminders(now)

    async def _show_presence(self) -> None:
        await self._reading(self._presence.look)

    async def _sweep(self) -> None:
        """List what is not done: what nobody was reminded of is found again."""
        listed = await self._reading(lambda: list(self._store.ids(CONTENT)))
        self._last_id = max(self._last_id, listed[-1][0] if listed else 0)
        self._unread = deque(number for number, _ in listed if number not in self._view)

    async def _load(self) -> None:
        """Look at what was listed, some of it at a time: the rest is for the next look."""
        for _ in range(_LOADED_IN_A_LOOK // _LOADED_AT_ONCE):
            if not self._unread or self._view.full:
                return
            some = [self._unread.popleft() for _ in range(min(_LOADED_AT_ONCE, len(self._unread)))]
            await self._all(self._look_at(one) for one in some)

    async def _take_reminders(self, now: datetime) -> None:
        for _ in range(_BATCHES):
            if self._view.full:
                return
            reminders = await self._reading(self._place.reminders)
            await self._all(self._reminded(one, now) for one in reminders)
            if not reminders:
                return

    async def _reminded(self, reminder: Reminder, now: datetime) -> None:
        """Look at a mail; it comes back to somebody until it is settled."""
        kept = await self._look_at(reminder.number)
        if kept is None:
            await self._reading(partial(self._place.forget, reminder))
            return
        left = [one.due_at for one in kept.record.items if not one.task.ended]
        seconds = (min(left) - now).total_seconds() if left else 0.0
        wait = int(max(seconds + self._times.remind, self._times.again))
        await self._reading(partial(self._place.put_off, reminder, wait))

    async def _look_at(self, mail_id: int) -> Kept | None:
        """Read a mail, and take up what is to be done about it; None where nothing is."""
        kept = await self._reading(partial(self._store.read, mail_id))
        if kept is None:
            self._view.drop(mail_id)
            return None
        if kept.record.waited and await self._gone(set(kept.record.by.values())):
            await self.drop(mail_id)  # its client never heard 250
            return None
        if kept.record.notices or kept.record.done:
            await self._finish(kept)
            kept = await self._reading(partial(self._store.read, mail_id)) or kept
        if not self._elsewhere(kept.record):
            self._view.put(kept)
        return None if kept.record.settled else kept

    async def _gone(self, names: set[str]) -> set[str]:
        """Which of these relays are gone; one that nobody knew of may have begun just now."""
        if names - self._presence.alive:
            await self._show_presence()
        return names - self._presence.alive

    def _elsewhere(self, record: Record) -> bool:
        """Whether another relay that lives has all of it in hand."""
        others = self._presence.alive - {self._presence.name}
        return all(
            one.task.ended
            or (one.task.state is State.SENDING and record.by.get(one.task.name) in others)
            for one in record.items
        )

    # Threads ---------------------------------------------------------------

    async def _change(
        self, mail_id: int, work: Callable[[Record], Record | None]
    ) -> tuple[Kept | None, bool]:
        known = self._view.get(mail_id)
        kept, done = await self._writing(partial(self._store.change, mail_id, work, known))
        if kept is None:
            self._view.drop(mail_id)
        else:
            self._view.put(kept)
        return kept, done

    async def _writing(self, call: Callable[[], T]) -> T:
        """A write: whether it went well is known from then on."""
        try:
            made = await self._run(call)
        except NotWritten:
            self._writable = False
            raise
        self._writable = True
        return made

    async def _reading(self, call: Callable[[], T]) -> T:
        try:
            return await self._run(call)
        except AwsFailure as error:
            raise not_read(error) from error

    async def _run(self, call: Callable[[], T]) -> T:
        return await self._loop.run_in_executor(self._threads, call)

    async def _all(self, calls: Iterable[Awaitable[object]]) -> None:
        """All of them, side by side; raises what the first raised once all ended."""
        results = await asyncio.gather(*calls, return_exceptions=True)
        for one in results:
            if isinstance(one, BaseException):
                raise one

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
