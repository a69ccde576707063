"""DNS003: each DKIM record points to the target that SES gave.

Asks: is the CNAME at ``<token>._domainkey.<domain>`` exactly
``<token>.<signing zone>``?

Why it matters: blanks, quotes or missing characters, or a record of an earlier
identity, lead to a key that does not exist or is not the one that signs.

How to mend: enter the target exactly as given.

Source: RULES DNS-03; FACTS 9; SES API v2, VerificationInfo (INVALID_VALUE).
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.dns._dkim import Found, judge_kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a record leads elsewhere."""
    return judge_kind(
        evidence,
        Found.ELSEWHERE,
        "{count} of {all} DKIM records point to the wrong target",
        "SES compares the target letter by letter with the one it gave.",
        "Let the records say exactly this.",
    )


RULE = Rule(
    code="DNS003",
    title="Each DKIM record points to the target that SES gave",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
)
