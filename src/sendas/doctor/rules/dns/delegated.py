"""DNS105: the domain exists.

Asks: does the DNS know the domain at all?

Why it matters: a domain that is misspelt, expired or not yet delegated has no
records of any kind, and nothing else can be right.

How to mend: see that it is spelt right, renew it at the registrar, or enter the
name servers of its zone there.

Source: RFC 2308, section 2.1 (NXDOMAIN).
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import Absent, RecordType
from sendas.dns.zone import Zone
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._records import exhibit


def judge(evidence: Evidence) -> Verdict | None:
    """Whether there is such a name, and a zone that it lives in."""
    domain = evidence.subject.domain
    answer = evidence.answer(domain, RecordType.NS)
    shown = (exhibit(evidence, domain, RecordType.NS),)
    if isinstance(evidence.zone, Zone) or not isinstance(answer, Absent) or answer.name_exists:
        return Verdict(Status.OK, f"{domain} exists", exhibits=shown)
    mend = Help(
        "See that the name is spelt right; then, at the registrar, that it has not expired and "
        "that the name servers of its zone are entered.",
        wait_seconds=answer.negative_ttl,
        verify_by=f"dig NS {domain}",
    )
    return Verdict(
        Status.FAIL,
        f"There is no domain {domain}",
        "The DNS says that no such name exists (NXDOMAIN), and no name servers are in charge.",
        shown,
        (mend,),
    )


RULE = Rule(
    code="DNS105",
    title="The domain exists",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
)
