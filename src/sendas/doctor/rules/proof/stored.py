"""PRF002: a mail that was taken is stored.

Asks: did a mail that the exchanger took come into the bucket of the receipt rule?

Why it matters: a mail that was taken and is not stored is lost, and its sender has no word of it.

How to mend: look at the receipt rules in their order, and at the bucket's policy and key.

Source: SES guide, "Receipt rules", "Deliver to S3 bucket action".
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.proof import Hop, Way
from sendas.doctor.rules.proof._hops import CAUSES, hop_judge


RULE = Rule(
    code="PRF002",
    title="A mail that was taken is stored",
    layer=Layer.PROOF,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=hop_judge(
        Way.IN,
        Hop.STORED,
        "What is taken is stored",
        "SES took a mail and did not store it",
        "See the receipt rules in their order, and the bucket's policy.",
    ),
    needs=("PRF001",),
    explained_by=CAUSES[Hop.STORED],
)
