"""Proving a credential by a mail: sent with it, and seen to arrive at our own domain.

A login says that user name and password are right, and nothing of policy,
identity, DKIM or delivery; a mail that has arrived says all of it (FACTS 17.3).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from sendas.auth.ses_trace import received_at
from sendas.credentials.decide.credential import StoredCredential
from sendas.credentials.decide.verification import Check, Expected, Report, Status, judge
from sendas.credentials.doors import Dial, OwnPost, Post, Timing
from sendas.credentials.proving import PORTS
from sendas.credentials.watching import MAX_BYTES, Place, Watch, first
from sendas.mail.address import Address
from sendas.mail.canary import CANARY, canary_address, canary_mail
from sendas.mail.message import read_message
from sendas.outcome import see
from sendas.ses.regions import Region, smtp_host
from sendas.smtp.probe import Outcome, Probe
from sendas.smtp.session import Credential, TestMessage
from sendas.smtp.verdict import conclude


class CanaryResult(StrEnum):
    """What became of a canary."""

    ARRIVED = "arrived"
    """It came, and SPF, DKIM and DMARC are as they should be."""
    ARRIVED_BADLY = "arrived-badly"
    """It came, and receivers elsewhere may refuse its like."""
    ARRIVED_UNTOLD = "arrived-untold"
    """It came, and what SES found of its authentications is not told."""
    NOT_SEEN = "not-seen"
    """SES took it, and it did not come in time: lost, late, or stored elsewhere."""
    REFUSED = "refused"
    """The login, or the mail, was refused."""
    NOT_REACHED = "not-reached"
    """Nothing was learned: this machine does not come through to the server."""


@dataclass(frozen=True, slots=True)
class Canary:
    """The end of one canary.  *sent_at* is None where SES did not take it."""

    result: CanaryResult
    words: str
    sent_at: datetime | None = None
    arrived_at: datetime | None = None
    checks: tuple[Check, ...] = ()
    ses_message_id: str = ""
    taken_at: datetime | None = None
    """When the receiving SES had it; None where that is before it was sent, by clocks apart."""

    @property
    def well(self) -> bool:
        """Whether it proves the credential."""
        return self.result is CanaryResult.ARRIVED


@dataclass(frozen=True, slots=True)
class CanaryRequest:
    """What is to be proven.  *token* is hexadecimal, new for each canary."""

    stored: StoredCredential
    places: tuple[Place, ...]
    token: str
    patience_seconds: float = 60.0


Weigh: TypeAlias = Callable[[Report], tuple[CanaryResult, str]]
"""What an arrived canary proves, and why in words."""


@dataclass(frozen=True, slots=True)
class CanaryRoute:
    """One canary, by any server: whose, by which login, to where, and what it must prove there.

    *region*, *user* and *key_id* are SES's own; empty where another server takes it.
    """

    mailbox: Address
    host: str
    ports: tuple[int, ...]
    credential: Credential
    places: tuple[Place, ...]
    token: str
    patience_seconds: float
    weigh: Weigh
    region: Region
    user: str = ""
    key_id: str = ""


def send_canary(request: CanaryRequest, dial: Dial, post: Post, timing: Timing) -> Canary:
    """Send a canary with a stored credential by SES, and wait until it is seen.

    Raises:
        CouldNotLook: The bucket did not answer.
    """
    stored = request.stored
    route = CanaryRoute(
        Address(stored.address),
        smtp_host(stored.region),
        PORTS,
        Credential(stored.username, stored.password),
        request.places,
        request.token,
        request.patience_seconds,
        _all_of_it,
        stored.region,
        stored.user,
        stored.username,
    )
    return send_canary_over(route, dial, post, timing)


def send_canary_over(route: CanaryRoute, dial: Dial, post: Post, timing: Timing) -> Canary:
    """Send one canary, and wait until it is seen.

    Raises:
        CouldNotLook: The bucket did not answer.
    """
    began, mailbox = timing.now(), route.mailbox
    once = canary_address(mailbox, route.token)
    probe = _sent(
        route, dial, TestMessage(mailbox, once, canary_mail(mailbox, route.token, began))
    )
    if probe.outcome is not Outcome.SENT:
        refused = probe.outcome is Outcome.REFUSED
        words = f"{probe.reply}: {conclude(probe).words}" if refused else conclude(probe).words
        return Canary(CanaryResult.REFUSED if refused else CanaryResult.NOT_REACHED, words)
    watch = Watch(route.places, began, route.patience_seconds)
    raw = first(watch, post, timing, taker(route.token))
    if raw is None:
        seconds = f"{watch.timeout_seconds:.0f} s"
        who = "SES" if route.region else "the server"
        words = f"{who} took it ({probe.reply}), and it was not seen within {seconds}"
        return Canary(CanaryResult.NOT_SEEN, words, sent_at=began)
    expected = Expected(mailbox, once, route.region, began, route.user, route.key_id)
    report = judge(raw, expected)
    result, words = route.weigh(report)
    taken = received_at(raw)
    return Canary(
        result,
        words,
        began,
        timing.now(),
        report.checks,
        report.ses_message_id,
        taken if taken >= began else None,
    )


def _all_of_it(report: Report) -> tuple[CanaryResult, str]:
    """By the whole way: SES sent it with this credential, and every check passes."""
    if report.works is True:
        return CanaryResult.ARRIVED, "; ".join(f"{c.name}: {c.words}" for c in report.checks)
    failed = next((c.words for c in report.checks if c.status == "fail"), report.conclusion)
    return CanaryResult.ARRIVED_BADLY, failed


_AUTHENTICATION = ("from", "spf", "dkim", "dmarc")


def by_authentication(report: Report) -> tuple[CanaryResult, str]:
    """By what the receiving SES found of SPF, DKIM and DMARC; the way is anybody's.

    SPF may pass for the server's own domain: DMARC then rests on DKIM.  What SES does not
    tell is not proven.
    """
    checks = {check.name: check for check in report.checks if check.name in _AUTHENTICATION}
    words = "; ".join(f"{check.name}: {check.words}" for check in checks.values())
    if Status.FAIL in {check.status for check in checks.values()}:
        return CanaryResult.ARRIVED_BADLY, words
    needed = ("from", "dkim", "dmarc")
    passed = all(name in checks and checks[name].status is Status.OK for name in needed)
    return (
        CanaryResult.ARRIVED if passed and "spf" in checks else CanaryResult.ARRIVED_UNTOLD
    ), words


_READ_BY_THEN_SECONDS = 10.0
"""For the notice, the queue, and a function that has to start first."""


def clean_up(
    token: str, places: Sequence[Place], began: datetime, post: OwnPost, timing: Timing
) -> int:
    """Delete the stored mail of the canary *token*, sent since *began*; how many there were.

    Only what bears this very token goes, and not at once: the function that forwards reads
    every stored mail, and one that is gone before it came would end among its dead letters.

    Raises:
        CouldNotLook: It may still lie there.
    """
    take, gone = taker(token), 0
    timing.sleep(_READ_BY_THEN_SECONDS)
    for place in dict.fromkeys(places):
        # S3 tells time by the second.
        since = began.replace(microsecond=0)
        what = f"the mails in {place.bucket}"
        for mail in see(post.mails_since(place.bucket, place.prefix, since), what):
            raw = see(post.read_mail(mail, MAX_BYTES), f"the mail {mail.key}")
            if raw is not None and take(raw) is not None:
                post.delete_mail(mail)
                gone += 1
    return gone


def taker(token: str) -> Callable[[bytes], bytes | None]:
    """Takes a mail that is the canary *token*, and no other."""

    def take(raw: bytes) -> bytes | None:
        values = read_message(raw).headers.all(CANARY.lower())
        return raw if token in {value.strip() for value in values} else None

    return take


def _sent(route: CanaryRoute, dial: Dial, message: TestMessage) -> Probe:
    """The first port that answers takes it: a refused mail is not offered a second time."""
    probes = []
    for port in route.ports:
        probe = dial(route.host, port, route.credential, message)
        if probe.outcome in {Outcome.SENT, Outcome.REFUSED} or probe.stage == "send":
            return probe
        probes.append(probe)
    return probes[0]
