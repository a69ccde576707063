"""DS102: the recipient exists.

Asks: does a bounce say that there is no such mailbox?

Why it matters: the address is misspelt or gone. SES puts it on the suppression
list, and such bounces count against the account.

How to mend: look at the address letter by letter; take it out of address books
if it is gone.

Source: RFC 3463, X.1.1; data/smtp-codes.tsv.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_REFUSAL = Refusal(
    title="The recipient does not exist",
    cause="The recipient's system knows no such mailbox.",
    help=Help(
        "Look at the address letter by letter, or ask the recipient by another way.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS102"), _REFUSAL)


RULE = Rule(
    code="DS102",
    title="The recipient exists",
    layer=Layer.DOWNSTREAM,
    owner=Owner.CONTENT,
    severity=Severity.MEDIUM,
    judge=judge,
)
