"""DNS113: the domain is not parked.

Asks: do the domain's name servers belong to a parking service, or do they
answer at a name where nothing stands just as they answer at the domain itself?

Why it matters: a domain that is registered and never delegated, that has expired,
or that is for sale is served by machines that answer any question with their own
address.  No record of yours stands there, and each that seems to is theirs.

How to mend: at the registrar, enter the name servers of the zone that holds your
records; renew the domain first if it has expired.

Source: RFC 4592, section 2.1 (wildcards); RFC 1034, section 4.3.3; the services'
own name servers.
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import Records, RecordType
from sendas.dns.names import within
from sendas.doctor.dns_questions import control_name
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._records import exhibit


_SERVICES = (
    "sedoparking.com", "parkingcrew.net", "bodis.com", "above.com", "dan.com", "afternic.com",
    "parklogic.com", "cashparking.com", "ztomy.com", "skenzo.com", "uniregistrymarket.link",
    "domainparking.ru", "parkpage.foundationapi.com", "smartname.com", "fabulous.com",
)  # fmt: skip
"""Whose name servers serve parked domains and nothing else."""
_SES = "amazonses.com"
_ALIKE = (RecordType.A, RecordType.TXT)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the zone answers for everything; None where the domain has no servers at all."""
    domain = evidence.subject.domain
    servers = evidence.answer(domain, RecordType.NS)
    if not isinstance(servers, Records):
        return None
    shown = (exhibit(evidence, domain, RecordType.NS),)
    service = next(
        (one for one in _SERVICES for host in servers.values if within(host.rstrip("."), one)),
        None,
    )
    if service is not None:
        return _parked(
            domain, f"Its name servers are those of {service}, a parking service.", shown
        )
    if not _answers_alike(evidence, domain):
        return Verdict(Status.OK, f"The name servers of {domain} serve a zone", exhibits=shown)
    control = control_name(domain)
    return _parked(
        domain,
        f"At {control}, where nothing stands, its name servers say what they say of the domain.",
        (*shown, *(exhibit(evidence, control, one) for one in _ALIKE)),
    )


def _answers_alike(evidence: Evidence, domain: str) -> bool:
    """Whether address and texts at a name of nothing are the domain's own.

    A wildcard of addresses alone is common, and harms no mail; a text that names SES is of the
    owner's own making, wildcard or not.
    """
    texts = evidence.answer(domain, RecordType.TXT)
    if isinstance(texts, Records) and any(_SES in text.lower() for text in texts.values):
        return False
    for kind in _ALIKE:
        here = evidence.answer(domain, kind)
        there = evidence.answer(control_name(domain), kind)
        if not isinstance(here, Records) or not isinstance(there, Records):
            return False
        if set(here.values) != set(there.values):
            return False
    return True


def _parked(domain: str, cause: str, shown: tuple[Exhibit, ...]) -> Verdict:
    return Verdict(
        Status.FAIL,
        f"{domain} is parked: it is served by machines that answer for everything",
        f"{cause} No record of yours stands there.",
        shown,
        (
            Help(
                "At the registrar: renew the domain if it has expired, then enter the name "
                "servers that your DNS provider names for your zone.",
                verify_by=f"dig NS {domain}",
            ),
        ),
    )


RULE = Rule(
    code="DNS113",
    title="The domain is not parked",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("DNS105", "DNS106"),
)
