"""The way in: a mail handed to the domain's exchanger, and followed to where its copy arrives."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NoReturn

from sendas.aws.mail_objects import MailObject
from sendas.aws.writes import NotDone
from sendas.credentials.canaries import taker
from sendas.credentials.decide.verification import Expected, Status, judge
from sendas.credentials.watching import Place, Watch, first_stored
from sendas.doctor.proof import End, Hop, Journey, Passage, Way
from sendas.errors import CouldNotLook
from sendas.forward.decision import Reason
from sendas.inbound.kinds import Kind
from sendas.inbound.settings import record_key
from sendas.journal.record import Record
from sendas.journal.record_file import MalformedRecord, read_record
from sendas.journal.task import State, Task
from sendas.mail.address import Address
from sendas.mail.canary import canary_address, canary_mail
from sendas.outcome import NoAnswer, see
from sendas.prove.doors import Aws, Doors
from sendas.prove.road import Road
from sendas.smtp.probe import Outcome, Probe, Stage
from sendas.smtp.session import TestMessage
from sendas.smtp.verdict import conclude


POLL_SECONDS = 0.5
BY_SES = "by SES"
"""How the time line begins of a mail that SES handed over, for port 25 was blocked."""
STUCK_SECONDS = 5.0
"""How long to wait at a hop of which rules have seen already that nothing passes it."""
_HANDED = frozenset({Stage.SEND, Stage.DONE})


@dataclass(frozen=True, slots=True)
class InboundRequest:
    """What is sent: *token* comes in, and its copy goes on to *onward*.

    *announced* is whether the function knows; *stuck* are hops at which rules see a fault.
    """

    token: str
    onward: str
    patience_seconds: float
    announced: bool = True
    to_inbox: bool = False
    stuck: frozenset[Hop] = frozenset()


def prove_in(road: Road, request: InboundRequest, doors: Doors, aws: Aws) -> Journey:
    """Send one mail into the domain, and follow it; how far it came."""
    run = _WayIn(road, request, doors, aws)
    try:
        run.go()
    except _Over:
        pass
    except CouldNotLook as silence:
        run.passed(run.next_hop(), End.UNSEEN, str(silence))
    return Journey(Way.IN, run.began, run.entered, tuple(run.passages))


class _Over(Exception):
    """It goes no further."""


@dataclass
class _WayIn:
    road: Road
    request: InboundRequest
    doors: Doors
    aws: Aws
    entered: str = ""
    passages: list[Passage] = field(default_factory=list)
    _handed: datetime | None = None

    def __post_init__(self) -> None:
        self.began = self.doors.timing.now()
        self._once = canary_address(self.road.address, self.request.token)

    def go(self) -> None:
        """Hop after hop."""
        self.taken()
        mail = self.stored()
        record = self.worked_on(mail)
        self.forwarded(record)
        self.arrived()

    # Hops ------------------------------------------------------------------

    def taken(self) -> None:
        """Port 25 at the exchanger; where that is blocked, SES's own sending."""
        if self.road.nowhere:
            self.stop(Hop.TAKEN, self.road.nowhere)
        content = canary_mail(self.road.address, self.request.token, self.began)
        message = TestMessage("", self._once, content)
        probe = self._handed_over(message)
        if probe.outcome is Outcome.SENT:
            self.entered = f"by port 25 of {probe.host}"
            self.passed(Hop.TAKEN, End.PASSED, f"{probe.host}: {probe.reply}")
        elif probe.outcome is Outcome.REFUSED:
            self.entered = f"by port 25 of {probe.host}"
            self.stop(Hop.TAKEN, f"{probe.host} refuses it: {probe.reply}")
        elif probe.stage in _HANDED:
            self.entered = f"by port 25 of {probe.host}"
            self.unseen(Hop.TAKEN, f"{probe.host}: {conclude(probe).words}")
        else:
            self._by_ses(content, probe)

    def _handed_over(self, message: TestMessage) -> Probe:
        """The first host that answers has the say, as for any sender (RFC 5321, 5.1)."""
        probes = []
        for host in self.road.hosts:
            probe = self.doors.hand_over(host, message)
            if probe.outcome in {Outcome.SENT, Outcome.REFUSED} or probe.stage in _HANDED:
                return probe
            probes.append(probe)
        return probes[0]

    def _by_ses(self, content: bytes, probe: Probe) -> None:
        why = f"port 25 of {probe.host}: {conclude(probe).words}"
        try:
            ses_id = self.aws.send(self.road.address, self._once, content)
        except NotDone as refused:
            self.unseen(Hop.TAKEN, f"{why}; and by SES it was not sent: {refused}")
        self.entered = f"{BY_SES}, as {self.road.address}, for {why}"
        self._handed = self.doors.timing.now()
        self.passed(Hop.TAKEN, End.UNSEEN, f"SES has it ({ses_id}), and hands it over itself")

    def stored(self) -> MailObject:
        """The bucket."""
        store = self.road.store
        if store is None:
            self.stop(Hop.STORED, f"no receipt rule stores mail for {self.road.address}")
        seen = self._first(Hop.STORED, self.request.token, Place(store.bucket, store.key))
        if seen is None:
            if self._handed is not None:
                # Who hands it over is SES, and nothing tells whether the exchanger took it.
                last = self.passages[-1]
                words = f"{last.words}; it was not stored"
                self.passages[-1] = replace(last, end=End.STOPPED, words=words)
                raise _Over
            self.stop(Hop.STORED, f"it is not in {store} after {self._waited(Hop.STORED)}")
        mail, _ = seen
        if self._handed is not None:
            self.passages[-1] = Passage(
                Hop.TAKEN, End.PASSED, "it was taken, for it is stored", self._seconds()
            )
        self.passed(Hop.STORED, End.PASSED, f"in {mail.bucket} as {mail.key}")
        return mail

    def worked_on(self, mail: MailObject) -> Record:
        """Told, queued, and in the function's hands."""
        if self.road.deaf:
            self.stop(Hop.NOTICED, self.road.deaf)
        writes = self.road.writes
        record = self._awaited_record(mail) if writes else None
        if writes is None and self.road.strange:
            self.unseen(Hop.WORKED_ON, f"{self.road.strange} has it, and keeps no record of ours")
        if record is None:
            self._not_worked_on()
        self._reached(Hop.NOTICED, "somebody was told")
        if self.road.queue:
            self._reached(Hop.QUEUED, "its notice came through the queue")
        if not record.tasks:
            self.stop(Hop.WORKED_ON, "the function has it, and could not decide what to do")
        self.passed(Hop.WORKED_ON, End.PASSED, "the function has read it, and decided")
        return record

    def _not_worked_on(self) -> NoReturn:
        """Nothing is written of it: the queue tells on which side of it the notice is."""
        waited = self._waited(Hop.WORKED_ON)
        if any(one.hop is Hop.QUEUED for one in self.passages):
            self.stop(Hop.WORKED_ON, f"its notice waits, and was not worked on after {waited}")
        if self.road.queue:
            self._reached(Hop.NOTICED, "the topic has somebody to tell")
            self.stop(Hop.QUEUED, f"no notice came into the queue within {waited}")
        self.stop(Hop.WORKED_ON, f"nothing is written of it after {waited}")

    def _awaited_record(self, mail: MailObject) -> Record | None:
        """The record with the end of its tasks, or as far as it has come."""
        ends = self._ends(Hop.WORKED_ON)
        found: Record | None = None
        while True:
            found = self._record(mail) or found
            if found is not None and found.tasks and all(_over(t) for t in found.tasks):
                return found
            if found is None:
                self._look_at_queue()
            if self.doors.timing.now() >= ends:
                return found
            self.doors.timing.sleep(POLL_SECONDS)

    def _record(self, mail: MailObject) -> Record | None:
        return record_of(mail, self.road, self.aws)

    def _look_at_queue(self) -> None:
        if self.road.queue is None or any(one.hop is Hop.QUEUED for one in self.passages):
            return
        queue = self.aws.queue(self.road.queue)
        if not isinstance(queue, NoAnswer) and queue.exists and queue.waiting + queue.in_flight:
            self._reached(Hop.NOTICED, "somebody was told")
            words = f"{queue.waiting} waiting in the queue, {queue.in_flight} in somebody's hands"
            self._reached(Hop.QUEUED, words)

    def forwarded(self, record: Record) -> None:
        """SES has the copy."""
        target = canary_address(self.road.address, self.request.onward)
        task = next(
            (t for t in record.tasks if t.kind == Kind.FORWARD and t.target == target), None
        )
        if task is None:
            self._not_sent_on(record)
        elif task.state is State.DONE:
            self.passed(Hop.FORWARDED, End.PASSED, f"SES took the copy as {task.answer}")
        elif task.state is State.UNCERTAIN:
            self.unseen(Hop.FORWARDED, "nobody answered when the copy was sent")
        elif not task.answer:
            self.unseen(
                Hop.FORWARDED, f"the function was at it after {self._waited(Hop.FORWARDED)}"
            )
        else:
            self.stop(Hop.FORWARDED, f"the copy did not go out: {task.answer}")

    def _not_sent_on(self, record: Record) -> NoReturn:
        why = next((task.why for task in record.tasks if task.why), "")
        if not self.request.announced:
            self.unseen(Hop.FORWARDED, "the proof could not be announced to the function")
        if any(task.reason == Reason.PROBE for task in record.tasks):
            self.stop(Hop.FORWARDED, why)
        self.unseen(
            Hop.FORWARDED, "this function knows no announced proofs: `sendas apply` renews it"
        )

    def arrived(self) -> None:
        """The copy, at our own domain, by its own way through DNS."""
        store = self.road.store
        if store is None:
            raise _Over
        seen = self._first(Hop.ARRIVED, self.request.onward, Place(store.bucket, store.key))
        if seen is None:
            self.stop(Hop.ARRIVED, f"the copy did not arrive within {self._waited(Hop.ARRIVED)}")
        words, failed, signed = verdicts(seen[1], self.road, self.began)
        if failed:
            self.stop(Hop.ARRIVED, f"the copy came, and {failed}")
        if not signed:
            self.unseen(Hop.ARRIVED, "the copy came, and no lines of SES tell how it was judged")
        self.passed(Hop.ARRIVED, End.PASSED, words)

    # Hands -----------------------------------------------------------------

    def _first(self, hop: Hop, token: str, place: Place) -> tuple[MailObject, bytes] | None:
        watch = Watch((place,), self.began, self._patience(hop), POLL_SECONDS)
        return first_stored(watch, self.aws, self.doors.timing, taker(token))

    def passed(self, hop: Hop, end: End, words: str) -> None:
        """Write down how it went at *hop*."""
        self.passages.append(Passage(hop, end, words, self._seconds()))

    def stop(self, hop: Hop, words: str) -> NoReturn:
        """It stopped at *hop*.

        Raises:
            _Over: Always.
        """
        self.passed(hop, End.STOPPED, words)
        raise _Over

    def unseen(self, hop: Hop, words: str) -> NoReturn:
        """Nothing tells of *hop*; raises _Over."""
        self.passed(hop, End.UNSEEN, words)
        raise _Over

    def _reached(self, hop: Hop, words: str) -> None:
        if all(one.hop is not hop for one in self.passages):
            self.passed(hop, End.PASSED, words)

    def next_hop(self) -> Hop:
        """The one after the last that is known of."""
        order = [Hop.TAKEN, Hop.STORED, Hop.WORKED_ON, Hop.FORWARDED, Hop.ARRIVED]
        known = {one.hop for one in self.passages}
        return next((hop for hop in order if hop not in known), Hop.ARRIVED)

    def _seconds(self) -> float:
        return round((self.doors.timing.now() - self.began).total_seconds(), 1)

    def _patience(self, hop: Hop) -> float:
        return min(STUCK_SECONDS, self.request.patience_seconds) if self._is_stuck(hop) else (
            self.request.patience_seconds
        )  # fmt: skip

    def _is_stuck(self, hop: Hop) -> bool:
        near = {Hop.WORKED_ON: {Hop.NOTICED, Hop.QUEUED, Hop.WORKED_ON, Hop.FORWARDED},
                Hop.STORED: {Hop.TAKEN, Hop.STORED}}  # fmt: skip
        return not self.request.stuck.isdisjoint(near.get(hop, {hop}))

    def _waited(self, hop: Hop) -> str:
        return f"{self._patience(hop):.0f} s"

    def _ends(self, hop: Hop) -> datetime:
        return self.doors.timing.now() + timedelta(seconds=self._patience(hop))


def _over(task: Task) -> bool:
    """Whether nothing will become of *task* while we look: ended, or tried and put off."""
    return task.ended or (task.state is State.DUE and bool(task.answer))


def record_of(mail: MailObject, road: Road, aws: Aws) -> Record | None:
    """What the function remembers of *mail*; None if nothing yet.

    Raises:
        CouldNotLook: S3 did not answer.
    """
    if road.writes is None or road.store is None:
        return None
    ses_id = mail.key.removeprefix(road.store.key)
    key = record_key(road.writes.key, ses_id)
    raw = see(aws.read(road.writes.bucket, key), f"the record {key}")
    try:
        return read_record(raw) if raw is not None else None
    except MalformedRecord:
        return None


def verdicts(raw: bytes, road: Road, began: datetime) -> tuple[str, str, bool]:
    """What the receiving SES found of the copy, in words; what failed, empty if nothing.

    And whether it was seen to be signed: a copy without SES's own lines says nothing of it.
    """
    report = judge(raw, Expected(road.address, Address(road.address), road.region, began))
    checks = [one for one in report.checks if one.name in {"spf", "dkim", "dmarc"}]
    failed = next((one for one in checks if one.status is Status.FAIL), None)
    words = "; ".join(f"{one.name}: {one.words}" for one in checks)
    signed = any(one.name == "dkim" and one.status is Status.OK for one in checks)
    return words, f"{failed.name}: {failed.words}" if failed else "", signed
