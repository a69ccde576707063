"""RX109: nothing in front of the domain's rule ends the mail.

Asks: does an action before the one that stores or hands on the mail, in the same
rule or an earlier one that matches, bounce it or stop the rule set?

Why it matters: SES runs rules in their order.  A Stop action in front ends the
mail there, and the rule that is right is never reached; after a Bounce action the
sender is told that nobody took the mail, whatever becomes of it.

How to mend: move the rule in front behind, narrow its recipients, or delete it.

Source: SES guide, "Bounce action" and "Stop rule set action"; FACTS 8.1.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.receive._receiving import current_rules, our_rules
from sendas.ses.receiving import LambdaAction, OtherAction, ReceiptRule, S3Action
from sendas.ses.regions import Region


_ENDS = {"BounceAction": "bounces", "StopAction": "stops"}
_CAUSES = {
    "BounceAction": "The sender is told that the mail was refused.",
    "StopAction": "SES runs rules in their order, and never comes to those behind it.",
}


def judge(evidence: Evidence) -> Verdict | None:
    """Whether mail comes as far as the action that keeps it."""
    found = current_rules(evidence)
    if found is None:
        return None
    region, active = found
    rules = our_rules(active, evidence.subject.domain)
    for rule in rules:
        for action in rule.actions:
            match action:
                case S3Action() | LambdaAction():
                    return Verdict(Status.OK, f"The rule {rule.name} is reached")
                case OtherAction(name) if name in _ENDS:
                    return _ended(region, active.name, rule, name, more=len(rules) > 1)
                case _:
                    pass
    return None


def _ended(region: Region, rule_set: str, rule: ReceiptRule, name: str, *, more: bool) -> Verdict:
    delete = aws(
        "ses delete-receipt-rule", region=region, rule_set_name=rule_set, rule_name=rule.name
    )
    advice = (
        Help(
            f"Delete the rule {rule.name}, or move it behind; it matters to whoever made it: "
            "its recipients are shown above.",
            commands=(delete,),
            applies=Applies.CONFIRM,
        )
        if more
        else Help(f"Take the {name} out of the rule {rule.name}, or move it to its end.")
    )
    return Verdict(
        Status.FAIL,
        f"The rule {rule.name} {_ENDS[name]} the mail before anything keeps it",
        _CAUSES[name],
        (
            Exhibit(
                f"receipt rule {rule.name}",
                f"{name}, for {', '.join(rule.recipients) or 'everybody'}",
            ),
        ),
        (advice,),
    )


RULE = Rule(
    code="RX109",
    title="Nothing in front of the domain's rule ends the mail",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
