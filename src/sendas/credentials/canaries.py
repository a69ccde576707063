"""Proving a credential by a mail: sent with it, and seen to arrive at our own domain.

A login says that user name and password are right, and nothing of policy,
identity, DKIM or delivery; a mail that has arrived says all of it (FACTS 17.3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sendas.credentials.credential import StoredCredential
from sendas.credentials.doors import Dial, Post, Timing
from sendas.credentials.proving import PORTS
from sendas.credentials.verification import Check, Expected, Report, judge
from sendas.credentials.watching import Place, Watch, first
from sendas.mail.address import Address
from sendas.mail.canary import CANARY, canary_address, canary_mail
from sendas.mail.message import read_message
from sendas.ses.regions import smtp_host
from sendas.smtp.dialogue import Credential, TestMessage
from sendas.smtp.probe import Outcome, Probe
from sendas.smtp.verdict import conclude


class Fate(StrEnum):
    """What became of a canary."""

    ARRIVED = "arrived"
    """It came, and SPF, DKIM and DMARC are as they should be."""
    ARRIVED_BADLY = "arrived-badly"
    """It came, and receivers elsewhere may refuse its like."""
    NOT_SEEN = "not-seen"
    """SES took it, and it did not come in time: lost, late, or stored elsewhere."""
    REFUSED = "refused"
    """The login, or the mail, was refused."""
    NOT_REACHED = "not-reached"
    """Nothing was learned: this machine does not come through to the server."""


@dataclass(frozen=True, slots=True)
class Canary:
    """The end of one canary.  *sent_at* is None where SES did not take it."""

    fate: Fate
    words: str
    sent_at: datetime | None = None
    arrived_at: datetime | None = None
    checks: tuple[Check, ...] = ()
    ses_message_id: str = ""

    @property
    def well(self) -> bool:
        """Whether it proves the credential."""
        return self.fate is Fate.ARRIVED


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be proven.  *token* is hexadecimal, new for each canary."""

    stored: StoredCredential
    places: tuple[Place, ...]
    token: str
    patience_seconds: float = 60.0


def fly(errand: Errand, dial: Dial, post: Post, timing: Timing) -> Canary:
    """Send a canary with the credential, and wait until it is seen.

    Raises:
        CouldNotLook: The bucket did not answer.
    """
    stored, began = errand.stored, timing.now()
    mailbox = Address(stored.address)
    once = canary_address(mailbox, errand.token)
    message = TestMessage(mailbox, once, canary_mail(mailbox, errand.token, began))
    probe = _sent(stored, dial, message)
    if probe.outcome is not Outcome.SENT:
        refused = probe.outcome is Outcome.REFUSED
        words = f"{probe.reply}: {conclude(probe).words}" if refused else conclude(probe).words
        return Canary(Fate.REFUSED if refused else Fate.NOT_REACHED, words)
    expected = Expected(mailbox, once, stored.region, began, stored.user, stored.username)
    watch = Watch(errand.places, began, errand.patience_seconds)
    raw = first(watch, post, timing, taker(errand.token))
    if raw is None:
        seconds = f"{watch.timeout_seconds:.0f} s"
        words = f"SES took it ({probe.reply}), and it was not seen within {seconds}"
        return Canary(Fate.NOT_SEEN, words, sent_at=began)
    return _judged(judge(raw, expected), began, timing.now())


def _judged(report: Report, began: datetime, now: datetime) -> Canary:
    well = report.works is True
    failed = next((c.words for c in report.checks if c.status == "fail"), report.conclusion)
    return Canary(
        Fate.ARRIVED if well else Fate.ARRIVED_BADLY,
        "; ".join(f"{c.name}: {c.words}" for c in report.checks) if well else failed,
        began,
        now,
        report.checks,
        report.ses_message_id,
    )


def taker(token: str) -> Callable[[bytes], bytes | None]:
    """Takes a mail that is the canary *token*, and no other."""

    def take(raw: bytes) -> bytes | None:
        values = read_message(raw).headers.all(CANARY.lower())
        return raw if token in {value.strip() for value in values} else None

    return take


def _sent(stored: StoredCredential, dial: Dial, message: TestMessage) -> Probe:
    """The first port that answers takes it: a refused mail is not offered a second time."""
    host, credential = smtp_host(stored.region), Credential(stored.username, stored.password)
    probes = []
    for port in PORTS:
        probe = dial(host, port, credential, message)
        if probe.outcome in {Outcome.SENT, Outcome.REFUSED} or probe.stage == "send":
            return probe
        probes.append(probe)
    return probes[0]
