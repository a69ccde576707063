"""Proving: both ways at once, announced before, tidied away after."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime

from sendas.aws.writes import NotDone
from sendas.credentials.watching import Place as Folder
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Status
from sendas.doctor.proof import End, Hop, Journey, Proof, Way
from sendas.doctor.rules.proof._hops import CAUSES
from sendas.doctor.run import examine
from sendas.doctor.threads import DaemonThreads
from sendas.errors import CouldNotLook
from sendas.forward.probe import Announced
from sendas.inbound.settings import DEFAULT_ROUTES_KEY, DEFAULT_STATE_PREFIX
from sendas.mail.address import Address
from sendas.outcome import NoAnswer
from sendas.prove import tidying, way_in, way_out
from sendas.prove.doors import Aws, Doors
from sendas.prove.road import NothingToProve, Road, road_in
from sendas.prove.tidying import GOOD_FOR, Notes, announce, busy_until, leftovers, tidy
from sendas.ses.regions import smtp_host
from sendas.ses.road import Place
from sendas.smtp.session import Credential


_TO_INBOX = "--to-inbox"


@dataclass(frozen=True, slots=True)
class ProofOptions:
    """How to prove.  *token* gives 16 hexadecimal digits, new each time.

    *patience_seconds* are for each hop; *to_inbox* lets the proof go on to the person.
    """

    token: Callable[[], str]
    password: str | None = field(default=None, repr=False)
    patience_seconds: float = 60.0
    to_inbox: bool = False


def prove(evidence: Evidence, options: ProofOptions, doors: Doors) -> Proof:
    """Send what proves, and follow it; *evidence* says where to.

    Whatever is broken is a hop's end.  What was announced is tidied away, also when
    somebody interrupts.

    Raises:
        UsageError: No such AWS profile.
    """
    try:
        road = road_in(evidence)
    except NothingToProve as nothing:
        return _without_a_way_in(evidence, options, doors, str(nothing), nothing.option)
    except CouldNotLook as silence:
        return _without_a_way_in(evidence, options, doors, str(silence))
    if road.strange and not options.to_inbox:
        why = f"{road.strange} works on the mail, and would send a proof on to a person"
        return _without_a_way_in(evidence, options, doors, why, _TO_INBOX)
    return _Run(evidence, road, options, doors).go()


def _without_a_way_in(
    evidence: Evidence, options: ProofOptions, doors: Doors, why: str, option: str = ""
) -> Proof:
    """No mail goes in, for *why*; out of the domain one goes to where nobody is."""
    return Proof((_unsent(Way.IN, why, option), _out_alone(evidence, options, doors, why)))


def _unsent(way: Way, why: str, option: str = "") -> Journey:
    return Journey(way, not_sent=why, option=option)


class _Run:
    def __init__(
        self, evidence: Evidence, road: Road, options: ProofOptions, doors: Doors
    ) -> None:
        self._evidence, self._options, self._doors = evidence, options, doors
        self._aws = doors.aws(road.region)
        self._road = (
            road if road.writes or road.strange else replace(road, writes=self._found(road))
        )
        self._told = False
        now = doors.timing.now()
        self._announced = Announced(
            options.token(),
            options.token(),
            now,
            now + GOOD_FOR,
            options.to_inbox,
            options.token(),
            busy_until(now, options.patience_seconds),
        )

    def _found(self, road: Road) -> Place | None:
        """Where sendas's function would write if the road still led to it, by its routes."""
        if road.store is None:
            return None
        routes = self._aws.read(road.store.bucket, DEFAULT_ROUTES_KEY)
        found = isinstance(routes, bytes)
        return Place(road.store.bucket, DEFAULT_STATE_PREFIX) if found else None

    def go(self) -> Proof:
        """Both ways, each in a thread of its own; what an earlier run left goes first."""
        notes = self._notes()
        journeys: tuple[Journey, ...] = ()
        self._tidy_earlier(notes)
        self._announce(notes)
        try:
            threads = DaemonThreads(2)
            ways: list[Future[Journey]] = [threads.submit(self._in), threads.submit(self._out)]
            journeys = tuple(way.result() for way in ways)
        finally:
            left = self._tidy(notes, journeys)
        first, *others = journeys
        return Proof((replace(first, left=left), *others))

    def _notes(self) -> Notes | None:
        writes, store = self._road.writes, self._road.store
        return Notes(writes, store) if writes and store else None

    def _announce(self, notes: Notes | None) -> None:
        if notes is None:
            return
        try:
            announce(self._announced, notes, self._aws)
            self._told = True
        except NotDone:
            self._told = False

    def _tidy_earlier(self, notes: Notes | None) -> None:
        """Best effort: what stays is found again by the next run."""
        if notes is None:
            return
        now = self._doors.timing.now()
        try:
            old = leftovers(notes, self._aws, now)
        except CouldNotLook:
            return
        for one in old:
            tidy(
                one, notes, self._road, self._aws, self._doors,
                untold=self._queue_is_empty(), awaited=self._may_come(one, notes, now),
            )  # fmt: skip

    def _may_come(self, one: Announced, notes: Notes, now: datetime) -> bool:
        """Whether nothing of it has come yet, and it is still good."""
        try:
            return now <= one.until and not any(tidying.mails_of(one, notes.store, self._aws))
        except CouldNotLook:
            return True

    def _queue_is_empty(self) -> bool:
        if self._road.queue is None:
            return False
        queue = self._aws.queue(self._road.queue)
        return not isinstance(queue, NoAnswer) and queue.waiting + queue.in_flight == 0

    def _tidy(self, notes: Notes | None, journeys: tuple[Journey, ...]) -> tuple[str, ...]:
        if notes is not None:
            untold = any(
                one.hop is Hop.NOTICED and one.end is End.STOPPED
                for journey in journeys
                for one in journey.passages
            )
            return tidy(
                self._announced, notes, self._road, self._aws, self._doors,
                untold=untold, awaited=any(map(_is_awaited, journeys)),
            )  # fmt: skip
        if self._road.store is None:
            return ()
        return tidying.tidy_without(self._announced, self._road.store, self._aws)

    def _in(self) -> Journey:
        options, announced = self._options, self._announced
        request = way_in.InboundRequest(
            announced.token,
            announced.onward,
            options.patience_seconds,
            self._told,
            options.to_inbox,
            self._stuck(),
        )
        return way_in.prove_in(self._road, request, self._doors, self._aws)

    def _stuck(self) -> frozenset[Hop]:
        """The hops at which rules have found a fault already."""
        findings = examine(self._evidence).findings
        failing = {one.code for one in findings if one.status is Status.FAIL}
        return frozenset(hop for hop, codes in CAUSES.items() if not failing.isdisjoint(codes))

    def _out(self) -> Journey:
        store = self._road.store
        if store is None:
            why = "no receipt rule stores the domain's mail"
            return _out_alone(self._evidence, self._options, self._doors, why)
        request = way_out.OutboundRequest(
            self._announced.beside,
            Folder(store.bucket, store.key),
            self._options.patience_seconds,
        )
        return _out(self._evidence, self._options, self._doors, request, self._aws)


def _out_alone(evidence: Evidence, options: ProofOptions, doors: Doors, why: str) -> Journey:
    """The way out of a domain whose mail nobody here sees arrive, for *why*."""
    request = way_out.OutboundRequest(options.token(), None, options.patience_seconds, why)
    return _out(evidence, options, doors, request, doors.aws(evidence.subject.region))


def _out(
    evidence: Evidence,
    options: ProofOptions,
    doors: Doors,
    request: way_out.OutboundRequest,
    aws: Aws,
) -> Journey:
    subject = evidence.subject
    lacking = [
        option
        for option, given in (
            ("--from ADDRESS", subject.from_address),
            ("--smtp-username USER", subject.smtp_username),
            ("--password-env NAME", options.password),
        )
        if not given
    ]
    if not (subject.from_address and subject.smtp_username and options.password):
        return _unsent(Way.OUT, "nobody said what the mail client holds", " ".join(lacking))
    client = way_out.Client(
        subject.smtp_host or smtp_host(subject.region),
        subject.smtp_port,
        Credential(subject.smtp_username, options.password),
        Address(subject.from_address),
        subject.region,
    )
    return way_out.prove_out(client, request, doors, aws)


def _is_awaited(journey: Journey) -> bool:
    """Whether its mail was sent on and has not been seen: SES tries to store it for hours."""
    last = journey.passages[-1] if journey.passages else None
    waits = {Hop.STORED, Hop.ARRIVED, Hop.CAME}
    if journey.entered.startswith(way_in.BY_SES):
        waits.add(Hop.TAKEN)
    return last is not None and last.hop in waits and last.end is not End.PASSED
