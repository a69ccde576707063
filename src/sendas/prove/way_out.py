"""The way out: a mail sent as the mail client would, and seen to arrive at our own domain."""

from dataclasses import dataclass, field
from datetime import datetime

from sendas.credentials.canaries import taker
from sendas.credentials.decide.verification import Expected, Report, judge
from sendas.credentials.watching import Place, Watch, first
from sendas.doctor.proof import End, Hop, Journey, Passage, Way
from sendas.errors import CouldNotLook
from sendas.mail.address import Address
from sendas.mail.canary import canary_address, canary_mail
from sendas.prove.doors import Aws, Doors
from sendas.prove.way_in import POLL_SECONDS
from sendas.ses.regions import Region
from sendas.ses.simulator import SIMULATOR
from sendas.smtp.probe import Outcome, Probe, Stage
from sendas.smtp.session import Credential, TestMessage
from sendas.smtp.verdict import conclude


TAKER = Address(f"success@{SIMULATOR}")
"""Takes every mail, also from the sandbox, and counts for no quota (SES guide, "Simulator")."""


@dataclass(frozen=True, slots=True)
class Client:
    """What the mail client holds, and the address that it writes as."""

    host: str
    port: int
    credential: Credential
    address: Address
    region: Region


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """*token* goes to an address at the domain, and is looked for at *place*."""

    token: str
    place: Place | None
    patience_seconds: float
    unseen: str = ""
    """Why there is no *place*: the mail then goes to SES's simulator, which reaches nobody."""


def prove_out(client: Client, request: OutboundRequest, doors: Doors, aws: Aws) -> Journey:
    """Log in, send one mail, and see what arrives."""
    run = _WayOut(client, request, doors, aws)
    try:
        run.go()
    except CouldNotLook as silence:
        run.passed(Hop.CAME, End.UNSEEN, str(silence))
    return Journey(
        Way.OUT, run.began, f"by {client.host}:{client.port}, as {client.address}",
        tuple(run.passages),
    )  # fmt: skip


@dataclass
class _WayOut:
    client: Client
    request: OutboundRequest
    doors: Doors
    aws: Aws
    passages: list[Passage] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.began: datetime = self.doors.timing.now()
        self._once = (
            canary_address(self.client.address, self.request.token)
            if self.request.place
            else TAKER
        )

    def go(self) -> None:
        """Hop after hop."""
        content = canary_mail(self.client.address, self.request.token, self.began)
        message = TestMessage(self.client.address, self._once, content)
        it = self.client
        probe = self.doors.dial(it.host, it.port, it.credential, message)
        if not self._sent(probe):
            return
        place = self.request.place
        if place is None:
            words = f"it went to {TAKER}, for {self.request.unseen}: nothing shows it arrive"
            self.passed(Hop.CAME, End.UNSEEN, words)
            return
        watch = Watch((place,), self.began, self.request.patience_seconds, POLL_SECONDS)
        raw = first(watch, self.aws, self.doors.timing, taker(self.request.token))
        if raw is None:
            words = f"it did not arrive within {watch.timeout_seconds:.0f} s"
            self.passed(Hop.CAME, End.STOPPED, words)
            return
        self.passed(Hop.CAME, End.PASSED, f"in {place.bucket}")
        expected = Expected(it.address, self._once, it.region, self.began)
        self._judged(judge(raw, expected))

    def _sent(self, probe: Probe) -> bool:
        """Whether the server took it; what it said to the login and to the mail."""
        came_to_send = probe.stage in {Stage.SEND, Stage.DONE}
        if probe.outcome is Outcome.SENT or came_to_send:
            at = _seconds_of(probe, Stage.AUTH)
            words = f"{self.client.host} takes user name and password"
            self.passages.append(Passage(Hop.LOGGED_IN, End.PASSED, words, at))
        if probe.outcome is Outcome.SENT:
            self.passed(Hop.SENT, End.PASSED, str(probe.reply))
            return True
        hop = Hop.SENT if came_to_send else Hop.LOGGED_IN
        if probe.outcome is Outcome.REFUSED:
            self.passed(hop, End.STOPPED, f"{probe.reply}")
        else:
            self.passed(hop, End.UNSEEN, conclude(probe).words)
        return False

    def _judged(self, report: Report) -> None:
        checks = [one for one in report.checks if one.name in {"spf", "dkim", "dmarc"}]
        words = "; ".join(f"{one.name}: {one.words}" for one in checks)
        if report.works is False:
            self.passed(Hop.JUDGED, End.STOPPED, report.conclusion)
        elif report.works is None:
            self.passed(Hop.JUDGED, End.UNSEEN, report.conclusion)
        else:
            self.passed(Hop.JUDGED, End.PASSED, words)

    def passed(self, hop: Hop, end: End, words: str) -> None:
        """Write down how it went at *hop*."""
        seconds = round((self.doors.timing.now() - self.began).total_seconds(), 1)
        self.passages.append(Passage(hop, end, words, seconds))


def _seconds_of(probe: Probe, stage: Stage) -> float:
    """How long it took until the end of *stage*."""
    last = max((n for n, step in enumerate(probe.steps) if step.stage is stage), default=-1)
    return round(sum(step.elapsed_seconds for step in probe.steps[: last + 1]), 1)
