"""DNS004: each DKIM record is a CNAME.

Asks: do the names that should hold a CNAME hold TXT or A records instead?

Why it matters: a TXT record in its place, or a CNAME that the provider proxies
or flattens into addresses, is not what SES looks for, and its key does not
follow when SES changes it.

How to mend: delete what stands there and enter a CNAME; at providers with a
proxy switch it off for these names ("DNS only").

Source: RULES DNS-04; FACTS 9; SES API v2, VerificationInfo (TYPE_NOT_FOUND).
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.dns._dkim import Found, judge_kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether records of another type took the place."""
    return judge_kind(
        evidence,
        Found.OTHER_TYPE,
        "{count} of {all} DKIM records are no CNAME",
        "SES asks for a CNAME; records of another type stand at the name, or the provider "
        "answers with addresses in its place.",
        "Delete what stands at these names and enter CNAME records; switch off any proxying "
        "or flattening for them.",
    )


RULE = Rule(
    code="DNS004",
    title="Each DKIM record is a CNAME",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
)
