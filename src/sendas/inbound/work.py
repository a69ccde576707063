"""One mail, from its notice to its end: look, decide, do, write down; in that order.

Each step may fail or be cut short.  What is then known is in the record
(`journal` says what follows from it), and the mail comes back through the queue.
Nothing is called settled that was not delivered, kept or reported.
"""

import time

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from sendas.aws.lean import Lean
from sendas.aws.refusals import AwsFailure, Halted, NoReply, Refused, Throttled
from sendas.errors import SendasError
from sendas.forward.counters import Counters, counted_paths
from sendas.forward.decision import Decision, Fail, Forward, Notify, Quarantine, Reason
from sendas.forward.facts import read_facts
from sendas.forward.plan import plan, too_big, unsendable
from sendas.forward.probe import Copied, Probe
from sendas.forward.routes import Routes
from sendas.inbound.answering import Answering
from sendas.inbound.counting import BounceRate, Counting
from sendas.inbound.kinds import DELIVERED, Kind
from sendas.inbound.log import Log
from sendas.inbound.mail import Mail
from sendas.inbound.pauses import Pace
from sendas.inbound.record_store import Lease, Store
from sendas.inbound.routes_source import RoutesSource
from sendas.inbound.sending import Sending
from sendas.inbound.settings import Settings
from sendas.inbound.tasks import (
    Action,
    actions,
    failures,
    name_of,
    notice_of,
    paths_of,
    task_of,
)
from sendas.journal import record as journal
from sendas.journal.record import Busy, Record, Summary
from sendas.journal.task import State, Task, answer_lost, begun, done, refused, retry_later
from sendas.mail.headers import read_head
from sendas.reply.decision import Answer
from sendas.ses.notices import Receipt, S3Object


if TYPE_CHECKING:
    from sendas.inbound.refused_later import LaterRefusals


_AFTERWARDS = timedelta(seconds=15)
"""After its last second a worker is certainly dead, clocks not being alike."""
RESERVE_SECONDS = 2.0
"""Kept back from each mail for writing down how far we came."""
_SEND_NEEDS = 3.0
"""Seconds that must be left for a send to be begun."""
_SOON = 60
"""Seconds after which to ask again whoever was too busy, or did not answer."""
_UNCONFIRMED = (
    "twice nobody answered when it was sent: it may have arrived, twice even, or not at all"
)
_BY_ADDRESS = ("ddress", "ecipient", "omain name", "@domain")
"""In SES's sentence when the target is what it does not like."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Delivered, kept or reported, for everybody the notice named."""

    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Later:
    """Not yet: the queue brings it back, by *pace*, and not within *seconds*."""

    why: str
    seconds: int = 0
    for_all: bool = False
    """Whether nothing else of the mail need be tried now."""
    pace: Pace = Pace.STEADY
    needs_somebody: bool = False
    """Whether no try will help before somebody mends something."""


class Again(Enum):
    """What is done again of what came to its end before."""

    NO = auto()
    """Nothing: the same notice came twice."""
    UNLESS_DELIVERED = auto()
    """What was refused, unconfirmed or only reported: the owner asks for it."""
    RELEASED = auto()
    """Everything but what was sent: the owner releases it from quarantine."""


class Worker:
    """Works on one mail after another; one for each process."""

    def __init__(
        self, aws: Lean, settings: Settings, log: Log, clock: Callable[[], datetime]
    ) -> None:
        self.aws = aws
        self.settings = settings
        self.store = Store(aws, settings)
        self.routes = RoutesSource(aws, settings)
        self._counting = Counting(aws, settings)
        self._answering = Answering(aws, settings, self._counting, clock)
        self._sending = Sending(aws, settings, self._answering)
        self._bounces = BounceRate(aws, log, clock)
        self._log = log
        self.clock = clock
        self._refusals: LaterRefusals | None = None
        """Made for the first report that comes back; most processes see none."""
        self._told: set[str] = set()
        """Which owners know that forwarding stopped: see `reputation_stop`."""

    def work(
        self,
        receipt: Receipt,
        leased_to: str,
        seconds: float,
        *,
        waived: Collection[Reason] = (),
        again: Again = Again.NO,
    ) -> Settled | Later:
        """Do what is to be done about the mail of *receipt*, within *seconds*.

        What came to its end before is left alone, as far as *again* leaves it so.

        Raises:
            SendasError: It cannot be done now; try again later.
        """
        if seconds < _SEND_NEEDS:
            return Later("out of time", 1, pace=Pace.SOON)
        now = self.clock()
        self.aws.until = time.monotonic() + seconds
        try:
            routes, mail, decisions = self._look(receipt, waived, now)
        except SendasError:
            self._note(receipt)
            raise
        case = _Case(mail, routes, decisions, leased_to, again, now)
        lease = self._claim(case, now + timedelta(seconds=seconds) + _AFTERWARDS)
        if isinstance(lease, Busy):
            wait = (lease.until - self.clock()).total_seconds()
            return Later("somebody else works on it", max(1, round(wait)), pace=Pace.SOON)
        self._carry_out(case, lease)
        if case.put_off:
            return next(iter(case.put_off.values()))
        self._write_down(case, lease)
        self._tell_of_stop(case)
        return self._ended(case, lease)

    def _look(
        self, receipt: Receipt, waived: Collection[Reason], now: datetime
    ) -> tuple[Routes, Mail, tuple[Decision | Answer, ...]]:
        current = self.routes.current()
        if current.broken:
            self._log.alarm("old routes used", why=current.broken)
        mail = self._read(receipt)
        decisions = self._decide(mail, current.routes, waived, now)
        found = [self._joined(one, mail, current.routes) for one in decisions]
        return current.routes, mail, tuple(found)

    def _joined(self, one: Decision | Answer, mail: Mail, routes: Routes) -> Decision | Answer:
        """The decision; of a machine's answer, what the report in it asks (`refused_later`)."""
        if not isinstance(one, Quarantine) or one.reason is not Reason.ANSWER_OF_A_MACHINE:
            return one
        if self._refusals is None:
            from sendas.inbound.refused_later import LaterRefusals  # noqa: PLC0415  as its name

            self._refusals = LaterRefusals(self.aws, self.store, self.clock)
        return self._refusals.decide(one, mail, routes)

    def _write_down(self, case: "_Case", lease: Lease) -> None:
        """Let the mails that the case's reports are about know what became of them."""
        if self._refusals is None:
            return
        # Of all that was decided: what was told before a crash is wanted no more.
        for one in case.decisions:
            if isinstance(one, Notify) and one.reason is Reason.REFUSED_LATER:
                task = lease.record.task(name_of(one))
                if task is not None and task.state is State.DONE:
                    self._refusals.write_down(one, case.mail)

    def _note(self, receipt: Receipt) -> None:
        """Remember whom the mail is for: its notice may be among the dead letters next.

        The mail itself names one of them only.
        """
        place = self._place(receipt)
        record = _bare_record(receipt, place, Summary(verdicts=receipt.words()))
        try:
            with self._reserve():
                self.store.note(record)
        except SendasError as error:
            name = type(error).__name__
            self._log.say("not noted", level="WARN", id=receipt.ses_message_id, why=name)

    def _place(self, receipt: Receipt) -> S3Object:
        key = self.settings.mail_key(receipt.ses_message_id)
        return receipt.location or S3Object(self.settings.bucket, key)

    @contextmanager
    def _reserve(self) -> Iterator[None]:
        """Time for writing down how far we came, which nothing else may use."""
        until = self.aws.until
        self.aws.until = until + RESERVE_SECONDS
        try:
            yield
        finally:
            self.aws.until = until

    def _read(self, receipt: Receipt) -> Mail:
        place = self._place(receipt)
        content = self.aws.read(place.bucket, place.key).content
        head = read_head(content)
        return Mail(receipt, place, head, read_facts(head, receipt.reverse_path), len(content))

    def _decide(
        self, mail: Mail, routes: Routes, waived: Collection[Reason], now: datetime
    ) -> tuple[Decision | Answer, ...]:
        answers = self._answering.decide(mail, routes, waived)
        routes = answers.routes
        rest = [p for p in mail.receipt.forward_paths if p not in answers.paths]
        if not rest:
            return answers.decisions
        receipt = replace(mail.receipt, forward_paths=tuple(rest))
        probe = self._probe(mail, now)

        def decided(counters: Counters) -> tuple[Decision, ...]:
            return plan(receipt, mail.facts, mail.size, routes, counters, now, waived, probe)

        paths = counted_paths(decided(Counters()))
        found = self._counting.count(receipt, mail.facts, paths, routes)

        def counted(percent: float | None) -> Counters:
            return Counters(
                found.written, found.unrouted, found.at_address, found.at_domain, percent
            )

        percent = self._bounces.known(now)
        decisions = decided(counted(percent))
        asks = percent is None and Reason.REPUTATION not in waived
        if asks and any(isinstance(d, Forward) for d in decisions):
            percent = self._bounces.percent()
            decisions = decisions if percent is None else decided(counted(percent))
        fitting = [self._fitting(one, mail, routes) for one in decisions]
        return (*answers.decisions, *fitting)

    def _probe(self, mail: Mail, now: datetime) -> Probe | Copied | None:
        """What the mail was announced as; most mails do not even say so of themselves."""
        if not mail.facts.canary:
            return None
        from sendas.inbound.probing import probe_of  # noqa: PLC0415  most processes never need it

        return probe_of(mail, self.aws, self.settings, now)

    def _tell_of_stop(self, case: "_Case") -> None:
        """Tell the owner that forwarding has stopped, if this mail was kept because of it."""
        quarantined = (one for one in case.wanted.values() if isinstance(one, Quarantine))
        kept = [one for one in quarantined if one.reason in {Reason.REPUTATION, Reason.FLOOD}]
        if kept:
            from sendas.inbound.reputation_stop import Told, tell  # noqa: PLC0415  most processes never need it

            tell(
                kept,
                case.routes,
                Told(self.aws, self.settings, self._log, self._told),
                self.clock(),
            )

    def _fitting(self, one: Decision, mail: Mail, routes: Routes) -> Decision:
        """The decision, unless our own fields make the copy too big."""
        most = routes.limits.max_message_bytes
        if not isinstance(one, Forward) or mail.size < most // 2:
            return one
        size = self._sending.rewritten(one, mail).size
        return too_big(one, size, routes) if size > most else one

    def _claim(self, case: "_Case", until: datetime) -> Lease | Busy:
        record = _bare_record(case.mail.receipt, case.mail.place, case.mail.summary)

        def prepare(taken: Record) -> Record:
            record = case.settle_on(taken)
            record = self._next_begun(case, record)
            return record if _begun(record, case) else journal.freed(record)

        return self.store.claim(record, case.leased_to, case.now, until, prepare)

    def _next_begun(self, case: "_Case", record: Record) -> Record:
        """The record with its next task begun, and with the notices it has become due."""
        for task in journal.tasks_of(record, case.names):
            if task.state is State.UNCERTAIN and task.kind != Kind.NOTICE:
                ours = task.kind == Kind.ANSWER
                reason = Reason.ANSWER_UNCONFIRMED if ours else Reason.UNCONFIRMED
                record = self._report(case, record, task, reason, _UNCONFIRMED)
        due = journal.first_task(record, case.names, State.DUE, case.put_off)
        if due is None:
            return record
        return journal.with_task(record, begun(due, self.clock()))

    def _carry_out(self, case: "_Case", lease: Lease) -> None:
        """Every task, one after the other; one that cannot be done now stops no other."""
        while (task := _begun(lease.record, case)) is not None:
            self._one(case, lease, task)

    def _one(self, case: "_Case", lease: Lease, task: Task) -> None:
        record, later = self._attempt(case, lease.record, task)
        self._log.say(
            "task",
            id=record.ses_message_id,
            task=task.name,
            reason=task.reason,
            state=(record.task(task.name) or task).state,
            **({"put_off": later.why} if later else {}),
        )
        if later is not None:
            case.put_off[task.name] = later
        if later is None or not later.for_all:
            record = self._next_begun(case, record)
        over = _begun(record, case) is None
        with self._reserve():
            self.store.save(lease, journal.freed(record) if over else record)

    def _attempt(self, case: "_Case", record: Record, task: Task) -> tuple[Record, Later | None]:
        """What the record becomes by doing *task*, and whether to stop there."""
        one = self._action(case, task)
        if one is None:
            after = retry_later(task, "its domain is gone", self.clock())
            return journal.with_task(record, after), Later("no domain for a notice")
        if self.aws.until - time.monotonic() < _SEND_NEEDS:
            after = retry_later(task, "out of time", self.clock())
            return journal.with_task(record, after), Later(
                "out of time", 1, for_all=True, pace=Pace.SOON
            )
        try:
            answer = self._sending.carry_out(one, case.mail, case.now)
        except AwsFailure as error:
            return self._failed(case, record, task, error)
        return journal.with_task(record, done(task, answer, self.clock())), None

    def _failed(
        self, case: "_Case", record: Record, task: Task, error: AwsFailure
    ) -> tuple[Record, Later | None]:
        now = self.clock()
        if isinstance(error, Refused) and task.kind in {Kind.FORWARD, Kind.ANSWER, Kind.REJECT}:
            said = f"{error.code}: {error.text}"
            record = journal.with_task(record, refused(task, said, now))
            reason = Reason.ANSWER_REFUSED if task.kind == Kind.ANSWER else _reason_of(error)
            return self._report(case, record, task, reason, f"SES refused it: {said}"), None
        if isinstance(error, NoReply) and error.sent:
            after = answer_lost(task, now)
            record = journal.with_task(record, after)
            return record, None if after.ended else Later("nobody answered", _SOON, pace=Pace.SOON)
        if not error.passing:
            # A right or a configuration set is missing: the queue's tries mend neither.
            why, status = str(error), error.status
            self._log.alarm("not done", id=record.ses_message_id, why=why, status=status)
        record = journal.with_task(record, retry_later(task, str(error), now))
        return record, later_of(error)

    def _report(
        self, case: "_Case", record: Record, task: Task, reason: Reason, why: str
    ) -> Record:
        """The record with a notice of what became of *task*, once."""
        one = case.wanted.get(task.name)
        paths = paths_of(one) if one else task.forward_paths
        target = task.target if task.kind in {Kind.FORWARD, Kind.ANSWER} else ""
        answer = unsendable(paths, target, reason, why, case.routes)
        if isinstance(answer, Fail):
            return record
        follow = task_of(name_of(answer), answer, because_of=task.name)
        return record if record.task(follow.name) else journal.with_task(record, follow)

    def _action(self, case: "_Case", task: Task) -> Action | None:
        return case.wanted.get(task.name) or notice_of(task, case.routes)

    def _ended(self, case: "_Case", lease: Lease) -> Settled | Later:
        tasks = journal.tasks_of(lease.record, case.names)
        if case.undecided:
            reasons = ", ".join(sorted({one.reason for one in case.undecided}))
            return Later(f"undecided: {reasons}", needs_somebody=True)
        silent = [
            d
            for d in tasks
            if not d.ended or (d.state is not State.DONE and not _reported(d, tasks))
        ]
        if silent or not tasks:
            return Later("something is neither delivered nor kept nor reported")
        return Settled(tasks)


def later_of(error: AwsFailure) -> Later:
    """When to come back after what AWS did not do."""
    if isinstance(error, Halted):
        # The whole account's: nothing else of the mail would go out now.
        return Later(str(error), for_all=True, pace=Pace.QUOTA if error.quota else Pace.STEADY)
    if isinstance(error, Throttled):
        return Later(str(error), _SOON, for_all=True, pace=Pace.SOON)
    return Later(str(error))


@dataclass(slots=True)
class _Case:
    """One mail in work; what is wanted is settled on once its record is known."""

    mail: Mail
    routes: Routes
    decisions: tuple[Decision | Answer, ...]
    leased_to: str
    again: Again
    now: datetime
    """When work on it began."""
    wanted: dict[str, Action] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    put_off: dict[str, Later] = field(default_factory=dict)
    """What was tried in vain, by the tasks' names."""
    undecided: tuple[Fail, ...] = ()

    def settle_on(self, record: Record) -> Record:
        """The record with what is decided now, for whom nothing came to its end before."""
        paths = self.mail.receipt.forward_paths
        record = journal.reopened(record) if self.again is Again.UNLESS_DELIVERED else record
        over = journal.finished_for(record, paths, None if self.again is Again.NO else DELIVERED)
        left = frozenset(paths) - (frozenset() if self.again is Again.RELEASED else over)
        decided = actions(self.decisions)
        self.wanted = {
            name: one for name, one in decided.items() if not left.isdisjoint(paths_of(one))
        }
        self.undecided = tuple(
            one for one in failures(self.decisions) if not left.isdisjoint(one.forward_paths)
        )
        tasks = [task_of(name, one) for name, one in self.wanted.items()]
        record = journal.planned(record, tasks, left)
        told = {d.name for d in record.tasks if not d.because_of and _names_any(d, paths)}
        self.names = frozenset(told | self.wanted.keys())
        return record


def _bare_record(receipt: Receipt, place: S3Object, summary: Summary) -> Record:
    return Record(
        ses_message_id=receipt.ses_message_id,
        bucket=place.bucket,
        key=place.key,
        received_at=receipt.received_at,
        reverse_path=receipt.reverse_path,
        forward_paths=receipt.forward_paths,
        summary=summary,
    )


def _names_any(task: Task, paths: tuple[str, ...]) -> bool:
    return not frozenset(paths).isdisjoint(task.forward_paths)


def _begun(record: Record, case: _Case) -> Task | None:
    return journal.first_task(record, case.names, State.SENDING)


def _reported(task: Task, tasks: tuple[Task, ...]) -> bool:
    """Whether the owner was notified of it."""
    return any(d.because_of == task.name and d.state is State.DONE for d in tasks)


def _reason_of(error: Refused) -> Reason:
    by_target = any(word in error.text for word in _BY_ADDRESS) and error.code != "MessageRejected"
    return Reason.REFUSED_TARGET if by_target else Reason.REFUSED_CONTENT
