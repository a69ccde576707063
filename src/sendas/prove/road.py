"""Where a proof would go, by the evidence: whom to hand it to, where to look for it; pure."""

from dataclasses import dataclass

from sendas.dns.mx import Mx, SesHost, ses_host
from sendas.doctor.evidence import Evidence
from sendas.doctor.rules.receive._receiving import mentions, receiving_region, told_exchanges
from sendas.doctor.rules.receive._road import (
    Start,
    Unseen,
    called,
    function,
    name_of,
    queues,
    start,
    topics,
)  # fmt: skip
from sendas.errors import CouldNotLook
from sendas.inbound.settings import DEFAULT_STATE_PREFIX
from sendas.mail.address import Address, MalformedAddress
from sendas.outcome import see
from sendas.ses.receiving import RuleSet, S3Action
from sendas.ses.regions import Region
from sendas.ses.road import Function, Place


POSTMASTER = "postmaster"
"""Whose mail a proof stands for where nothing names anybody (RFC 5321, 4.5.1)."""


class NothingToProve(CouldNotLook):
    """No mail is sent that way; *option* is what would change that, empty if nothing would."""

    def __init__(self, why: str, option: str = "") -> None:
        super().__init__(why)
        self.option = option


@dataclass(frozen=True, slots=True)
class Road:
    """The domain's way in as the evidence has it.

    *store* is where SES writes the mail, None where no rule does.  *writes* is where
    sendas's function keeps its records, None where another works on the mail, or nobody.
    *deaf* says why nobody hears of stored mail, empty where somebody does.
    """

    domain: str
    region: Region
    address: Address
    hosts: tuple[str, ...]
    nowhere: str = ""
    """Why no exchanger can be handed anything; empty where one can."""
    store: Place | None = None
    deaf: str = ""
    queue: str | None = None
    writes: Place | None = None
    strange: str = ""
    """What works on the mail that is not sendas's: it would send a proof on as any mail."""


def road_in(evidence: Evidence) -> Road:
    """The way in.

    Raises:
        NothingToProve: SES does not receive for the domain, or not in this Region.
        CouldNotLook: Neither MX nor rules were told.
    """
    subject = evidence.subject
    region = receiving_region(evidence)
    if region is None:
        msg = f"SES does not receive the mail of {subject.domain}"
        raise NothingToProve(msg)
    if region != subject.region:
        msg = f"mail of {subject.domain} comes in by SES in {region}"
        raise NothingToProve(msg, f"--region {region}")
    active = see(evidence.here.active_rule_set, f"DescribeActiveReceiptRuleSet in {region}")
    address = _address(evidence, active)
    hosts, nowhere = _exchangers(evidence, region)
    store = _store(active, address)
    walk = _Walk(evidence)
    return Road(
        subject.domain,
        region,
        address,
        hosts,
        nowhere,
        store,
        walk.deaf(),
        walk.queue(),
        walk.writes(),
        walk.strange(),
    )


def _exchangers(evidence: Evidence, region: Region) -> tuple[tuple[str, ...], str]:
    """The hosts in the order in which a sender tries them, and why that is in vain."""
    domain = evidence.subject.domain
    found = told_exchanges(evidence)
    real = sorted(mx for mx in found.parsed if not mx.is_null)
    if not real:
        null = any(mx.is_null for mx in found.parsed)
        said = "says by a null MX that it takes no mail" if null else "has no MX record"
        return (), f"{domain} {said}"
    if not _is_inbound(real[0], region):
        return (), f"the MX of {domain} leads to {real[0].host}, which is no host of SES receiving"
    return tuple(mx.host for mx in real if _is_inbound(mx, region)), ""


def _is_inbound(mx: Mx, region: Region) -> bool:
    return ses_host(mx.host) == (SesHost.INBOUND, region)


def _address(evidence: Evidence, active: RuleSet | None) -> Address:
    """Whose mail the proof stands for: --from's, else one that a rule takes."""
    domain = evidence.subject.domain
    if evidence.subject.from_address:
        return Address(evidence.subject.from_address)
    for rule in active.rules_of(domain) if active and mentions(active, domain) else ():
        for one in rule.recipients:
            local, at, where = one.rpartition("@")
            if at and where.lower() == domain:
                try:
                    return Address(f"{local}@{domain}")
                except MalformedAddress:
                    continue
    return Address(f"{POSTMASTER}@{domain}")


def _store(active: RuleSet | None, address: Address) -> Place | None:
    actions = (a for rule in (active.rules_for(address) if active else ()) for a in rule.actions)
    stores = (Place(a.bucket, a.prefix) for a in actions if isinstance(a, S3Action))
    return next(stores, None)


class _Walk:
    """The hops behind the rules; what was not seen of them is no hop here."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence, self._unseen = evidence, Unseen()
        self._begin = begin = self._start()
        self._topics = list(topics(evidence, begin, self._unseen)) if begin else []
        self._queues = list(queues(evidence, begin, self._unseen)) if begin else []
        self._calls = called(evidence, begin, self._unseen) if begin else ()

    def _start(self) -> Start | None:
        with self._unseen:
            return start(self._evidence)
        return None

    def deaf(self) -> str:
        """Why nobody hears of stored mail, where that is seen."""
        listening = [t for _, t in self._topics if any(s.confirmed for s in t.subscriptions)]
        if self._begin is None or listening or self._calls or self._queues:
            return ""
        missed = next((t for _, t in self._topics if not t.exists), None)
        if missed:
            return f"the topic {missed.arn} that SES is to tell does not exist"
        if self._topics:
            return f"nobody is subscribed to the topic {self._topics[0][1].arn}"
        try:
            self._unseen.tell()
        except CouldNotLook:
            return ""
        return "nothing that AWS knows of is notified of stored mail"

    def queue(self) -> str | None:
        """The queue that is told first."""
        return next((queue.arn for _, queue in self._queues), None)

    def writes(self) -> Place | None:
        """Where sendas's function writes, by whichever function of the evidence is sendas's."""
        for standing in self._functions():
            if standing.writes:
                return standing.writes
            if standing.routes:
                return Place(standing.routes.bucket, DEFAULT_STATE_PREFIX)
        return None

    def strange(self) -> str:
        """Who else works on the mail, or might: also whoever could not be looked at."""
        for standing in self._functions():
            if standing.exists and not standing.routes:
                return f"the function {name_of(standing.arn)}"
        told = (s for _, topic in self._topics for s in topic.subscriptions)
        other = next((s for s in told if s.protocol not in {"sqs", "lambda"}), None)
        if other:
            return f"whoever hears the topic by {other.protocol}"
        return self._hidden()

    def _hidden(self) -> str:
        """What of the road may lead to a stranger's function, and was not seen."""
        if self._begin is None:
            return ""
        unseen = Unseen()
        for call in called(self._evidence, self._begin, unseen):
            with unseen:
                function(self._evidence, call.arn)
        try:
            unseen.tell()
        except CouldNotLook as silence:
            return f"somebody who was not seen ({silence}) perhaps"
        return ""

    def _functions(self) -> list[Function]:
        found = []
        for arn in dict.fromkeys([call.arn for call in self._calls]):
            with self._unseen:
                found.append(function(self._evidence, arn))
        return found
