"""RX005: senders without TLS are let in.

Asks: does a rule of the domain require TLS?

Why it matters: SES then bounces mail of senders that offer none, and nothing
tells the owner.  A sender who shows "550 5.7.1 TLS required by recipient" has met it.

How to mend: set the rule's TlsPolicy to Optional, unless it is meant so.

Source: RULES RX-05; FACTS 8.1; SES API v1, ReceiptRule.TlsPolicy.
"""

from dataclasses import replace

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._refusals import refusal_with
from sendas.doctor.rules.receive._mend import update_rule
from sendas.doctor.rules.receive._receiving import current_rules


_REFUSED = "TLS required by recipient"
"""SES's own words to such a sender (mozilla/fx-private-relay#757)."""


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a rule turns senders away for want of TLS."""
    found = current_rules(evidence)
    if found is None:
        return None
    region, active = found
    strict = [rule for rule in active.rules_of(evidence.subject.domain) if rule.tls_required]
    if not strict:
        return Verdict(Status.OK, "No receipt rule turns senders away for want of TLS")
    commands = [update_rule(region, active.name, replace(r, tls_required=False)) for r in strict]
    met = refusal_with(evidence, _REFUSED)
    return Verdict(
        Status.FAIL if met else Status.INFO,
        f"The rule {', '.join(rule.name for rule in strict)} requires TLS of senders",
        "SES bounces mail of senders that offer none.",
        (
            *(Exhibit(f"receipt rule {rule.name}", "TlsPolicy Require") for rule in strict),
            *((Exhibit("what a sender was told", met[:300]),) if met else ()),
        ),
        (
            Help(
                "Unless it is meant so, make TLS optional.",
                commands=tuple(command for command in commands if command),
                applies=Applies.CONFIRM,
            ),
        ),
    )


RULE = Rule(
    code="RX005",
    title="Senders without TLS are let in",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.LOW,
    judge=judge,
)
