"""DS003: Outlook.com does not block the sending address.

Asks: does a bounce name the block list S3140 or S3150?

Why it matters: Outlook.com lists a network address of SES, shared by many
customers. Nothing in the own account caused it, or mends it.

How to mend: send again later, when another address may be used; tell AWS
Support, who asks Microsoft.

Source: RULES DS-03; seen in the wild (saasmail#211).
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_REFUSAL = Refusal(
    title="Outlook.com blocks the address SES sent from",
    cause="The address is shared by SES's customers and stands on Microsoft's list.",
    help=Help(
        "Send again later: SES uses another address then. If it goes on, open a case with AWS "
        "Support and quote the refusal; only the owner of the address can ask Microsoft.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS003"), _REFUSAL)


RULE = Rule(
    code="DS003",
    title="Outlook.com does not block the sending address",
    layer=Layer.DOWNSTREAM,
    owner=Owner.AWS,
    severity=Severity.HIGH,
    judge=judge,
)
