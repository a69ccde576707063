"""RX002: the active rule set is the one with the domain's rules.

Asks: does any rule of the active set take mail of the domain?

Why it matters: only one set per Region is active.  Another stack that activates
its own silently ends receiving for everybody else, and SES refuses the
domain's mail.

How to mend: activate the domain's set again; better, move both sets' rules into
one, because the other stack's mail stops when its set is replaced.

Source: RULES RX-02; FACTS 8.1; SES API v1, SetActiveReceiptRuleSet.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.receive._mend import activate
from sendas.doctor.rules.receive._receiving import current_rules, handles, mentions, other_sets
from sendas.ses.receiving import RuleSet
from sendas.ses.regions import Region


def judge(evidence: Evidence) -> Verdict | None:
    """Whether somebody else's set is active; without rules of ours anywhere, RX003 tells."""
    found = current_rules(evidence)
    if found is None:
        return None
    region, active = found
    domain = evidence.subject.domain
    if handles(active, domain):
        return Verdict(Status.OK, f"The active rule set {active.name} takes mail of {domain}")
    if mentions(active, domain):
        return None
    others = other_sets(evidence, region)
    ours = None if others is None else [each for each in others if handles(each, domain)]
    if ours is not None and not ours:
        return None
    return Verdict(
        Status.FAIL,
        f"The active rule set {active.name} is not the one with the rules of {domain}",
        "Another stack or a person activated it; SES refuses the domain's mail meanwhile.",
        (
            Exhibit(f"DescribeActiveReceiptRuleSet in {region}", _shown(active)),
            *(Exhibit(f"DescribeReceiptRuleSet {each.name}", _shown(each)) for each in ours or ()),
        ),
        (_mend(region, active, ours[0] if ours else None),),
    )


def _mend(region: Region, active: RuleSet, ours: RuleSet | None) -> Help:
    if ours is None:
        return Help(
            "Activate the rule set that holds the domain's rules; "
            f"`aws ses list-receipt-rule-sets --region {region}` names them all.",
        )
    return Help(
        f"Activate {ours.name}. That ends receiving by the rules of {active.name}: if somebody "
        "needs them, copy them over first.",
        commands=(activate(region, ours.name),),
        applies=Applies.CONFIRM,
    )


def _shown(rule_set: RuleSet) -> str:
    recipients = sorted({each for rule in rule_set.rules for each in rule.recipients})
    return f"{rule_set.name}, for {', '.join(recipients) or 'nobody in particular'}"


RULE = Rule(
    code="RX002",
    title="The active rule set is the one with the domain's rules",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
