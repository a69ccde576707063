"""The way out: what is due is handed to SES, at its pace, each sender in turn.

Calls are made by a few threads (`calls` at once); everything else happens on the loop.  Each
attempt is written down before it is made, and its answer afterwards, in the store's next
transaction: after a crash an attempt without an answer counts as one whose answer was lost.
"""

import asyncio
import contextlib
import logging
import random

from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sendas.aws.refusals import AwsFailure, NoReply
from sendas.aws.submitting import Submission, Submitting
from sendas.errors import CouldNotLook
from sendas.relay import schedule
from sendas.relay import store as rows
from sendas.relay.commits import Commits
from sendas.relay.figures import Sent
from sendas.relay.notices import About, Original, Reporter, make_notice
from sendas.relay.pacing import Pace, Turns
from sendas.relay.queued import Alarm, Done, Item, Mail, Step, Told, after, begun, items_of, lost
from sendas.relay.verdict import Answer, Hold, Then, judge_failure
from sendas.ses.account import Account


log = logging.getLogger(__name__)

_MOST_LOADED = 20_000
"""Items in memory; what is beyond waits in the store."""
_MOST_OF_ONE = 500
_REFILL_SECONDS, _ACCOUNT_SECONDS, _TIDY_SECONDS = 1.0, 300.0, 3600.0
_FOR_ALL = frozenset({Hold.PAUSED, Hold.KEY, Hold.QUOTA})
"""Holds that no other mail can get past either: one is tried from time to time."""
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


Tell = Callable[[Alarm], Awaitable[None]]
Clock = Callable[[], datetime]


class Delivery:
    """One for a relay; `run` works until it is cancelled."""

    def __init__(
        self, commits: Commits, ses: Submitting, way: Way, tell: Tell, clock: Clock
    ) -> None:
        self._commits, self._ses, self._way = commits, ses, way
        self.store = commits.store
        self._tell, self._clock = tell, clock
        self.figures = Sent()
        self.account: Account | None = None
        self.held_for_all: Hold | None = None
        self._pace = Pace(_ASSUMED_RATE, 0.0)
        self._turns: Turns[Item] = Turns()
        self._known: set[tuple[int, str]] = set()
        """What is in `_turns` or in flight."""
        self._in_flight = 0
        self._probe_at = 0.0
        self._wake = asyncio.Event()
        self._threads = ThreadPoolExecutor(way.calls, thread_name_prefix="relay-ses")
        self._tasks: set[asyncio.Task[None]] = set()
        self._random = random.Random()  # noqa: S311  spreads retries, guards nothing
        self.stopping = False

    @property
    def pace(self) -> Pace:
        """How fast it goes."""
        return self._pace

    @property
    def in_flight(self) -> int:
        """Calls to SES at this moment."""
        return self._in_flight

    # From outside ----------------------------------------------------------

    async def recover(self) -> int:
        """After a start: what was in sending had its answer lost; gives how many were."""
        await self._stored(rows.drop_waited)
        found = self.store.items("t.state = 'sending'")
        for item in found:
            await self._apply(item, lost(item, self._clock(), self._random.random()))
        await asyncio.to_thread(self.store.clean_spool)
        return len(found)

    def accepted(self, items: Iterable[Item]) -> None:
        """New mail is in the store: send it."""
        for item in items:
            if len(self._turns) < _MOST_LOADED and item.key not in self._known:
                self._known.add(item.key)
                self._turns.add(item.mail.who, item)
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
        answer = await self._call(item)
        self._count(answer)
        return after(item, answer, self._clock(), self._random.random(), self._way.give_up)

    async def settle(self, item: Item, step: Step) -> None:
        """Write down what became of an item of `at_once`, however long the disk refuses."""
        await self._insist(item, step)

    async def run(self) -> None:
        """Deliver for ever; ends when cancelled, with the calls in flight answered."""
        async with asyncio.TaskGroup() as group:
            for part in (self._refill, self._watch_account, self._tidy, self._work):
                group.create_task(self._kept_going(part))

    async def stop(self, patience_seconds: float) -> None:
        """Begin nothing more, and wait for what is in flight."""
        self.stopping = True
        self._wake.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience_seconds)
        self._threads.shutdown(wait=False, cancel_futures=True)

    # Inside ----------------------------------------------------------------

    async def _kept_going(self, part: Callable[[], Awaitable[None]]) -> None:
        """Begin *part* again where it breaks: what was acknowledged has to go out."""
        while not self.stopping:
            try:
                await part()
            except CouldNotLook as error:
                await self._tell(Alarm("queue-not-read", str(error)))
            except Exception:
                words = "a part of the delivery broke, and begins again"
                log.exception(words)
                await self._tell(_broke(words))
            if not self.stopping:
                await asyncio.sleep(_REFILL_SECONDS)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while not self.stopping:
            if (
                self._in_flight >= self._way.calls
                or not len(self._turns)
                or self._shut(loop.time())
            ):
                self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _REFILL_SECONDS)
                continue
            item = self._turns.next()
            if item is None:
                continue
            await self._turn(item)
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
        if self.held_for_all is None:
            return False
        if now < self._probe_at or self._in_flight:
            return True
        self._probe_at = now + schedule.HELD.total_seconds() / 5
        return False

    def _over(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._in_flight -= 1
        self._wake.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("a delivery broke", exc_info=task.exception())

    async def _deliver(self, item: Item) -> None:
        try:
            begun_item = begun(item, self._clock())
            kept = await self._stored(lambda c: rows.begin_item(c, item, begun_item))
            if not kept:
                return
            answer = await self._call(begun_item)
            self._count(answer)
            step = after(
                begun_item, answer, self._clock(), self._random.random(), self._way.give_up
            )
            await self._insist(begun_item, step)
            await self._gate(answer)
        except rows.NotWritten as error:
            # Nothing is lost: the row says due, and is found again.
            await self._tell(Alarm("queue-not-written", str(error)))
            await asyncio.sleep(_REFILL_SECONDS)
        except Exception:
            words = f"mail {item.mail.token} broke the delivery; a restart tries it again"
            log.exception(words)
            await self._tell(_broke(words))
        finally:
            self._known.discard(item.key)

    async def _insist(self, item: Item, step: Step) -> None:
        """Write what SES said, however long the disk refuses: else it would be asked again."""
        while True:
            try:
                await self._apply(item, step)
            except CouldNotLook as error:
                written = isinstance(error, rows.NotWritten)
                kind = "queue-not-written" if written else "queue-not-read"
                await self._tell(Alarm(kind, str(error)))
                if self.stopping:
                    raise
                await asyncio.sleep(_REFILL_SECONDS)
            else:
                return

    async def _call(self, item: Item) -> Answer | Done:
        loop = asyncio.get_running_loop()
        asked = loop.run_in_executor(self._threads, self._send, item)
        try:
            return await asked
        except CouldNotLook as error:
            # The content: SES was not asked.
            await self._tell(Alarm("queue-not-read", str(error)))
            return Answer(Then.LATER, "QueueNotRead", "the relay could not read its queue")
        except Exception:
            words = f"a call for mail {item.mail.token} broke"
            log.exception(words)
            await self._tell(_broke(words))
            return Answer(Then.UNKNOWN, "no answer", "the relay itself broke on it")

    def _send(self, item: Item) -> Answer | Done:
        """In a thread."""
        content = self.store.content(item.mail.id)
        if content is None:
            return Answer(Then.REFUSED, "ContentGone", "the content is not in the queue any more")
        mail = item.mail
        tags = {"sendas-user": _tag(mail.user), "sendas-label": _tag(mail.label)}
        submission = Submission(
            mail.reverse_path or mail.author,
            item.recipients,
            configuration_set=self._way.configuration_set,
            tags={name: value for name, value in tags.items() if value},
        )
        try:
            return Done(self._ses.send(submission, (content,)))
        except NoReply as error:
            return judge_failure(error.code, error.text, 0, item.recipients, sent=error.sent)
        except AwsFailure as error:
            return judge_failure(error.code, error.text, error.status, item.recipients)

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

    async def _gate(self, answer: Answer | Done) -> None:
        """Shut the way for all where nothing gets past, and open it at the first that does."""
        if isinstance(answer, Done):
            if self.held_for_all is not None:
                held, self.held_for_all = self.held_for_all, None
                log.info("mail goes out again; it had been held: %s", held)
                now = self._clock()
                await self._stored(lambda c: rows.open_holds(c, _FOR_ALL, now))
        elif answer.hold in _FOR_ALL and self.held_for_all is None:
            self.held_for_all = answer.hold
            loop = asyncio.get_running_loop()
            self._probe_at = loop.time() + schedule.HELD.total_seconds() / 5

    async def _apply(self, item: Item, step: Step) -> None:
        """Write what became of *item*, with its notices, in one transaction."""
        notices = [self._notice(item.mail, told) for told in step.told]

        def write(connection: rows.Connection) -> bool:
            kept = rows.replace_item(connection, item, step.items)
            if kept:
                for mail, items, content in notices:
                    rows.add_mail(connection, mail, items, content)
            return kept

        kept = await self._stored(write)
        if kept and all(one.task.state == "done" for one in step.items):
            self.figures.recipients += len(item.about)
            if item.mail.size > rows.SPOOLED_ABOVE:
                self.store.drop_spool(item.mail.id)
        for mail, items, _ in notices:
            self.figures.notices += 1
            log.info("notice %s about %s", mail.token, item.mail.token)
            self.accepted(items)
        for alarm in step.alarms:
            self.figures.alarms[alarm.kind] = self.figures.alarms.get(alarm.kind, 0) + 1
            await self._tell(alarm)
        fresh = [one for one in step.items if not one.task.ended and one.key != item.key]
        self.accepted(fresh)

    def _notice(self, mail: Mail, told: Told) -> tuple[Mail, tuple[Item, ...], bytes]:
        now = self._clock()
        content = self.store.content(mail.id) or b""
        original = Original(
            mail.token, mail.reverse_path, mail.accepted_at, mail.envid, mail.ret, content
        )
        reporter = self._way.reporter
        raw = make_notice(
            told.kind, original, told.about, told.said, reporter, now,
            hold=told.hold, until=told.until,
        )  # fmt: skip
        notice = Mail(
            self.store.new_id(now.timestamp()), now, f"notice:{mail.who}", mail.user, "notice",
            reporter.address, reporter.address, len(raw), notice=True,
        )  # fmt: skip
        return notice, items_of(notice, [About(mail.reverse_path)]), raw

    async def _stored(self, work: Callable[[rows.Connection], rows.T]) -> rows.T:
        return await self._commits.later(work)

    async def _refill(self) -> None:
        """Load what is due, of each sender a share."""
        asked = self.store.retry_asked()
        while not self.stopping:
            if asked != (asked := self.store.retry_asked()):
                self._probe_at = 0.0  # the owner wants it tried, whatever it waits for
            now = self._clock()
            loaded = []
            for who in self.store.senders_due():
                if (
                    self._turns.waiting(who) < _MOST_OF_ONE // 2
                    and len(self._turns) < _MOST_LOADED
                ):
                    loaded += self.store.due(who, now, _MOST_OF_ONE)
            self.accepted(loaded)
            await asyncio.sleep(_REFILL_SECONDS)

    async def _watch_account(self) -> None:
        loop = asyncio.get_running_loop()
        while not self.stopping:
            try:
                account = await loop.run_in_executor(None, self._ses.account)
            except AwsFailure as error:
                if not error.passing:
                    words = f"SES does not tell the account's state: {error.code}: {error.text}"
                    await self._tell(Alarm("account-unknown", words.rstrip(": ")))
            else:
                self.account = account
                self._pace.set_limit(account.max_send_rate_per_second, loop.time())
            await asyncio.sleep(_ACCOUNT_SECONDS if self.account else 15.0)

    async def _tidy(self) -> None:
        while not self.stopping:
            before = self._clock() - KEPT
            with contextlib.suppress(rows.NotWritten):
                await self._stored(partial(rows.forget_ended, before=before))
            await asyncio.sleep(_TIDY_SECONDS)


def _broke(words: str) -> Alarm:
    return Alarm("delivery-broke", f"{words}; the log has more")


def _tag(text: str) -> str:
    """As SES's tags may be: ASCII letters, digits, ``_-.@`` (API v2, MessageTag)."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "_-.@") else "_" for c in text)
    return kept[:256]


def utc_now() -> datetime:
    """The clock of a relay that runs."""
    return datetime.now(UTC)  # noqa: TID251  the one place that asks the clock
