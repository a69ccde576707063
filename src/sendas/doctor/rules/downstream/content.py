"""DS011: the recipient's system takes the content.

Asks: does a bounce say that content or attachment was rejected?

Why it matters: many systems refuse certain attachments, whoever sends them.

How to mend: change the content, or send a link.

Source: RULES DS-11; docs/facts/smtp-codes.tsv.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_REFUSAL = Refusal(
    title="The recipient's system refused the content",
    cause="An attachment or a part of the text is not let in.",
    help=Help(
        "Change the content, or send a link in place of the attachment.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS011"), _REFUSAL)


RULE = Rule(
    code="DS011",
    title="The recipient's system takes the content",
    layer=Layer.DOWNSTREAM,
    owner=Owner.CONTENT,
    severity=Severity.MEDIUM,
    judge=judge,
)
