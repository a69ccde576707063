"""From the owner's answers and a look at the DNS to what stands in `sendas.toml`; pure."""

from dataclasses import dataclass, field

from sendas.auth import dmarc
from sendas.config import readers
from sendas.config.model import (
    CATCH_ALL,
    Config,
    ConfiguredDomain,
    Dmarc,
    DnsProvider,
    Mailbox,
    Reports,
    SendWay,
    default_forwarding_address,
    default_notices,
)
from sendas.dns.answers import Answer, Records
from sendas.dns.mx import MalformedMx, SesHost, parse_mx, ses_host
from sendas.dns.zone import Zone
from sendas.errors import UsageError
from sendas.iam.rights import BOUNDARY_NAME
from sendas.mail.address import Address
from sendas.mail.domain import Domain, MalformedDomain
from sendas.outcome import NOT_ASKED, NoAnswer, Seen
from sendas.ses.regions import Region
from sendas.setup.records.providers import provider_of


MAIL_FROM_LABEL = "mail"
_ALSO_FOR_REPORTS = "dmarc-reports"
"""Where receivers' reports come to when a person has the usual name."""


class BadAnswer(UsageError):
    """An answer that cannot stand in the file; nothing was written."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the DNS says of a domain before sendas; each may have had no answer."""

    zone: Seen[Zone] = NOT_ASKED
    mx: Answer = NOT_ASKED
    dmarc: Answer = NOT_ASKED

    @property
    def dns(self) -> DnsProvider:
        """Who holds the zone, by its name servers; whether in this account, nobody can tell."""
        if isinstance(self.zone, NoAnswer):
            return DnsProvider.ROUTE53
        known = provider_of(self.zone.servers).key
        return DnsProvider.ROUTE53 if known == "route53" else DnsProvider.MANUAL

    @property
    def other_exchangers(self) -> tuple[str, ...]:
        """Hosts that are not SES's and receive the domain's mail now."""
        values = self.mx.values if isinstance(self.mx, Records) else ()
        hosts: list[str] = []
        for value in values:
            try:
                mx = parse_mx(value)
            except MalformedMx:
                continue
            if not mx.is_null and ses_host(mx.host) is None:
                hosts.append(mx.host)
        return tuple(sorted(set(hosts)))

    @property
    def received_in(self) -> Region | None:
        """The Region whose SES receives the domain's mail now."""
        values = self.mx.values if isinstance(self.mx, Records) else ()
        for value in values:
            try:
                found = ses_host(parse_mx(value).host)
            except MalformedMx:
                continue
            if found and found[0] is SesHost.INBOUND:
                return found[1]
        return None


@dataclass(frozen=True, slots=True)
class Answers:
    """What the owner said.  *receive* and *dns* are None where the DNS shall tell."""

    domain: Domain
    region: Region
    mailboxes: tuple[Mailbox, ...]
    dns: DnsProvider | None = None
    receive: bool | None = None
    alarms: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A configuration, and what the owner should know of how it came about."""

    config: Config
    remarks: tuple[str, ...] = field(default=())


def parse_mailbox(text: str, domain: Domain) -> Mailbox:
    """Read ``name=target,target`` as given on the command line; ``name=`` alone keeps its mail.

    Raises:
        BadAnswer: Not of that form, or an address is none.
    """
    name, equals, targets = text.partition("=")
    if not equals:
        msg = f"--mailbox {text!r}: write name=target, such as me=owner@gmail.com"
        raise BadAnswer(msg)
    local, at, host = name.strip().rpartition("@")
    plain = local if at and _is(host, domain) else name.strip()
    try:
        local = readers.mailbox_name(plain)
        to = tuple(readers.address(one.strip()) for one in targets.split(",") if one.strip())
    except readers.Wrong as wrong:
        msg = f"--mailbox {text!r}: {wrong}"
        raise BadAnswer(msg) from wrong
    send = SendWay.NONE if local == CATCH_ALL else SendWay.SMTP
    return Mailbox(local, targets=to, keep=not to, send=send)


def _is(text: str, domain: Domain) -> bool:
    try:
        return Domain(text) == domain
    except MalformedDomain:
        return False


def first_config(answers: Answers, found: Found) -> Outcome:
    """The configuration of a domain that sendas shall set up."""
    remarks: list[str] = []
    receive = _receives(answers, found, remarks)
    mailboxes = tuple(
        box if receive else Mailbox(box.name, send=box.send)
        for box in answers.mailboxes
        if receive or box.name != CATCH_ALL
    )
    policy, reports = _reporting(answers.domain, found, mailboxes, receive=receive)
    targets = (target for box in answers.mailboxes for target in box.targets)
    alarms = answers.alarms or tuple(list(targets)[:1])
    domain = ConfiguredDomain(
        answers.domain,
        answers.region,
        mailboxes,
        dns=answers.dns or found.dns,
        receive=receive,
        mail_from=f"{MAIL_FROM_LABEL}.{answers.domain}",
        dmarc=policy,
        reports=reports,
        notices=default_notices(mailboxes, alarms),
        forwarding_address=default_forwarding_address(answers.domain, mailboxes),
        permissions_boundary=BOUNDARY_NAME,
    )
    return Outcome(Config((domain,), alarms), tuple(remarks))


def _receives(answers: Answers, found: Found, remarks: list[str]) -> bool:
    others = ", ".join(found.other_exchangers)
    if answers.receive is None and others:
        remarks.append(
            f"{answers.domain}'s mail is received by {others}, and that is left alone: the file"
            " says receive = false, so SES only sends. To move it to SES, say receive = true and"
            " change the MX yourself."
        )
        return False
    there = found.received_in
    if there and there != answers.region:
        remarks.append(
            f"{answers.domain}'s mail is received by SES in {there} now, and the file says"
            f" {answers.region}: `sendas plan` will stop at the MX until one of them gives way."
        )
    return True if answers.receive is None else answers.receive


def _reporting(
    domain: Domain, found: Found, mailboxes: tuple[Mailbox, ...], *, receive: bool
) -> tuple[Dmarc, Reports | None]:
    """What the DMARC record says now, or the gentlest one, with reports that we read."""
    standing = published_dmarc(found.dmarc)
    if standing is not None:
        return Dmarc(standing.policy), None
    if not receive:
        return Dmarc(), None
    reports = Reports()
    if any(box.name == reports.mailbox for box in mailboxes):
        reports = Reports(_ALSO_FOR_REPORTS)
    return Dmarc(reports=(Address(f"{reports.mailbox}@{domain}"),)), reports


def published_dmarc(answer: Answer) -> dmarc.DmarcRecord | None:
    """The one DMARC record that receivers apply, if there is one."""
    texts = answer.values if isinstance(answer, Records) else ()
    records = [text for text in texts if dmarc.claims_dmarc(text)]
    if len(records) != 1:
        return None
    try:
        return dmarc.parse_dmarc(records[0])
    except dmarc.MalformedDmarc:
        return None
