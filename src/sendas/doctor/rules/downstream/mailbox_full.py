"""DS008: the recipient's mailbox has room.

Asks: does a bounce say that the mailbox is full?

Why it matters: nothing about the mail or the domain is wrong.

How to mend: tell the recipient by another way, and send again later.

Source: RULES DS-08 and DS-17; docs/facts/smtp-codes.tsv.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_REFUSAL = Refusal(
    title="The recipient's mailbox is full",
    cause="The recipient's storage has no room for the mail.",
    help=Help(
        "Tell the recipient by another way; send again once there is room.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS008"), _REFUSAL)


RULE = Rule(
    code="DS008",
    title="The recipient's mailbox has room",
    layer=Layer.DOWNSTREAM,
    owner=Owner.RECIPIENT,
    severity=Severity.MEDIUM,
    judge=judge,
)
