"""SES API v1: receipt rule sets, rules and filters.

Source: SES API reference and SES guide, "Receipt rules"; limits: FACTS 6.
"""

import ipaddress
import re

from collections.abc import Mapping

from sendas_lab.aws.calls import Context, Handler, Parameters
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.aws.receipt_rules import check_rule, normal
from sendas_lab.aws.v1_identities import invalid
from sendas_lab.ses.region_state import RuleSet, Shape


MAX_RULE_SETS, MAX_RULES, MAX_FILTERS = 40, 200, 100
_NAME = re.compile(r"[A-Za-z0-9_-]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9_-])?")


def _no_set(name: str) -> AwsError:
    return AwsError(Code.RULE_SET_DOES_NOT_EXIST, f"Rule set does not exist: {name}", 400)


def _no_rule(name: str) -> AwsError:
    return AwsError(Code.RULE_DOES_NOT_EXIST, f"Rule does not exist: {name}", 400)


def _set(context: Context, name: str) -> RuleSet:
    found = context.state.rule_sets.get(name)
    if found is None:
        raise _no_set(name)
    return found


def _place(rule_set: RuleSet, name: str) -> int:
    for place, rule in enumerate(rule_set.rules):
        if rule["Name"] == name:
            return place
    raise _no_rule(name)


def _told(rule: Shape) -> Shape:
    """The rule as SES tells it; recorded: a rule for everybody tells no recipients."""
    return {key: value for key, value in rule.items() if key != "Recipients" or value}


def _new_set(context: Context, name: str) -> RuleSet:
    if not _NAME.fullmatch(name):
        text = f"Not a valid rule set name: {name}"
        raise invalid(text)
    if name in context.state.rule_sets:
        raise AwsError(Code.ALREADY_EXISTS, f"Rule set already exists: {name}", 400)
    if len(context.state.rule_sets) >= MAX_RULE_SETS:
        raise AwsError(Code.LIMIT_EXCEEDED, "Maximum number of rule sets exceeded", 400)
    made = RuleSet(name, context.now)
    context.state.rule_sets[name] = made
    return made


def _create_set(context: Context, given: Parameters) -> Shape:
    _new_set(context, given.get("RuleSetName", ""))
    return {}


def _clone_set(context: Context, given: Parameters) -> Shape:
    original = _set(context, given["OriginalRuleSetName"])
    _new_set(context, given["RuleSetName"]).rules = [dict(rule) for rule in original.rules]
    return {}


def _delete_set(context: Context, given: Parameters) -> Shape:
    name = given["RuleSetName"]
    if context.state.active_rule_set == name:
        text = f"Cannot delete active rule set: {name}"
        raise AwsError(Code.CANNOT_DELETE, text, 400)
    context.state.rule_sets.pop(name, None)
    return {}


def _list_sets(context: Context, _given: Parameters) -> Shape:
    return {"RuleSets": [_metadata(rule_set) for rule_set in context.state.rule_sets.values()]}


def _metadata(rule_set: RuleSet) -> Shape:
    return {"Name": rule_set.name, "CreatedTimestamp": rule_set.created}


def _described(rule_set: RuleSet) -> Shape:
    return {"Metadata": _metadata(rule_set), "Rules": [_told(rule) for rule in rule_set.rules]}


def _describe_set(context: Context, given: Parameters) -> Shape:
    return _described(_set(context, given["RuleSetName"]))


def _describe_active(context: Context, _given: Parameters) -> Shape:
    active = context.state.active_rule_set
    return _described(_set(context, active)) if active else {}


def _set_active(context: Context, given: Parameters) -> Shape:
    name = given.get("RuleSetName")
    context.state.active_rule_set = _set(context, name).name if name else None
    return {}


def _reorder(context: Context, given: Parameters) -> Shape:
    rule_set = _set(context, given["RuleSetName"])
    order = list(given.get("RuleNames", ()))
    for name in order:
        _place(rule_set, name)
    if sorted(order) != sorted(rule["Name"] for rule in rule_set.rules):
        text = "RuleNames must contain all of the rule set's rules"
        raise invalid(text)
    rule_set.rules.sort(key=lambda rule: order.index(rule["Name"]))
    return {}


def _create_rule(context: Context, given: Parameters) -> Shape:
    rule_set = _set(context, given["RuleSetName"])
    rule = normal(given["Rule"])
    if any(known["Name"] == rule["Name"] for known in rule_set.rules):
        raise AwsError(Code.ALREADY_EXISTS, f"Rule already exists: {rule['Name']}", 400)
    if len(rule_set.rules) >= MAX_RULES:
        raise AwsError(Code.LIMIT_EXCEEDED, "Maximum number of rules exceeded", 400)
    after = given.get("After")
    # API reference: without After the rule goes to the front.
    place = _place(rule_set, after) + 1 if after else 0
    check_rule(context, rule_set.name, rule)
    rule_set.rules.insert(place, rule)
    return {}


def _update_rule(context: Context, given: Parameters) -> Shape:
    rule_set = _set(context, given["RuleSetName"])
    rule = normal(given["Rule"])
    place = _place(rule_set, rule["Name"])
    check_rule(context, rule_set.name, rule)
    rule_set.rules[place] = rule
    return {}


def _describe_rule(context: Context, given: Parameters) -> Shape:
    rule_set = _set(context, given["RuleSetName"])
    return {"Rule": rule_set.rules[_place(rule_set, given["RuleName"])]}


def _delete_rule(context: Context, given: Parameters) -> Shape:
    rule_set = _set(context, given["RuleSetName"])
    rule_set.rules[:] = [r for r in rule_set.rules if r["Name"] != given["RuleName"]]
    return {}


def _move_rule(context: Context, given: Parameters) -> Shape:
    rule_set = _set(context, given["RuleSetName"])
    after = given.get("After")
    if after:
        _place(rule_set, after)
    rule = rule_set.rules.pop(_place(rule_set, given["RuleName"]))
    rule_set.rules.insert(_place(rule_set, after) + 1 if after else 0, rule)
    return {}


def _create_filter(context: Context, given: Parameters) -> Shape:
    shape = dict(given["Filter"])
    if shape["Name"] in context.state.filters:
        raise AwsError(Code.ALREADY_EXISTS, f"Receipt filter already exists: {shape['Name']}", 400)
    if len(context.state.filters) >= MAX_FILTERS:
        raise AwsError(Code.LIMIT_EXCEEDED, "Maximum number of receipt filters exceeded", 400)
    try:
        ipaddress.ip_network(shape["IpFilter"]["Cidr"], strict=False)
    except ValueError as error:
        text = f"Invalid CIDR block: {shape['IpFilter']['Cidr']}"
        raise invalid(text) from error
    context.state.filters[shape["Name"]] = shape
    return {}


def _list_filters(context: Context, _given: Parameters) -> Shape:
    return {"Filters": list(context.state.filters.values())}


def _delete_filter(context: Context, given: Parameters) -> Shape:
    context.state.filters.pop(given["FilterName"], None)
    return {}


HANDLERS: Mapping[str, Handler] = {
    "CreateReceiptRuleSet": _create_set,
    "CloneReceiptRuleSet": _clone_set,
    "DeleteReceiptRuleSet": _delete_set,
    "ListReceiptRuleSets": _list_sets,
    "DescribeReceiptRuleSet": _describe_set,
    "DescribeActiveReceiptRuleSet": _describe_active,
    "SetActiveReceiptRuleSet": _set_active,
    "ReorderReceiptRuleSet": _reorder,
    "CreateReceiptRule": _create_rule,
    "UpdateReceiptRule": _update_rule,
    "DescribeReceiptRule": _describe_rule,
    "DeleteReceiptRule": _delete_rule,
    "SetReceiptRulePosition": _move_rule,
    "CreateReceiptFilter": _create_filter,
    "ListReceiptFilters": _list_filters,
    "DeleteReceiptFilter": _delete_filter,
}
