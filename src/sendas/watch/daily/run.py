"""One run of the watcher: look, keep, compare, remember, tell; each step safe to repeat.

What is known and what is to be told are written in one object, in one step,
before anything is told.  A run that dies before that has changed nothing, and
the next sees the same; one that dies after it leaves notices that the next sends.
A notice whose answer was lost is sent once more, and not a third time (`journal`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sendas.aws.raw_message import Envelope
from sendas.aws.refusals import AwsFailure, Conflict, NoReply, NotFound, Refused
from sendas.aws.telling import Teller
from sendas.doctor.bundle import dump
from sendas.doctor.render import json_document
from sendas.errors import CouldNotLook
from sendas.forward.notices import letter
from sendas.forward.routes import RoutedDomain
from sendas.history.line import hash_address, stamp_of
from sendas.inbound.log import Log
from sendas.inbound.routes_source import NoRoutes, RoutesSource
from sendas.journal.task import State, Task, begun, done, refused, retry_later
from sendas.journal.task import answer_lost as lost
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region
from sendas.watch.daily.look import Looked, Looking
from sendas.watch.daily.tending import Tending
from sendas.watch.decide import suppression_file
from sendas.watch.decide.compare import Change, Known, Listed, compare
from sendas.watch.decide.letter import lines_of, subject_of, summary_lines
from sendas.watch.decide.measures import (
    CANARY_AGE,
    CREDENTIAL_AGE,
    DIMENSION,
    NAMESPACE,
    QUOTA,
    WATCHED,
    quota_percent,
)
from sendas.watch.decide.memory import (
    GIVEN_UP_AFTER,
    Busy,
    MalformedState,
    Notice,
    Remembered,
    channel,
    freed,
    leased,
    read_state,
    with_task,
    write_state,
)
from sendas.watch.decide.settings import MalformedUsers, Watched, read_users
from sendas.watch.decide.sight import Proofs, Sight, together


LOOKING = timedelta(seconds=150)
"""Kept for the look itself and for telling, of the time that a run has."""
_MAIL, _SNS = "mail", "sns"
_ETAG_NOTHING = ""


class NotTold(CouldNotLook):
    """A notice went out by no channel: whoever runs this must be told so."""


class Overtaken(CouldNotLook):
    """Somebody else wrote the state although it was leased to this run."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run did; *busy* where another was at work, and this one did nothing."""

    changes: tuple[Change, ...] = ()
    notices: tuple[Notice, ...] = ()
    """Those that went out in this run, by some channel."""
    state: Remembered | None = None
    before: Known = field(default_factory=Known)
    """What was known when it began."""
    busy: Busy | None = None


def stored_route(aws: Teller, watched: Watched) -> Seen[RoutedDomain]:
    """The domain's routes as the forwarder goes by them."""
    try:
        routes = RoutesSource(aws, watched.settings).current().routes
    except NoRoutes as error:
        return NoAnswer(Why.SERVER_FAILURE, str(error))
    found = routes.domains.get(watched.domain)
    if found is None:
        return NoAnswer(Why.SERVER_FAILURE, f"no routes for {watched.domain}")
    return found


def stored_users(aws: Teller, watched: Watched) -> Seen[tuple[str, ...]]:
    """Whose keys are looked at, as `sendas apply` wrote it down."""
    place = (watched.settings.bucket, watched.users_key)
    try:
        return read_users(aws.read(*place).content)
    except NotFound:
        return NoAnswer(Why.SERVER_FAILURE, f"nobody wrote s3://{'/'.join(place)}: sendas apply")
    except (AwsFailure, MalformedUsers) as error:
        return NoAnswer(Why.SERVER_FAILURE, str(error))


class Book:
    """The state in the bucket, written only over what this run read or wrote last."""

    def __init__(self, aws: Teller, watched: Watched) -> None:
        self._aws = aws
        self._place = (watched.settings.bucket, watched.state_key)
        self._etag = _ETAG_NOTHING
        self.state = Remembered()

    def read(self) -> Remembered:
        """As it stands; a new one where there is none.

        Raises:
            MalformedState: It cannot be read; delete it to start again.
            AwsFailure: S3 does not tell.
        """
        try:
            stored = self._aws.read(*self._place)
        except NotFound:
            self._etag, self.state = _ETAG_NOTHING, Remembered()
        else:
            try:
                self.state = read_state(stored.content)
            except MalformedState as error:
                msg = f"{error}; delete s3://{'/'.join(self._place)} to start again"
                raise MalformedState(msg) from error
            self._etag = stored.etag
        return self.state

    def write(self, state: Remembered) -> None:
        """Let it be so.

        Raises:
            Overtaken: Somebody else wrote meanwhile.
            AwsFailure: It is not certain that it was written.
        """
        content = write_state(state)
        try:
            self._etag = self._aws.write(*self._place, content, only_over=self._etag)
        except Conflict as error:
            stored = self._aws.read(*self._place)
            if stored.content != content:  # else our own, whose answer was lost
                msg = "another run of the watcher wrote meanwhile"
                raise Overtaken(msg) from error
            self._etag = stored.etag
        self.state = state


class Watcher:
    """Watches one domain."""

    def __init__(  # noqa: PLR0913  everything is passed in
        self,
        watched: Watched,
        looking: Looking,
        route: Callable[[], Seen[RoutedDomain]],
        aws: Teller,
        *,
        clock: Callable[[], datetime],
        log: Log,
        tending: Tending | None = None,
    ) -> None:
        self._watched = watched
        self._looking = looking
        self._route = route
        self._aws = aws
        self._clock = clock
        self._log = log
        self._tending = tending
        self._book = Book(aws, watched)

    def run(self, holder: str, seconds: float) -> Ran:
        """Look and tell, within *seconds*, in which nobody else does.

        Raises:
            NotTold: A notice went out by no channel; it is tried again by the next run.
            SendasError: The state cannot be read or written, or nothing could be asked.
        """
        now = self._clock()
        state = leased(self._book.read(), holder, now, now + timedelta(seconds=seconds))
        if isinstance(state, Busy):
            self._log.say("busy", level="WARN", until=state.until)
            return Ran(busy=state)
        self._book.write(state)
        try:
            looked, changes = self._look(state, now + timedelta(seconds=seconds))
            told = self._tell()
        finally:
            self._book.write(freed(self._book.state))
        self._measure(looked)
        self._log.say("watched", changes=len(changes), notices=len(told))
        return Ran(changes, told, self._book.state, state.known)

    # Looking ----------------------------------------------------------------

    def _look(self, state: Remembered, until: datetime) -> tuple[Looked, tuple[Change, ...]]:
        routed = self._route()
        if not isinstance(routed, NoAnswer):
            state = replace(
                state,
                notice_address=routed.notice_address,
                forwarding_address=routed.forwarding_address,
            )
        ways = self._ways(state)
        state = replace(
            state,  # there may have been no way when it was decided
            notices=tuple(one if one.tasks else replace(one, tasks=ways) for one in state.notices),
        )
        began = state.began or stamp_of(self._clock())
        last = {user: datetime.fromisoformat(at) for user, at in state.proofs.items()}
        # A clock that was ahead must not keep anybody from hearing of what is missing.
        known = Proofs(last, min(datetime.fromisoformat(began), self._clock()))
        # First: what is made and proven here is seen by the look that follows.
        tended = self._tended(state, until - LOOKING)
        looked = self._looking.look(routed, known, state.proved_until)
        stamp = stamp_of(looked.at)
        self._keep("evidence", stamp, "json", dump(looked.evidence))
        self._keep("findings", stamp, "json", json_document.render(looked.diagnosis))
        changes, now_known = compare(state.known, together([looked.sight, tended]), stamp)
        lists, listed = self._lists(state, looked, stamp)
        changes += listed
        state = replace(
            state,
            began=began,
            lists=lists,
            proofs=_proofs(state, looked, self._watched.users),
            proved_until=state.proved_until
            if isinstance(looked.history, NoAnswer)
            else stamp[: len("2026-11-29")],
        )
        notices = []
        if changes:
            domain = self._watched.domain
            lines = lines_of(domain, state.known, now_known, changes)
            notices.append(self._notice(state, subject_of(domain, changes), lines, "changed"))
        state = replace(state, known=now_known)
        period = _period(self._watched.summary, looked.at)
        if period and period != state.summary:
            if state.summary:
                lines = summary_lines(self._watched.domain, now_known, looked.at)
                notices.append(self._notice(state, lines[0][:-1], lines, period))
            state = replace(state, summary=period)
        self._book.write(replace(state, notices=(*state.notices, *notices)))
        return looked, changes

    def _tended(self, state: Remembered, until: datetime) -> Sight:
        if self._tending is None:
            return Sight()
        return self._tending.look(until, state.known.problems)

    def _keep(self, what: str, stamp: str, ending: str, text: str) -> str:
        key = self._watched.kept_key(what, stamp, ending)
        self._aws.write(self._watched.settings.bucket, key, text.encode("utf-8"))
        return key

    def _lists(
        self, state: Remembered, looked: Looked, stamp: str
    ) -> tuple[str, tuple[Listed, ...]]:
        """Keep the suppression lists and what changed in them; what nobody was notified of."""
        if isinstance(looked.listed, NoAnswer):
            return state.lists, ()
        entries, regions = looked.listed.entries, looked.listed.seen
        table = suppression_file.as_csv(suppression_file.rows(entries))
        key = self._keep("suppression", stamp, "csv", table)
        if not state.lists:
            return key, ()
        try:
            before = self._aws.read(self._watched.settings.bucket, state.lists).content
            old = suppression_file.read_export(before, state.lists)
            closed = set(looked.listed.closed)
            known = (one for one in old if one.region not in closed)
            changes = suppression_file.changes(known, entries, regions)
        except (NotFound, CouldNotLook, suppression_file.BadExport) as error:
            # Of what went nothing is known; what came tells its own date.
            self._log.say("lists not compared", level="WARN", why=str(error))
            last = self._watched.kept_at(state.lists)
            added = tuple(one for one in entries if one.since > last)
        else:
            delta = suppression_file.as_csv(changes.rows(), of_changes=True)
            self._keep("suppression", stamp, "changes.csv", delta)
            added = changes.added
        alerted = frozenset() if isinstance(looked.history, NoAnswer) else looked.history.alerted
        untold = [
            f"{one.address}  {one.reason}  {Region(one.region)}"
            for one in added
            if alerted.isdisjoint((one.address.lower(), hash_address(one.address)))
        ]
        return key, (Listed(tuple(untold)),) if untold else ()

    def _notice(
        self, state: Remembered, subject: str, lines: tuple[str, ...], about: str
    ) -> Notice:
        at = stamp_of(self._clock())
        return Notice(f"{at}/{about}", at, subject, lines, self._ways(state))

    def _ways(self, state: Remembered) -> tuple[Task, ...]:
        ways = [_MAIL] if state.notice_address and state.forwarding_address else []
        ways += [_SNS] if self._watched.topic_arn else []
        return tuple(map(channel, ways))

    # Telling ----------------------------------------------------------------

    def _tell(self) -> tuple[Notice, ...]:
        """Send what is due; gives what certainly went out by some channel now."""
        waiting = {one.id for one in self._book.state.notices if not one.told}
        for notice in self._book.state.notices:
            for task in notice.tasks:
                if task.state is State.DUE:
                    self._tell_one(notice, task)
        untold = [one for one in self._book.state.notices if not one.told]
        for one in untold:
            answers = "; ".join(f"{task.name}: {task.answer}" for task in one.tasks)
            self._log.alarm("not told", notice=one.id, why=answers or "no channel")
        if untold:
            msg = f"{len(untold)} notices went out by no channel; the log says why"
            raise NotTold(msg)
        return tuple(one for one in self._book.state.notices if one.id in waiting)

    def _tell_one(self, notice: Notice, task: Task) -> None:
        """Write down that it is begun, do it, write down how it ended."""
        book = self._book
        book.write(with_task(book.state, notice.id, begun(task, self._clock())))
        try:
            self._send(notice, task)
        except Refused as error:
            ended = refused(task, str(error), self._clock())
        except NoReply as error:
            now = self._clock()
            ended = lost(task, now) if error.sent else retry_later(task, str(error), now)
        except AwsFailure as error:
            old = self._clock() - datetime.fromisoformat(notice.at) > GIVEN_UP_AFTER
            ended = (refused if old else retry_later)(task, str(error), self._clock())
        else:
            ended = done(task, "taken", self._clock())
        book.write(with_task(book.state, notice.id, ended))

    def _send(self, notice: Notice, task: Task) -> None:
        if task.name == _SNS:
            text = "\n".join(notice.lines)
            self._aws.publish(self._watched.topic_arn, notice.subject, text)
            return
        state, settings = self._book.state, self._watched.settings
        made = letter(
            state.notice_address,
            state.forwarding_address,
            notice.subject,
            notice.lines,
            self._clock(),
        )
        envelope = Envelope(
            state.forwarding_address,
            state.notice_address,
            settings.feedback_address,
            settings.configuration_set,
        )
        self._aws.send(envelope, (made,))

    def _measure(self, looked: Looked) -> None:
        about = {DIMENSION: self._watched.stack}
        account = looked.evidence.here.account
        if not isinstance(account, NoAnswer):
            self._aws.measure(NAMESPACE, QUOTA, quota_percent(account), about)
        ages = {CANARY_AGE: looked.ages.canary, CREDENTIAL_AGE: looked.ages.credential}
        for metric, days in ages.items():
            if days is not None:  # without a value its alarm rings
                self._aws.measure(NAMESPACE, metric, days, about)
        self._aws.measure(NAMESPACE, WATCHED, 1, about)


def _proofs(state: Remembered, looked: Looked, users: Seen[tuple[str, ...]]) -> dict[str, str]:
    if isinstance(looked.history, NoAnswer):
        return dict(state.proofs)
    arrived = {user: stamp_of(at) for user, at in looked.history.arrived.items()}
    if isinstance(users, NoAnswer):  # nobody's is forgotten
        users = tuple({**state.proofs, **arrived})
    latest = {user: max(state.proofs.get(user, ""), arrived.get(user, "")) for user in users}
    return {user: at for user, at in latest.items() if at}


def _period(summary: str, at: datetime) -> str:
    """The week or month that a summary belongs to; empty where none is wanted."""
    if summary == "weekly":
        year, week, _ = at.astimezone(UTC).isocalendar()
        return f"{year}-W{week:02}"
    return f"{at:%Y-%m}" if summary == "monthly" else ""
