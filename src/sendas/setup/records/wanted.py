"""The DNS records a domain needs, as values; pure.

`wanted_records` says which; `sendas.setup.records.diff.diff` compares them with
what is published; `sendas.setup.records.printed` puts them on paper.
"""

from dataclasses import dataclass
from enum import StrEnum

from sendas.config.model import ConfiguredDomain
from sendas.dns.answers import Question, RecordType
from sendas.ses.regions import feedback_host, inbound_host


TTL_SECONDS = 300
"""Short, so that a mistake is soon mended."""
SES_SENDER = "include:amazonses.com"
"""What SPF must hold for SES to send (SES guide, "Custom MAIL FROM domain")."""
SES_SPF = f"v=spf1 {SES_SENDER} ~all"
EASY_DKIM_ZONE = "dkim.amazonses.com"


class Purpose(StrEnum):
    """What a record set is for; tells how it is merged with what stands there."""

    DKIM = "dkim"
    SPF = "spf"
    DMARC = "dmarc"
    MAIL_FROM_MX = "mail-from-mx"
    MAIL_FROM_SPF = "mail-from-spf"
    INBOUND_MX = "inbound-mx"
    TLS_REPORTS = "tls-reports"
    """Where TLS reports about the domain go (RFC 8460, 3)."""
    REPORT_CONSENT = "report-consent"
    """At a domain of ours: DMARC reports about another may be sent here (RFC 9990)."""


@dataclass(frozen=True, slots=True)
class RecordSet:
    """All values wanted at one name and type.

    Names are lower-case A-labels without the final dot, and so is the host in
    *values*, which read as those of `sendas.dns.answers`: TXT plain and
    unquoted, MX as ``10 host``.
    """

    name: str
    type: RecordType
    values: tuple[str, ...]
    purpose: Purpose
    ttl: int = TTL_SECONDS

    @property
    def question(self) -> Question:
        """What to ask the DNS to see what stands there."""
        return Question(self.name, self.type)


def wanted_records(
    domain: ConfiguredDomain, tokens: tuple[str, ...], signing_zone: str = EASY_DKIM_ZONE
) -> tuple[RecordSet, ...]:
    """Every record set that *domain* needs, before merging with what is published.

    *tokens* and *signing_zone* are the identity's (`sendas.ses.identity.Dkim`);
    without tokens, as before the identity is made, the DKIM records are left out.
    Order: DKIM, MAIL FROM, SPF, DMARC, and MX last, since mail follows it.
    """
    found = [
        RecordSet(
            f"{token}._domainkey.{domain.name}",
            RecordType.CNAME,
            (f"{token}.{signing_zone}",),
            Purpose.DKIM,
        )
        for token in tokens
    ]
    if domain.mail_from:
        host = f"10 {feedback_host(domain.region)}"
        found += [
            RecordSet(domain.mail_from, RecordType.MX, (host,), Purpose.MAIL_FROM_MX),
            RecordSet(domain.mail_from, RecordType.TXT, (SES_SPF,), Purpose.MAIL_FROM_SPF),
        ]
    if domain.spf:
        found.append(RecordSet(domain.name, RecordType.TXT, (SES_SPF,), Purpose.SPF))
    if domain.dmarc:
        found.append(
            RecordSet(
                f"_dmarc.{domain.name}", RecordType.TXT, (dmarc_text(domain),), Purpose.DMARC
            )
        )
    if domain.reports and domain.reports.tls:
        text = f"v=TLSRPTv1; rua=mailto:{domain.report_address}"
        name = f"_smtp._tls.{domain.name}"
        found.append(RecordSet(name, RecordType.TXT, (text,), Purpose.TLS_REPORTS))
    found += [
        RecordSet(
            f"{other}._report._dmarc.{domain.name}",
            RecordType.TXT,
            ("v=DMARC1",),
            Purpose.REPORT_CONSENT,
        )
        for other in domain.reports_about
    ]
    if domain.receive:
        inbound = f"10 {inbound_host(domain.region)}"
        found.append(RecordSet(domain.name, RecordType.MX, (inbound,), Purpose.INBOUND_MX))
    return tuple(found)


def dmarc_text(domain: ConfiguredDomain) -> str:
    """The DMARC record of a domain that has none yet; ``p`` second, as older readers want it."""
    if domain.dmarc is None:
        return ""
    reports = ",".join(f"mailto:{address}" for address in domain.dmarc.reports)
    text = f"v=DMARC1; p={domain.dmarc.policy}"
    return f"{text}; rua={reports}" if reports else text


class Mark(StrEnum):
    """What must be done about a record set."""

    ADD = "+"
    CHANGE = "~"
    REMOVE = "-"
    KEEP = "="
    """It stands as it should."""
    UNKNOWN = "?"
    """Nobody answered what stands there, so nothing is done about it."""
    STOP = "!"
    """What stands there serves somebody else: nothing of the plan is done."""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record set: what stands, and what shall stand.

    *before* and *after* are all values at that name and type, those that have
    nothing to do with mail included; they are equal where nothing is done.
    *why* is one line for people, empty where the mark says it all.
    """

    mark: Mark
    name: str
    type: RecordType
    before: tuple[str, ...]
    after: tuple[str, ...]
    purpose: Purpose
    ttl: int = TTL_SECONDS
    why: str = ""

    @property
    def changes(self) -> bool:
        """Whether carrying it out would alter the zone."""
        return self.mark in {Mark.ADD, Mark.CHANGE, Mark.REMOVE}
