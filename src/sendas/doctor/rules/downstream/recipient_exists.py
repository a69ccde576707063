"""DS102: the recipient exists.

Asks: does a bounce say that there is no such mailbox, or no such domain?

Why it matters: the address is misspelt or gone. SES puts it on the suppression
list, and such bounces count against the account.

How to mend: look at the address letter by letter; take it out of address books
if it is gone.

Source: RFC 3463, X.1.1; docs/facts/smtp-codes.tsv.
"""

from sendas.advice import Help, Owner
from sendas.bounce.reason import Reason
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
_NO_DOMAIN = Refusal(
    title="The recipient's domain does not exist, or takes no mail",
    cause="No server takes mail for what stands after the @.",
    help=Help(
        "Look at the domain letter by letter, or ask the recipient by another way.",
    ),
)
_OF_DOMAINS = frozenset({Reason.HOST_UNKNOWN, Reason.NOT_ACCEPT})


def judge(evidence: Evidence) -> Verdict | None:
    """Whether such a refusal was shown, and whether of the mailbox or of the whole domain."""
    symptoms = told(evidence, "DS102")
    of_domain = all(symptom.reason in _OF_DOMAINS for symptom in symptoms)
    return verdict(evidence, symptoms, _NO_DOMAIN if of_domain else _REFUSAL)


RULE = Rule(
    code="DS102",
    title="The recipient exists",
    layer=Layer.DOWNSTREAM,
    owner=Owner.CONTENT,
    severity=Severity.MEDIUM,
    judge=judge,
)
