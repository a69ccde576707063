"""RX020: incoming mail is scanned for spam and viruses.

Asks: do the domain's rules have ScanEnabled?

Why it matters: without it SES adds no spam or virus verdict.  Whoever forwards
such mail forwards the spam as well, from the own domain, and the bounces that
Gmail answers count against the account.

How to mend: switch scanning on, and act on the verdicts.

Source: RULES RX-20; FACTS 8.1 and 8.2; SES API v1, ReceiptRule.ScanEnabled.
"""

from dataclasses import replace

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.receive._mend import update_rule
from sendas.doctor.rules.receive._receiving import current_rules


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES tells spam from mail."""
    found = current_rules(evidence)
    if found is None:
        return None
    region, active = found
    blind = [rule for rule in active.rules_of(evidence.subject.domain) if not rule.scan_enabled]
    if not blind:
        return Verdict(Status.OK, "Incoming mail is scanned for spam and viruses")
    commands = [update_rule(region, active.name, replace(r, scan_enabled=True)) for r in blind]
    return Verdict(
        Status.INFO,
        f"The rule {', '.join(rule.name for rule in blind)} does not scan for spam and viruses",
        "Forwarding takes the spam along, and its bounces count against the account.",
        tuple(Exhibit(f"receipt rule {rule.name}", "ScanEnabled false") for rule in blind),
        (
            Help(
                "Switch scanning on.",
                commands=tuple(command for command in commands if command),
                applies=Applies.AUTO,
            ),
        ),
    )


RULE = Rule(
    code="RX020",
    title="Incoming mail is scanned for spam and viruses",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.MEDIUM,
    judge=judge,
)
