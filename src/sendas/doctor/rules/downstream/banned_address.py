"""DS019: Microsoft does not ban the sending address.

Asks: does a bounce say 5.7.511 or 5.7.606 to 5.7.649?

Why it matters: Microsoft has banned the network address, which belongs to SES.

How to mend: send again later; AWS asks Microsoft.

Source: RULES DS-19; Microsoft, "NDR codes in Exchange Online".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_REFUSAL = Refusal(
    title="Microsoft bans the address SES sent from",
    cause="The address belongs to SES and is shared by its customers.",
    help=Help(
        "Send again later. If it goes on, open a case with AWS Support and quote the refusal.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS019"), _REFUSAL)


RULE = Rule(
    code="DS019",
    title="Microsoft does not ban the sending address",
    layer=Layer.DOWNSTREAM,
    owner=Owner.AWS,
    severity=Severity.HIGH,
    judge=judge,
)
