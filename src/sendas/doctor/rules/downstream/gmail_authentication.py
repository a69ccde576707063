"""DS004: Gmail accepts how the domain authenticates.

Asks: does a bounce say ``5.7.26``, or that SPF, DKIM or DMARC did not pass?

Why it matters: Gmail takes no mail that neither SPF nor DKIM vouches for. Four
texts share the code: nothing passes, SPF says -all, DMARC says reject, the
check itself failed.

How to mend: DKIM first: it also survives forwarding.

Source: RULES DS-04 and 11; Google, "Email sender guidelines";
docs/facts/smtp-codes.tsv.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import AUTHENTICATION, Refusal, told, verdict


_REFUSAL = Refusal(
    title="The recipient's system refused the mail for want of authentication",
    cause="Neither SPF nor DKIM vouched for the domain in From when it looked.",
    help=Help(
        "Mend DKIM first, then SPF of the MAIL FROM domain, then alignment; the doctor's "
        "findings on DNS and identity say which.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS004"), _REFUSAL)


RULE = Rule(
    code="DS004",
    title="Gmail accepts how the domain authenticates",
    layer=Layer.DOWNSTREAM,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=AUTHENTICATION,
)
