"""DNS021: a subdomain that a parent signs for belongs to that parent.

Asks: where SES signs with a verified parent's name, do receivers that walk the
DNS tree find the subdomain and the parent in one organization?

Why it matters: under RFC 9989 a subdomain whose parents publish no DMARC record
is an organization of its own.  The parent's signature then no longer aligns,
even relaxed.

How to mend: publish a DMARC record at the parent.

Source: RULES DNS-21; FACTS 20; RFC 9989, 4.10.2.
"""

from sendas.advice import Help, Owner
from sendas.auth.dmarc_walk import dmarc_name
from sendas.dns.answers import RecordType
from sendas.dns.names import canonical
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._dmarc import FRESH, walked
from sendas.doctor.rules.dns._records import exhibit, line, wait_seconds
from sendas.doctor.rules.identity._sending import domain_identity


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the tree walk leads from the subdomain to the signing parent."""
    identity = domain_identity(evidence)
    domain = canonical(evidence.subject.domain)
    if identity is None or canonical(identity.name) == domain:
        return None
    parent = canonical(identity.name)
    own, above = (walked(evidence, name).organizational_domain for name in (domain, parent))
    if own == above:
        return Verdict(Status.OK, f"{domain} and {parent} belong to {own}")
    name = dmarc_name(parent)
    publish = Help(
        f"Publish a DMARC record at {parent}.",
        records=(line(name, RecordType.TXT, FRESH),),
        wait_seconds=wait_seconds(evidence, (name, RecordType.TXT)),
    )
    return Verdict(
        Status.FAIL,
        f"{parent}'s signature does not align with {domain}",
        f"No DMARC record joins them: receivers take {domain} for an organization of its own.",
        (exhibit(evidence, name, RecordType.TXT),),
        (publish,),
    )


RULE = Rule(
    code="DNS021",
    title="A subdomain that a parent signs for belongs to that parent",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
    explained_by=("DNS012", "DNS018"),
)
