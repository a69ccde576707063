"""A forwarder that stood before gives way to ours: by what order of steps, and why not; pure.

SES obeys one receipt rule set, and changes it in one call (SetActiveReceiptRuleSet).  So
ours is made ready beside the one in force, other domains' rules copied into it, and
then SES obeys it: each mail is taken by the old forwarder or by ours, never by both and
never by none.  The old set stays as it was, and activating it again is the way back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from sendas.config.model import Adopted, ConfiguredDomain
from sendas.ses.receiving import LambdaAction, OtherAction, ReceiptRule, RuleSet, S3Action
from sendas.setup.stack.names import StackNames
from sendas.setup.steps import CarryRules, EndRules, KeepRuleSet, Step
from sendas.setup.template.receiving import receipt_rules


RECEIVING_KEYS = ("rule_set", "rules", "bucket", "prefix", "topic_arn", "function_arn")
"""What of ``[domain.adopted]`` is about receiving, and ends with a take-over."""


def taken_over(domain: ConfiguredDomain) -> ConfiguredDomain:
    """*domain* with receiving of its own; identity and zone stay adopted."""
    none = Adopted()
    kept = replace(domain.adopted, **{key: getattr(none, key) for key in RECEIVING_KEYS})
    return replace(domain, adopted=kept)


@dataclass(frozen=True, slots=True)
class TakeOver:
    """What becomes of each rule in force: it ends here, or is carried over; or why neither can."""

    active: str
    ended: tuple[str, ...] = ()
    carried: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Rules of other domains, by name, with the recipients that they keep."""
    stops: tuple[str, ...] = ()

    @property
    def needed(self) -> bool:
        """Whether anything of another forwarder is in force."""
        return bool(self.ended or self.stops)


def take_over(
    domain: ConfiguredDomain, names: StackNames, active: RuleSet, others: Collection[str]
) -> TakeOver:
    """The take-over from *active*; *others* are the Region's other domains."""
    ours = receipt_rules(domain, names)
    ended, carried, stops = [], {}, []
    for rule in active.rules:
        if rule.name in ours:
            continue
        rest = tuple(one for one in rule.recipients if not _is_at(one, domain.name))
        if not rule.recipients and others:
            stops.append(
                f"receipt rule {rule.name} of {active.name} takes the mail of all domains, also "
                f"of {', '.join(sorted(others))}: let it name those that it is for, then take over"
            )
        elif not rest:
            ended.append(rule.name)
        else:
            carried[rule.name] = rest
        if rule.enabled:
            stops += _left_out(domain, rule, ours)
    if ended and not domain.forwards:
        stops.append(
            f"no mailbox of {domain.name} has `to`: after a take-over its mail would be forwarded "
            "to nobody"
        )
    return TakeOver(active.name, tuple(ended), carried, tuple(stops))


def _is_at(recipient: str, domain: str) -> bool:
    return recipient.rpartition("@")[2].lower() == domain


def _left_out(
    domain: ConfiguredDomain, rule: ReceiptRule, ours: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """Whom the old rule takes mail for and ours would not: SES would refuse it."""
    taken = tuple(one for recipients in ours.values() for one in recipients)
    probe = ReceiptRule("ours", enabled=True, recipients=taken, actions=())
    if domain.name in taken:
        return []
    remedy = 'add a mailbox "*" (keep = true at least) to the file, or shorten the rule first'
    if rule.takes_all(domain.name):
        only = f"and the file only {', '.join(taken)}: SES would refuse the others"
        return [f"receipt rule {rule.name} takes every address at {domain.name} {only}; {remedy}"]
    missing = [
        one for one in rule.recipients if _is_at(one, domain.name) and not probe.matches(one)
    ]
    return (
        [f"receipt rule {rule.name} takes {', '.join(missing)} and the file does not; {remedy}"]
        if missing
        else []
    )


def take_over_steps(
    names: StackNames, found: TakeOver, active: RuleSet, own: RuleSet | None
) -> tuple[Step, ...]:
    """The steps before our stack is made ready; none of them changes what SES does with mail."""
    if found.stops:
        return ()
    if active.name == names.rule_set:
        # The rules to end are in the very set that ours go into: SES obeys a copy meanwhile.
        return (KeepRuleSet(names.rule_set, f"{names.root}-before"),) if found.ended else ()
    standing = {rule.name: rule for rule in own.rules} if own else {}
    missing = {
        name: recipients
        for name, recipients in found.carried.items()
        if name not in standing or standing[name].recipients != recipients
    }
    steps: list[Step] = []
    if missing:
        steps.append(CarryRules(active.name, names.rule_set, tuple(missing.items())))
    old = tuple(name for name in found.ended if name in standing)
    if old:
        steps.append(EndRules(names.rule_set, old))
    return tuple(steps)


def hands_on(rule: ReceiptRule) -> bool:
    """Whether somebody is told of the rule's mail, and so may forward it."""
    return any(
        isinstance(one, LambdaAction)
        or (isinstance(one, S3Action) and one.topic_arn is not None)
        or (isinstance(one, OtherAction) and one.name in {"SNSAction", "WorkmailAction"})
        for one in rule.actions
    )
