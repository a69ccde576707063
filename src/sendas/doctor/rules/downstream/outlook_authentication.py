"""DS001: Outlook.com accepts how the domain authenticates.

Asks: does a bounce say ``550 5.7.515 … does not meet the required
authentication level``?

Why it matters: Outlook.com wants SPF and DKIM to pass and DMARC to be aligned
of whoever sends it much. The bounce names the result of each.

How to mend: mend whichever of SPF, DKIM and DMARC failed; DKIM first.

Source: RULES DS-01; Microsoft, "Outlook's requirements for high volume
senders", 5.7.515.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import AUTHENTICATION, Refusal, told, verdict


_REFUSAL = Refusal(
    title="Outlook.com refused the mail for want of authentication",
    cause="SPF, DKIM or aligned DMARC did not hold when Outlook.com looked.",
    help=Help(
        "Mend what the refusal says failed: DKIM first, then SPF of the MAIL FROM domain, "
        "then the DMARC record.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS001"), _REFUSAL)


RULE = Rule(
    code="DS001",
    title="Outlook.com accepts how the domain authenticates",
    layer=Layer.DOWNSTREAM,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=AUTHENTICATION,
)
