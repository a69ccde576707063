"""DS006: the recipient's system finds the rate of mail usual.

Asks: does a bounce say ``4.7.28`` or ``unusual rate``?

Why it matters: Gmail slows a domain, an address or a link that it suddenly
sees much of.

How to mend: send less at a time, and let it rest.

Source: RULES DS-06; docs/facts/smtp-codes.tsv.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_REFUSAL = Refusal(
    title="The recipient's system found the rate of mail unusual",
    cause="It names the domain, address or link that it slows down.",
    help=Help(
        "Send less at a time and wait some hours; if you forward, look for a loop or a flood "
        "of spam.",
        wait_seconds=14400,
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal of this kind was shown."""
    return verdict(evidence, told(evidence, "DS006"), _REFUSAL)


RULE = Rule(
    code="DS006",
    title="The recipient's system finds the rate of mail usual",
    layer=Layer.DOWNSTREAM,
    owner=Owner.CODE,
    severity=Severity.MEDIUM,
    judge=judge,
)
