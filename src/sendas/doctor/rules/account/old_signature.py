"""ACC006: the SMTP credential is not held to the rate of old signatures.

Asks: does a refusal speak of the ``SigV2 SMTP sending rate``?

Why it matters: credentials made before 2019-01-10 use an old signature, and
SES slows and at last refuses them.

How to mend: make a new access key and derive its password.

Source: RULES ACC-06; SES guide, "Amazon SES SMTP issues".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._refusals import refusal_with


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES complained of the old signature."""
    said = refusal_with(evidence, "SigV2 SMTP sending rate exceeded")
    if said is None:
        return None
    return Verdict(
        Status.FAIL,
        "The SMTP credential uses an old signature, which SES slows down",
        "It was made before 10 January 2019.",
        (Exhibit("refusal", said),),
        (
            Help(
                "Make a new access key for the user, derive its SMTP password, and give both to "
                "the mail client; then set the old key inactive.",
            ),
        ),
    )


RULE = Rule(
    code="ACC006",
    title="The SMTP credential is not held to the rate of old signatures",
    layer=Layer.ACCOUNT,
    owner=Owner.IAM,
    severity=Severity.MEDIUM,
    judge=judge,
)
