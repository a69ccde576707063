"""DNS106: the domain's DNSSEC signatures hold.

Asks: does a resolver that validates give answers, or only one that is told not to?

Why it matters: with a DS record at the registrar that fits no key of the zone, as
after a move to another provider, every validating resolver answers SERVFAIL. Gmail
and SES validate: for them the domain has no records at all.

How to mend: at the registrar, take the DS record away, or enter the one that the
provider that now serves the zone shows.

Source: RFC 4035, 3.2.2 and 5.5; RFC 6781, 4.3.5 (moving between operators).
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import RESOLVER, RecordType
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.outcome import NoAnswer, Why


_DAY_SECONDS = 24 * 60 * 60
"""How long registries let resolvers keep a DS record, as a rule."""


def judge(evidence: Evidence) -> Verdict | None:
    """Whether only DNSSEC keeps answers back."""
    domain = evidence.subject.domain
    asked = (RecordType.NS, RecordType.MX, RecordType.TXT)
    for type_ in asked:
        said = evidence.lookup(domain, type_).answers.get(RESOLVER)
        if isinstance(said, NoAnswer) and said.why is Why.BOGUS:
            return Verdict(
                Status.FAIL,
                f"The DNSSEC signatures of {domain} fail",
                "Validating resolvers, Gmail's and SES's among them, take no answer about it.",
                (Exhibit(f"{type_} {domain}", str(said), RESOLVER),),
                (
                    Help(
                        "At the registrar, take the DS record away, or enter the one that the "
                        "DNS provider shows for the zone.",
                        wait_seconds=_DAY_SECONDS,
                        verify_by=f"dig DS {domain}",
                    ),
                ),
            )
    return None


RULE = Rule(
    code="DNS106",
    title="The domain's DNSSEC signatures hold",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
)
