"""DNS002: no DKIM record has the zone appended twice.

Asks: does ``<token>._domainkey.<domain>.<domain>`` exist instead of
``<token>._domainkey.<domain>``?

Why it matters: many providers append the zone to whatever is typed.  A full
name then ends in the domain twice, and SES never finds it.

How to mend: enter the name without the domain, or with a final dot, and delete
the one that was made.

Source: RULES DNS-02; SES guide, "Troubleshooting verification".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.dns._dkim import Found, judge_kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the provider made the name too long."""
    return judge_kind(
        evidence,
        Found.TWICE,
        "{count} of {all} DKIM records have the zone appended twice",
        "The provider adds the zone's name to what is typed, and a full name was typed.",
        "Enter the names without the domain at the end (or with a final dot, if the provider "
        "takes it), so that these records result.",
    )


RULE = Rule(
    code="DNS002",
    title="No DKIM record has the zone appended twice",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
)
