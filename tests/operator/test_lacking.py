"""The check and the printed policy are one table: what is printed satisfies what is checked."""

import json
import os
import random

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from sendas.config.load import parse_config
from sendas.config.model import Config
from sendas.doctor import rights as doctor_rights
from sendas.iam.lacking import Needs, lacking_actions
from sendas.iam.policy import PolicyDocument, Source
from sendas.iam.rights import Verb, When, filled, rights_of
from sendas.iam.wildcard import matches
from sendas.operator.policy import operator_policies
from sendas.operator.table import RIGHTS
from sendas.setup.rights.place import known_arns, needed_when, place_of


ACCOUNT = "123456789012"
OPERATOR = f"arn:aws:iam::{ACCOUNT}:user/operator"
DOMAIN = """
[[domain]]
name = "{name}"
{more}
[domain.dmarc]
policy = "none"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"
[[domain.mailbox]]
name = "*"
keep = true
"""
HEAD = 'region = "us-east-2"\n[alarms]\nto = ["owner@gmail.com"]\n'
FILES = {
    "one domain": HEAD + DOMAIN.format(name="example.com", more='mail_from = "mail"'),
    "two domains": HEAD
    + DOMAIN.format(name="example.com", more="")
    + DOMAIN.format(name="example.org", more='dns = "manual"'),
    "a name that IAM's user names do not hold": HEAD
    + DOMAIN.format(name=f"{'a' * 50}.example.com", more=""),
    "passwords in Parameter Store": HEAD
    + DOMAIN.format(name="example.com", more='password_store = "parameter-store"'),
    "bounded": 'permissions_boundary = "sendas-boundary"\n'
    + HEAD
    + DOMAIN.format(name="example.com", more=""),
    "sends only": HEAD
    + """
[[domain]]
name = "example.com"
receive = false
[[domain.mailbox]]
name = "me"
send = "smtp"
""",
}


def needs(config: Config, verb: Verb, *also: When) -> list[Needs]:
    """What *verb* needs for each domain of the file."""
    return [
        Needs(
            tuple(
                right
                for right in rights_of((*RIGHTS, *doctor_rights.RIGHTS), [verb])
                if right.when in needed_when(domain) | set(also)
            ),
            {**place_of(domain, ACCOUNT, "aws"), "oneself": ("operator",)},
            known_arns(domain, ACCOUNT, "aws"),
        )
        for domain in config.domains
    ]


def occasions(config: Config) -> set[When]:
    """Every one that an operator may meet: it is an administrator who makes the boundary."""
    return set(When) - {When.MAKING_BOUNDARY} - (set() if is_bounded(config) else {When.BOUNDED})


def is_bounded(config: Config) -> bool:
    """Whether the file names a permissions boundary."""
    return any(domain.permissions_boundary for domain in config.domains)


def documents(policies: Iterable[Mapping[str, object]]) -> tuple[PolicyDocument, ...]:
    """As they bind the operator."""
    return tuple(
        PolicyDocument(f"p{number}", Source.MANAGED, json.dumps(policy))
        for number, policy in enumerate(policies)
    )


def without(policy: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The policy, but for one action."""
    kept = []
    for statement in policy["Statement"]:
        actions = statement["Action"]
        listed = [actions] if isinstance(actions, str) else actions
        if left := [one for one in listed if one != action]:
            kept.append({**statement, "Action": left})
    return {**policy, "Statement": kept}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
@pytest.mark.parametrize("verb", Verb)
def test_what_is_printed_is_enough(file: str, verb: Verb) -> None:
    """With exactly what `sendas policy` prints, with or without the file, nothing is missing.

    Without the file roles and users can only be made within a boundary (`sendas policy --help`).
    """
    config = parse_config(file)
    printed = [
        operator_policies([verb], config, account_id=ACCOUNT),
        operator_policies([verb], config),
        operator_policies(Verb, config, account_id=ACCOUNT),
    ]
    for policies in (*printed, *([operator_policies(Verb)] if is_bounded(config) else ())):
        for need in needs(config, verb, *occasions(config)):
            assert () == lacking_actions(documents(policies), OPERATOR, need)


@pytest.mark.parametrize("file", ["one domain", "passwords in Parameter Store"])
@pytest.mark.parametrize("verb", Verb)
def test_each_action_that_is_taken_away_is_named(verb: Verb, file: str) -> None:
    """And nothing else is; for every action that the verb needs, or a sample of them."""
    config = parse_config(FILES[file])
    policies = operator_policies(Verb, config, account_id=ACCOUNT)
    (need,) = needs(config, verb)
    # A relay without a shared queue asks nothing of its bucket and of SQS; nobody asks to
    # write into the store of passwords that the file does not name.
    asked = [one for one in need.rights if any(filled(arn, need.place) for arn in one.resources)]
    actions = sorted({action for right in asked for action in right.actions})
    if not os.environ.get("SENDAS_ALL_RIGHTS"):
        actions = random.Random(9).sample(actions, min(30, len(actions)))  # noqa: S311  as below
    for action in actions:
        left = documents(without(policy, action) for policy in policies)

        assert (action,) == lacking_actions(left, OPERATOR, need)


def test_a_policy_for_another_domain_is_none_for_this() -> None:
    """Resources count, not only actions."""
    theirs = parse_config(FILES["one domain"].replace("example.com", "example.net"))
    (need,) = needs(parse_config(FILES["one domain"]), Verb.APPLY)
    policies = operator_policies([Verb.APPLY], theirs, account_id=ACCOUNT)
    lacking = lacking_actions(documents(policies), OPERATOR, need)

    assert {"ses:CreateEmailIdentity", "sqs:CreateQueue", "iam:CreateRole"} <= set(lacking)
    assert "ses:GetAccount" not in lacking


def test_a_policy_narrower_than_a_pattern_is_enough() -> None:
    """One that names the very topics is not called wrong for lacking the wildcard."""
    config = parse_config(FILES["one domain"])
    (need,) = needs(config, Verb.APPLY)
    names = [arn for arn in need.known if arn.startswith("arn:aws:sns:")]
    text = json.dumps(operator_policies([Verb.APPLY], config, account_id=ACCOUNT))
    pattern = f"arn:aws:sns:us-east-2:{ACCOUNT}:sendas-example-com-*"
    assert json.dumps(pattern) in text
    narrow = json.loads(text.replace(json.dumps(pattern), json.dumps(names)))

    assert () == lacking_actions(documents(narrow), OPERATOR, need)


def test_every_known_arn_is_meant_by_a_pattern() -> None:
    """None is misspelt: each fits a pattern of the table."""
    (domain,) = parse_config(FILES["one domain"]).domains
    place = place_of(domain, ACCOUNT, "aws")
    patterns = {arn for right in RIGHTS for one in right.resources for arn in filled(one, place)}
    wild = [pattern for pattern in patterns if "*" in pattern and pattern != "*"]
    for arn in known_arns(domain, ACCOUNT, "aws"):
        assert any(matches(pattern, arn) for pattern in wild), arn


def test_a_random_subset_lacks_exactly_the_rest() -> None:
    """Law: what is missing is what was needed less what was given, whatever was given."""
    config = parse_config(FILES["one domain"])
    policies = operator_policies(Verb, config, account_id=ACCOUNT)
    (need,) = needs(config, Verb.APPLY)
    wanted = sorted({action for right in need.rights for action in right.actions})
    dice = random.Random(9)  # noqa: S311  a seed, so that a failure can be had again
    for _ in range(20):
        gone = dice.sample(wanted, dice.randint(2, 60))
        left: list[Mapping[str, Any]] = list(policies)
        for action in gone:
            left = [without(policy, action) for policy in left]

        assert tuple(sorted(gone)) == lacking_actions(documents(left), OPERATOR, need)
