"""DS018: the mail goes round no loop.

Asks: does a bounce speak of a routing loop or of too many hops?

Why it matters: two forwards that point at each other, often Gmail and SES,
pass a mail on until a server gives up.

How to mend: take one of the forwards away, and let the forwarder mark what it
has seen.

Source: RULES DS-18; docs/facts/smtp-codes.tsv.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_REFUSAL = Refusal(
    title="The mail went round in a loop",
    cause="Two systems forward to each other.",
    help=Help(
        "Find where the Received lines of the bounce repeat, and take one of the two forwards "
        "away.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS018"), _REFUSAL)


RULE = Rule(
    code="DS018",
    title="The mail goes round no loop",
    layer=Layer.DOWNSTREAM,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
)
