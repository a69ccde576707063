"""DS020: the recipient's Microsoft 365 tenant routes mail well.

Asks: does a bounce say 5.7.64, or 5.7.700 to 5.7.750?

Why it matters: these speak of a tenant's own connector or own sending, and not
of mail that SES delivers.

How to mend: the recipient's administrator looks at connectors and tenant
state.

Source: RULES DS-20; Microsoft, "NDR codes in Exchange Online".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_REFUSAL = Refusal(
    title="The recipient's Microsoft 365 tenant refuses mail by its own set-up",
    cause="Its connector or its own standing is what the refusal is about.",
    help=Help(
        "Send the refusal to the recipient's administrator.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS020"), _REFUSAL)


RULE = Rule(
    code="DS020",
    title="The recipient's Microsoft 365 tenant routes mail well",
    layer=Layer.DOWNSTREAM,
    owner=Owner.RECIPIENT_ADMIN,
    severity=Severity.MEDIUM,
    judge=judge,
)
