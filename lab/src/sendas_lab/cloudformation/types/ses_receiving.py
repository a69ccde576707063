"""AWS::SES types for received mail: rule sets, rules, filters.

Source: CloudFormation Template Reference, Amazon SES; FACTS 16.1.
"""

from sendas_lab.cloudformation.calls import gone
from sendas_lab.cloudformation.provider import Made, Properties, Provider, Work, picked, words
from sendas_lab.cloudformation.template import Value


def _create_rule_set(work: Work, properties: Properties) -> Made:
    name = properties.get("RuleSetName") or work.name()
    work.call("ses", "CreateReceiptRuleSet", RuleSetName=name)
    return Made(name)


def _delete_rule_set(work: Work, made: Made, _properties: Properties) -> None:
    work.call("ses", "DeleteReceiptRuleSet", RuleSetName=made.physical_id)


def _read_rule_set(work: Work, made: Made, _properties: Properties) -> Properties:
    found = work.call("ses", "DescribeReceiptRuleSet", RuleSetName=made.physical_id)
    return {"RuleSetName": found["Metadata"]["Name"]}


def _rule(work: Work, properties: Properties) -> dict[str, Value]:
    rule = dict(properties["Rule"])
    rule.setdefault("Name", work.name())
    return rule


def _create_rule(work: Work, properties: Properties) -> Made:
    rule = _rule(work, properties)
    work.call(
        "ses",
        "CreateReceiptRule",
        RuleSetName=properties["RuleSetName"],
        Rule=rule,
        **picked(properties, "After"),
    )
    return Made(rule["Name"], {"RuleName": rule["Name"]})


def _update_rule(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    rule_set = wanted["RuleSetName"]
    if wanted["Rule"] != before["Rule"]:
        rule = {**wanted["Rule"], "Name": made.physical_id}
        work.call("ses", "UpdateReceiptRule", RuleSetName=rule_set, Rule=rule)
    if wanted.get("After") != before.get("After"):
        work.call(
            "ses",
            "SetReceiptRulePosition",
            RuleSetName=rule_set,
            RuleName=made.physical_id,
            **picked(wanted, "After"),
        )
    return made


def _delete_rule(work: Work, made: Made, properties: Properties) -> None:
    work.call(
        "ses",
        "DeleteReceiptRule",
        RuleSetName=properties["RuleSetName"],
        RuleName=made.physical_id,
    )


def _read_rule(work: Work, made: Made, properties: Properties) -> Properties:
    found = work.call(
        "ses",
        "DescribeReceiptRule",
        RuleSetName=properties["RuleSetName"],
        RuleName=made.physical_id,
    )
    return {"RuleSetName": properties["RuleSetName"], "Rule": found["Rule"]}


def _create_filter(work: Work, properties: Properties) -> Made:
    given = dict(properties["Filter"])
    given.setdefault("Name", work.name())
    work.call("ses", "CreateReceiptFilter", Filter=given)
    return Made(given["Name"])


def _delete_filter(work: Work, made: Made, _properties: Properties) -> None:
    work.call("ses", "DeleteReceiptFilter", FilterName=made.physical_id)


def _read_filter(work: Work, made: Made, _properties: Properties) -> Properties:
    listed = work.call("ses", "ListReceiptFilters").get("Filters", ())
    for one in listed:
        if one["Name"] == made.physical_id:
            return {"Filter": one}
    raise gone(made.physical_id, "ses")


def _find_rule_set(work: Work, properties: Properties) -> Made:
    _read_rule_set(work, Made(properties["RuleSetName"]), properties)
    return Made(properties["RuleSetName"])


def _find_rule(work: Work, properties: Properties) -> Made:
    name = properties["Rule"]["Name"]
    _read_rule(work, Made(name), properties)
    return Made(name, {"RuleName": name})


PROVIDERS = (
    Provider(
        "AWS::SES::ReceiptRuleSet",
        words("RuleSetName"),
        _create_rule_set,
        _delete_rule_set,
        read=_read_rule_set,
        find=_find_rule_set,
    ),
    Provider(
        "AWS::SES::ReceiptRule",
        words("RuleSetName Rule After"),
        _create_rule,
        _delete_rule,
        _update_rule,
        _read_rule,
        _find_rule,
    ),
    Provider(
        "AWS::SES::ReceiptFilter",
        words("Filter"),
        _create_filter,
        _delete_filter,
        read=_read_filter,
    ),
)
