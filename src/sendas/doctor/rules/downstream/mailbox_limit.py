"""DS007: the recipient's mailbox takes mail.

Asks: does a bounce say that the mailbox receives too fast, or is disabled?

Why it matters: a mailbox that is flooded, by a loop for instance, is shut for
a while; a disabled one for good.

How to mend: look for a loop if the mailbox is the own; else stop writing to
it.

Source: RULES DS-07; docs/facts/smtp-codes.tsv.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_REFUSAL = Refusal(
    title="The recipient's mailbox is disabled or receives too fast",
    cause="The mailbox, not the mail, is what the refusal is about.",
    help=Help(
        "If the mailbox is yours, look for a forwarding loop. If it is disabled, write to "
        "another address.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS007"), _REFUSAL)


RULE = Rule(
    code="DS007",
    title="The recipient's mailbox takes mail",
    layer=Layer.DOWNSTREAM,
    owner=Owner.RECIPIENT,
    severity=Severity.MEDIUM,
    judge=judge,
)
