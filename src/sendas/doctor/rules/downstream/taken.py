"""DS101: the recipient's system took the mail.

Asks: does a bounce of a recipient's system give a reason that no other rule
knows?

Why it matters: the mail left SES and was refused at its destination, so nothing
in the own account stops it.  The text is all there is to go by.

How to mend: read the text; send it to the recipient's administrator.

Source: RULES 11 ("unmatched is a result to collect, not an error") and DS-15.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.downstream._refused import (
    UNMATCHED,
    Refusal,
    is_downstream,
    told,
    verdict,
)


_REFUSAL = Refusal(
    title="The recipient's system refused the mail, for a reason this release does not know",
    cause="The mail left SES; its text says why it was refused at its destination.",
    help=Help(
        "Read the refusal, and send it to the recipient's administrator, by another way. "
        "`sendas bounce` shows the whole of it.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal was shown that nobody else explains."""
    if found := verdict(evidence, told(evidence, UNMATCHED), _REFUSAL):
        return found
    if not evidence.symptoms or any(map(is_downstream, evidence.symptoms)):
        return None
    return Verdict(Status.OK, "What was shown is no refusal by a recipient's system")


RULE = Rule(
    code=UNMATCHED,
    title="The recipient's system took the mail",
    layer=Layer.DOWNSTREAM,
    owner=Owner.RECIPIENT_ADMIN,
    severity=Severity.MEDIUM,
    judge=judge,
)
