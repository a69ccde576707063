"""DNS105: the domain exists.

Asks: does the DNS know the domain at all, and does any of its name servers answer?

Why it matters: a domain that is misspelt, expired, not yet delegated, or delegated
to servers that do not serve it, has no records of any kind for anybody.

How to mend: see that it is spelt right, renew it at the registrar, or enter the
name servers of its zone there.

Source: RFC 2308, section 2.1 (NXDOMAIN).
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import RESOLVER, Absent, Question, Records, RecordType
from sendas.dns.zone import Zone
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._records import exhibit
from sendas.outcome import NoAnswer, Why


_ROOT = Question("", RecordType.NS)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether there is such a name, and a zone that it lives in."""
    domain = evidence.subject.domain
    said = evidence.lookup(domain, RecordType.NS).answers.get(RESOLVER)
    if isinstance(said, NoAnswer) and said.why is Why.BOGUS:
        return None  # it exists; DNS106 tells
    if isinstance(said, NoAnswer) and said.why is Why.SERVER_FAILURE and _online(evidence):
        return _unserved(domain, said)
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


def _online(evidence: Evidence) -> bool:
    """Whether the resolver does know the root's servers: then the fault is the domain's."""
    root = evidence.lookups.get(_ROOT)
    return root is not None and isinstance(root.answers.get(RESOLVER), Records)


def _unserved(domain: str, said: NoAnswer) -> Verdict:
    return Verdict(
        Status.FAIL,
        f"No name server answers for {domain}",
        "The domain is delegated to servers that do not serve it, so nobody finds its records.",
        (Exhibit(f"NS {domain}", str(said), RESOLVER),),
        (
            Help(
                "At the registrar, enter the name servers that your DNS provider names for the "
                "zone; or let the provider serve it again.",
                verify_by=f"dig NS {domain}",
            ),
        ),
    )


RULE = Rule(
    code="DNS105",
    title="The domain exists",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
)
