"""RX109: nothing in front of the domain's rule ends the mail.

Asks: does an action before the one that stores or hands on the mail, in the same
rule or an earlier one that takes the same mail, bounce it or stop the rule set?
A rule in front for some address only, such as noreply@, is somebody's intention.

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
from sendas.doctor.rules.receive._receiving import current_rules
from sendas.ses.receiving import Action, OtherAction, ReceiptRule
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
    domain = evidence.subject.domain
    rules = active.rules_of(domain)
    more = len(rules) > 1
    in_front: list[tuple[ReceiptRule, str]] = []
    reached: list[str] = []
    for rule in rules:
        match _first_that_counts(rule):
            case OtherAction(name):
                in_front.append((rule, name))
            case None:
                pass
            case _:
                for other, name in in_front:
                    if _takes_the_same(other, rule, domain):
                        return _ended(region, active.name, other, name, more=more)
                reached.append(rule.name)
                if rule.takes_all(domain):
                    break
    else:  # nothing keeps the mail of every address
        for other, name in in_front:
            if other.takes_all(domain):
                return _ended(region, active.name, other, name, more=more)
    return Verdict(Status.OK, f"The rule {' and '.join(reached)} is reached") if reached else None


def _first_that_counts(rule: ReceiptRule) -> Action | None:
    """The action that keeps the mail or ends it, whichever comes first."""
    return next(
        (
            action
            for action in rule.actions
            if not isinstance(action, OtherAction) or action.name in _ENDS
        ),
        None,
    )


def _takes_the_same(other: ReceiptRule, rule: ReceiptRule, domain: str) -> bool:
    """Whether *other* takes mail that *rule* is for: the domain's, or an address's."""
    if other.takes_all(domain):
        return True
    if rule.takes_all(domain):
        return False
    addresses = (one for one in rule.recipients if one.rpartition("@")[2].lower() == domain)
    return any(map(other.matches, addresses))


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
