"""The way out: what is due is handed to SES, at its pace, each sender in turn.

Calls are made by a few threads (`calls` at once); everything else happens on the loop.  Each
attempt is written down before it is made, and its answer afterwards: an attempt without an
answer, after a crash or a mistake of ours, counts as one whose answer was lost.
"""

import asyncio
import contextlib
import logging
import random

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sendas.aws.refusals import AwsFailure
from sendas.aws.submitting import Submitting
from sendas.errors import CouldNotLook
from sendas.relay.asking import Asking
from sendas.relay.decide import schedule
from sendas.relay.decide.gate import FOR_ALL, Gate
from sendas.relay.decide.notices import Reporter
from sendas.relay.decide.pacing import Pace
from sendas.relay.decide.queued import Alarm, Done, Item, Step, after, bare, late, lost
from sendas.relay.decide.verdict import Answer, Then
from sendas.relay.mail_queue import MailQueue, NotWritten
from sendas.relay.recording import Recorder, queue_trouble
from sendas.relay.waiting import Waiting
from sendas.ses.account_state import Account
from sendas.ses.hold import HOLDS, Hold


log = logging.getLogger(__name__)

_REFILL_SECONDS, _ACCOUNT_SECONDS, _TIDY_SECONDS = 1.0, 300.0, 3600.0
_LOOK_SECONDS = 60.0
"""How often it is looked for mail that nobody has in hand, or that is late."""
_MOST_TOLD = 200
_ASSUMED_RATE = 1.0
"""Until SES tells its rate: the sandbox's (FACTS 6)."""
KEPT = timedelta(days=7)
"""How long ended mails are listed, and refused ones can be tried again."""


@dataclass(frozen=True, slots=True)
class Way:
    """How mail goes out."""

    reporter: Reporter
    configuration_set: str = ""
    calls: int = 20
    give_up: timedelta = schedule.GIVE_UP_AFTER


Tell = Callable[[Alarm], None]
Clock = Callable[[], datetime]


class Delivery:
    """One for a relay; `run` works until it is cancelled."""

    def __init__(
        self, queue: MailQueue, ses: Submitting, way: Way, tell: Tell, clock: Clock
    ) -> None:
        self._queue, self._ses, self._way = queue, ses, way
        self._tell, self._clock = tell, clock
        self._asking = Asking(queue, ses, way.configuration_set, way.calls, tell)
        self._recorder = Recorder(queue, way.reporter, clock, tell)
        self.figures = self._recorder.figures
        self.account: Account | None = None
        self._pace = Pace(_ASSUMED_RATE, 0.0)
        self._waiting = Waiting(queue)
        self._gate = Gate()
        self._in_flight = 0
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._random = random.Random()  # noqa: S311  spreads retries, guards nothing
        self.stopping = False

    @property
    def pace(self) -> Pace:
        """How fast it goes."""
        return self._pace

    @property
    def held_for_all(self) -> Hold | None:
        """What shuts the way for everybody."""
        return self._gate.held

    @property
    def in_flight(self) -> int:
        """Calls to SES at this moment."""
        return self._in_flight

    # From outside ----------------------------------------------------------

    async def recover(self) -> int:
        """What is in sending, and nobody here has in hand, had its answer lost; how many were.

        One that cannot be recovered stops no other, and no start: it is alarmed, and looked at
        again a minute later.
        """
        try:
            found = await self._queue.stranded()
        except CouldNotLook as error:
            self._tell(queue_trouble(error))
            return 0
        count = 0
        for item in found:
            if item in self._waiting:
                continue
            with self._alarmed(f"mail {item.mail.token} could not be taken up again"):
                step = lost(item, self._clock(), self._random.random(), self._way.give_up)
                self.accepted(await self._recorder.record(item, step))
                count += 1
        return count

    def accepted(self, items: Iterable[Item] | None) -> None:
        """New mail is in the queue: send it."""
        self._waiting.accepted(items or ())
        self._wake.set()

    async def at_once(self, item: Item, patience_seconds: float) -> Step | None:
        """Send a mail whose client waits; what became of it, or None where it has to wait.

        Its attempt is written down already.  The client is told what SES said.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + patience_seconds
        while (wait := self._pace.wait(len(item.about), loop.time())) > 0:
            if loop.time() + wait > until or self.held_for_all is not None:
                return None
            await asyncio.sleep(min(wait, 1.0))
        answer = await self._asking.ask(item)
        self._count(answer)
        return self._judged(item, answer)

    async def settle(self, item: Item, step: Step) -> None:
        """Write down what became of an item of `at_once`, or raise NotWritten."""
        fresh = await self._recorder.record(item, step)
        if fresh is None:
            msg = "the mail was dropped while its client waited"
            raise NotWritten(msg)
        self.accepted(fresh)

    async def settle_surely(self, item: Item, step: Step) -> None:
        """The same, however long the disk refuses: SES took it."""
        self.accepted(await self._recorder.insist(item, step))

    async def run(self) -> None:
        """Deliver for ever; ends when cancelled, with the calls in flight answered."""
        parts = (self._refill, self._watch_account, self._tidy, self._look_around, self._work)
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(self._kept_going(part))

    async def stop(self, patience_seconds: float) -> None:
        """Begin nothing more, and wait for what is in flight."""
        self.stopping = self._recorder.stopping = True
        self._wake.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience_seconds)
        self._asking.close()

    # One mail --------------------------------------------------------------

    async def _deliver(self, item: Item) -> None:
        try:
            begun = await self._queue.begin(item, self._clock())
            if begun is None:
                return
            answer = await self._asking.ask(begun)
            self._count(answer)
            await self._write_down(begun, answer)
            await self._open_or_close(answer)
        except CouldNotLook as error:
            # Nothing is lost: the row says due or sending, and is found again.
            self._tell(queue_trouble(error))
            await asyncio.sleep(_REFILL_SECONDS)
        except Exception:
            words = f"mail {item.mail.token} broke the delivery"
            log.exception(words)
            self._tell(_broke(words))
        finally:
            self._waiting.done(item)

    async def _write_down(self, item: Item, answer: Answer | Done) -> None:
        """What SES said, whatever breaks on the way: else it would be asked again."""
        step = self._judged(item, answer)
        try:
            fresh = await self._recorder.insist(item, step)
        except CouldNotLook:
            raise
        except Exception:
            words = f"the answer for mail {item.mail.token} could not be written in full"
            log.exception(words)
            self._tell(_broke(words))
            fresh = await self._recorder.insist(item, bare(item, answer, self._clock()))
        self.accepted(fresh)

    def _judged(self, item: Item, answer: Answer | Done) -> Step:
        try:
            return after(item, answer, self._clock(), self._random.random(), self._way.give_up)
        except Exception:
            words = f"the answer for mail {item.mail.token} could not be judged"
            log.exception(words)
            self._tell(_broke(words))
            return bare(item, answer, self._clock())

    def _count(self, answer: Answer | Done) -> None:
        if isinstance(answer, Done):
            self.figures.sent += 1
        elif answer.then is Then.SLOWER:
            self.figures.throttled += 1
            self._pace.throttled(asyncio.get_running_loop().time())
        elif answer.then is Then.REFUSED:
            self.figures.refused += 1
        else:
            self.figures.retried += 1

    async def _open_or_close(self, answer: Answer | Done) -> None:
        """Shut the way for all where nothing gets past, and open it at the first that does."""
        if isinstance(answer, Done):
            await self._open()
        elif answer.hold in FOR_ALL and self.held_for_all is None:
            self._gate.close(answer.hold, asyncio.get_running_loop().time())

    async def _open(self) -> None:
        held = self._gate.open()
        if held is not None:
            log.info("mail goes out again; it had been held: %s", held)
            await self._queue.reopen(FOR_ALL, self._clock())

    @contextlib.contextmanager
    def _alarmed(self, words: str) -> Iterator[None]:
        """Whatever fails inside is told, and stops nothing behind it; *words* are for mistakes."""
        try:
            yield
        except CouldNotLook as error:
            self._tell(queue_trouble(error))
        except Exception:
            log.exception(words)
            self._tell(_broke(words))

    # For ever --------------------------------------------------------------

    async def _kept_going(self, part: Callable[[], Awaitable[None]]) -> None:
        """Begin *part* again where it breaks: what was acknowledged has to go out."""
        while not self.stopping:
            try:
                await part()
            except CouldNotLook as error:
                self._tell(queue_trouble(error))
            except Exception:
                words = "a part of the delivery broke, and begins again"
                log.exception(words)
                self._tell(_broke(words))
            if not self.stopping:
                await asyncio.sleep(_REFILL_SECONDS)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while not self.stopping:
            if (
                self._in_flight >= self._way.calls
                or not len(self._waiting)
                or self._shut(loop.time())
            ):
                self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _REFILL_SECONDS)
                continue
            item = self._waiting.next()
            if item is None:
                continue
            await self._turn(item)
            if self.stopping:  # its row says due: whoever runs next sends it
                self._waiting.done(item)
                return
            self._in_flight += 1
            task = loop.create_task(self._deliver(item))
            self._tasks.add(task)
            task.add_done_callback(self._over)

    async def _turn(self, item: Item) -> None:
        """Wait until SES's rate has room for *item*."""
        loop = asyncio.get_running_loop()
        wait = self._pace.wait(len(item.about), loop.time())
        while wait > 0:
            await asyncio.sleep(min(wait, 1.0))
            wait = self._pace.wait(len(item.about), loop.time())

    def _shut(self, now: float) -> bool:
        """Whether nothing gets past the account; one is let through from time to time."""
        if self.held_for_all is None and self._pace.spent:
            text = f"mail is held, {Hold.QUOTA}: {HOLDS[Hold.QUOTA]}, by GetAccount"
            self._tell(Alarm(f"held-{Hold.QUOTA}", text))
            self._gate.close(Hold.QUOTA, now)
        return self._gate.shut(now, self._in_flight)

    def _over(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._in_flight -= 1
        self._wake.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("a delivery broke", exc_info=task.exception())

    async def _refill(self) -> None:
        """Load what is due, of each sender a share."""
        asked = await self._queue.retry_asked()
        while not self.stopping:
            if asked != (asked := await self._queue.retry_asked()):
                self._gate.try_now()
            await self._waiting.load(self._clock())
            self._wake.set()
            await asyncio.sleep(_REFILL_SECONDS)

    async def _watch_account(self) -> None:
        loop = asyncio.get_running_loop()
        while not self.stopping:
            try:
                account = await loop.run_in_executor(None, self._ses.account)
            except AwsFailure as error:
                if not error.passing:
                    words = f"SES does not tell the account's state: {error.code}: {error.text}"
                    self._tell(Alarm("account-unknown", words.rstrip(": ")))
            else:
                self.account = account
                rate = account.max_send_rate_per_second
                # Without a limit SES says -1; what relays share has a limit.
                share = rate / self._queue.relays if rate > 0 else rate
                self._pace.set_limit(share, loop.time())
                self._pace.set_left(left := account.left_today)
                if left and self.held_for_all is Hold.QUOTA:
                    await self._open()
            await asyncio.sleep(_ACCOUNT_SECONDS if self.account else 15.0)

    async def _look_around(self) -> None:
        """Take up what nobody has in hand, and tell senders of what waits too long untried."""
        while not self.stopping:
            await asyncio.sleep(_LOOK_SECONDS)
            await self.recover()
            if self.held_for_all is None:
                await self.tell_late()

    async def tell_late(self) -> int:
        """Tell the senders of what has waited for four hours without an attempt; how many.

        Not while nothing gets past the account: no notice would, either.  One whose notice
        cannot be made stops no other's.
        """
        now, count = self._clock(), 0
        found = await self._queue.overdue(
            now - schedule.DELAY_NOTICE_AFTER, now - schedule.HELD_NOTICE_EVERY, _MOST_TOLD
        )
        for item in found:
            with self._alarmed(f"the sender of {item.mail.token} could not be told that it waits"):
                step = late(item, now, self._way.give_up)
                self.accepted(await self._recorder.record(item, step))
                count += 1
        return count

    async def _tidy(self) -> None:
        while not self.stopping:
            with contextlib.suppress(NotWritten):
                await self._queue.forget_ended(self._clock() - KEPT)
            await asyncio.sleep(_TIDY_SECONDS)


def _broke(words: str) -> Alarm:
    return Alarm("delivery-broke", f"{words}; the log has more")


def utc_now() -> datetime:
    """The clock of a relay that runs."""
    return datetime.now(UTC)  # noqa: TID251  the one place that asks the clock
