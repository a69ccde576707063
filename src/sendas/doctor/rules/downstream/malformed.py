"""DS009: the message is well-formed.

Asks: does a bounce speak of duplicate headers, several From, or RFC 5322?

Why it matters: a forwarder that copies header fields without care makes such
messages.

How to mend: correct the program that made the message.

Source: RULES DS-09; RFC 5322, 3.6.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_REFUSAL = Refusal(
    title="The recipient's system found the message malformed",
    cause="A header field that may stand once stands twice, or a needed one is missing.",
    help=Help(
        "Correct the program that wrote or forwarded the message: each of From, Subject, Date "
        "and Message-ID stands once.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS009"), _REFUSAL)


RULE = Rule(
    code="DS009",
    title="The message is well-formed",
    layer=Layer.DOWNSTREAM,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
)
