"""What CloudFormation does not see: rules changed by hand, rules that stand in the way; pure."""

from sendas.config.model import ConfiguredDomain
from sendas.ses.receiving import OtherAction, ReceiptRule, RuleSet, S3Action
from sendas.setup.rule_steps import RepairRule
from sendas.setup.stack.names import StackNames
from sendas.setup.template.receiving import receipt_rules


def rule_repairs(
    domain: ConfiguredDomain, names: StackNames, own_set: RuleSet, bucket: str, topic_arn: str
) -> tuple[RepairRule, ...]:
    """Our rules that are gone, disabled, or not what the stack made them."""
    standing = {rule.name: rule for rule in own_set.rules}
    found = []
    for name, recipients in receipt_rules(domain, names).items():
        why = _amiss(standing.get(name), recipients, S3Action(bucket, names.prefix, topic_arn))
        if why:
            found.append(
                RepairRule(
                    own_set.name, name, recipients, bucket, names.prefix, topic_arn,
                    exists=name in standing, why=why,
                )
            )  # fmt: skip
    return tuple(found)


def _amiss(rule: ReceiptRule | None, recipients: tuple[str, ...], action: S3Action) -> str:
    if rule is None:
        return "it is gone"
    wrong = []
    if not rule.enabled:
        wrong.append("it is disabled")
    if not rule.scan_enabled:
        wrong.append("it does not scan for spam and viruses")
    if rule.tls_required:
        wrong.append("it refuses senders without TLS")
    if sorted(map(str.lower, rule.recipients)) != sorted(map(str.lower, recipients)):
        wrong.append("it has other recipients")
    if rule.actions != (action,):
        wrong.append("it does something else")
    return ", ".join(wrong)


def rules_before(domain: ConfiguredDomain, names: StackNames, own_set: RuleSet) -> tuple[str, ...]:
    """Other people's rules that our mail meets before ours and that end there, a line each."""
    ours = set(receipt_rules(domain, names))
    probe = f"sendas-probe@{domain.name}"
    own: list[str] = [domain.address_of(m) for m in domain.mailboxes if not m.is_catch_all]
    addresses = own or [probe]
    found = []
    for rule in own_set.rules:
        if rule.name in ours:
            break
        caught = [address for address in addresses if rule.enabled and rule.matches(address)]
        if caught and any(_ends(action) for action in rule.actions):
            found.append(
                f"receipt rule {rule.name} stands before ours in {own_set.name} and ends what "
                f"it takes: mail to {caught[0]} may never reach our rule"
            )
    return tuple(found)


def _ends(action: object) -> bool:
    return isinstance(action, OtherAction) and action.name in {"StopAction", "BounceAction"}
