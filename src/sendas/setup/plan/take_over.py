"""A forwarder that stood before gives way to ours: by what order of steps, and why not; pure.

SES obeys one receipt rule set, and changes it in one call (SetActiveReceiptRuleSet).  So
ours is made ready beside the one in force, other domains' rules copied into it, and
then SES obeys it: each mail is taken by the old forwarder or by ours, never by both and
never by none.  The old set stays as it was, and activating it again is the way back.
"""

import re

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from sendas.config.model import Adopted, ConfiguredDomain
from sendas.ses.receiving import LambdaAction, OtherAction, ReceiptRule, RuleSet, S3Action
from sendas.setup.rule_steps import CarryRules, EndRules, KeepRuleSet
from sendas.setup.stack.names import StackNames, root_name
from sendas.setup.steps import Step
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
    stale: tuple[str, ...] = ()
    """Rules in the set that ours go into, asleep now, which would come into force with it."""
    stops: tuple[str, ...] = ()

    @property
    def needed(self) -> bool:
        """Whether anything of another forwarder is in force."""
        return bool(self.ended or self.stops)


def take_over(
    domain: ConfiguredDomain,
    names: StackNames,
    active: RuleSet,
    others: Collection[str],
    own: RuleSet | None = None,
) -> TakeOver:
    """The take-over from *active*; *others* are the Region's other domains.

    *own* is the set that our rules go into, which an earlier take-over may have left behind.
    """
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
    asleep = own.rules if own is not None and own.name != active.name else ()
    left = [r for r in asleep if r.name not in ours and r.name not in carried]
    stale = tuple(r.name for r in left if r.name in ended or not _of_a_stack(r))
    stops += [
        _twice(rule, name, active.name)
        for rule in left
        if rule.enabled and rule.name not in stale
        for name, recipients in carried.items()
        if any(rule.takes(one.rpartition("@")[2].lower()) for one in recipients)
    ]
    return TakeOver(active.name, tuple(ended), carried, stale, tuple(stops))


def _of_a_stack(rule: ReceiptRule) -> bool:
    """Whether it is what sendas made for another domain: its stack's rule, for that alone."""
    domains = {one.rpartition("@")[2].lower() for one in rule.recipients}
    return len(domains) == 1 and all(
        re.fullmatch(rf"{re.escape(root_name(one))}(-\d+)?", rule.name) for one in domains
    )


def _twice(ours: ReceiptRule, theirs: str, active: str) -> str:
    return (
        f"receipt rule {theirs} of {active} takes mail that {ours.name} would take as well, which "
        f"sendas made for another domain and which comes into force with the take-over: both "
        f"would forward. Take that domain out of {theirs}, or `sendas destroy` it, first"
    )


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
        rule.name: found.carried[rule.name]
        for rule in active.rules
        if rule.name in found.carried and not _stands(rule, found.carried[rule.name], standing)
    }
    steps: list[Step] = []
    if missing:
        steps.append(CarryRules(active.name, names.rule_set, tuple(missing.items())))
    if found.stale:
        steps.append(EndRules(names.rule_set, found.stale))
    return tuple(steps)


def way_back(names: StackNames, found: TakeOver, region: str) -> list[str]:
    """The note that says how the old forwarder is in force again; none without a take-over."""
    if not found.needed or found.stops:
        return []
    old = found.active if found.active != names.rule_set else f"{names.root}-before"
    told = (
        f"take-over: {', '.join(found.ended)} forwards until our rule set is active, and "
        "nothing of it is deleted; the way back, at any time: aws ses "
        f"set-active-receipt-rule-set --rule-set-name {old} --region {region}"
    )
    return [told]


def _stands(
    rule: ReceiptRule, recipients: tuple[str, ...], standing: Mapping[str, ReceiptRule]
) -> bool:
    """Whether it is there already; what a stack made there is its stack's, and stays."""
    there = standing.get(rule.name)
    if there is None:
        return False
    return _of_a_stack(there) or there == replace(rule, recipients=recipients)


def hands_on(rule: ReceiptRule) -> bool:
    """Whether somebody is notified of the rule's mail, and so may forward it."""
    return any(
        isinstance(one, LambdaAction)
        or (isinstance(one, S3Action) and one.topic_arn is not None)
        or (isinstance(one, OtherAction) and one.name in {"SNSAction", "WorkmailAction"})
        for one in rule.actions
    )
