"""DS010: the recipient's system takes the mail at the first try.

Asks: does a notice tell of a temporary refusal, such as greylisting?

Why it matters: SES tries again for hours; most such mail arrives.

How to mend: wait; it is a bounce only when SES says it gave up.

Source: RULES DS-10; RFC 5321, 4.2.1.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_REFUSAL = Refusal(
    title="The recipient's system put the mail off",
    cause="A temporary refusal; SES goes on trying.",
    help=Help(
        "Wait. If a bounce follows, ask again with it.",
    ),
    status=Status.WARN,
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS010"), _REFUSAL)


RULE = Rule(
    code="DS010",
    title="The recipient's system takes the mail at the first try",
    layer=Layer.DOWNSTREAM,
    owner=Owner.WAIT,
    severity=Severity.LOW,
    judge=judge,
)
