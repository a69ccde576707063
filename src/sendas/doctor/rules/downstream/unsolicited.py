"""DS005: the recipient's system does not take the mail for spam.

Asks: does a bounce call the mail likely unsolicited, or its sender of low
reputation?

Why it matters: it is mostly forwarded spam that earns this, and each such
bounce counts against the account, up to a pause.

How to mend: keep spam out of what is forwarded, and give forwards a
configuration set of their own.

Source: RULES DS-05; FACTS 19.2; seen in the wild
(aws-lambda-ses-forwarder#150).
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_REFUSAL = Refusal(
    title="The recipient's system took the mail for spam",
    cause="Its content, or the domain's reputation, looked like unsolicited mail.",
    help=Help(
        "If the mail was forwarded, quarantine what SES's spam verdict does not pass. If you "
        "wrote it, look at its links and attachments, and write to people who expect it.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS005"), _REFUSAL)


RULE = Rule(
    code="DS005",
    title="The recipient's system does not take the mail for spam",
    layer=Layer.DOWNSTREAM,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
)
