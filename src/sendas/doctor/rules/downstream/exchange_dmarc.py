"""DS002: Exchange Online finds that the mail passes DMARC.

Asks: does a bounce say ``550 5.7.509 … does not pass DMARC verification``?

Why it matters: the From domain says p=reject and the mail was neither signed
by it nor sent from its MAIL FROM. Mail that is forwarded with its From
unchanged fails the same way.

How to mend: sign as the From domain; rewrite the From of what is forwarded.

Source: RULES DS-02; Microsoft, "NDR codes in Exchange Online".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import AUTHENTICATION, Refusal, told, verdict


_REFUSAL = Refusal(
    title="Exchange Online refused the mail because it failed DMARC",
    cause="Neither DKIM nor SPF passed for the domain in From, which asks for rejection.",
    help=Help(
        "Have SES sign as the From domain; where the mail was forwarded, rewrite its From.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS002"), _REFUSAL)


RULE = Rule(
    code="DS002",
    title="Exchange Online finds that the mail passes DMARC",
    layer=Layer.DOWNSTREAM,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=AUTHENTICATION,
)
