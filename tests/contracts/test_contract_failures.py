"""What every gateway owes: a stranger and a user without rights are told apart, and named."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from sendas.outcome import NoAnswer, Why


Account: TypeAlias = Any
"""A type of conftest, which pytest's importlib mode keeps to itself."""

QUESTIONS: dict[str, Callable[[Account], object]] = {
    "ses:GetAccount": lambda a: a.gateways.account(a.region),
    "ses:GetEmailIdentity": lambda a: a.gateways.identity(a.region, "example.com"),
    "ses:GetSuppressedDestination": lambda a: a.gateways.suppressed(a.region, "a@example.com"),
    "ses:GetConfigurationSet": lambda a: a.gateways.configuration_set(a.region, "none"),
    "ses:DescribeActiveReceiptRuleSet": lambda a: a.gateways.active_rule_set(a.region),
    "ses:ListReceiptRuleSets": lambda a: a.gateways.rule_sets(a.region),
    "iam:GetAccessKeyLastUsed": lambda a: a.gateways.owner_of(a.region, "AKIAI44QH8DHBEXAMPLE"),
    "iam:ListAccessKeys": lambda a: a.gateways.keys_of(a.region, "nobody-at-all"),
    "iam:ListGroupsForUser": lambda a: a.gateways.policies_of(a.region, "nobody-at-all"),
    "iam:GetUser": lambda a: a.gateways.user_exists(a.region, "nobody-at-all"),
    "route53:ListHostedZonesByName": lambda a: a.gateways.hosted_zones(a.region, "example.com"),
    "s3:GetBucketPolicy": lambda a: a.gateways.bucket(a.region, "sendas-contract-bucket"),
}


@pytest.mark.parametrize("action", QUESTIONS)
def test_a_stranger_has_no_credentials(stranger: Account, action: str) -> None:
    """A key that nobody has is no missing permission, and nothing is absent because of it."""
    seen = QUESTIONS[action](stranger)

    assert isinstance(seen, NoAnswer)
    assert Why.NO_CREDENTIALS is seen.why
    assert seen.detail.startswith(f"{action}: ")


@pytest.fixture
def faults(lab: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:  # noqa: ANN401  types of the lab
    """The lab's switches, off again afterwards; nobody sleeps before trying again."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    yield lab.aws.faults
    lab.aws.faults.clear()


@pytest.mark.parametrize("action", QUESTIONS)
@pytest.mark.parametrize(
    ("switch", "why"),
    [
        ("deny", Why.DENIED),
        ("throttle", Why.THROTTLED),
        ("fail", Why.SERVER_FAILURE),
    ],
)
def test_each_trouble_is_told_apart(
    lab_account: Account,
    faults: Any,  # noqa: ANN401  the lab's switches
    action: str,
    switch: str,
    why: Why,
) -> None:
    """A denied, throttled or broken question says which it was, and which permission it needs."""
    getattr(faults, switch)(action)
    if action == "iam:GetAccessKeyLastUsed":
        faults.deny("iam:ListUsers")  # the other way to find a key's owner
    seen = QUESTIONS[action](lab_account)

    assert isinstance(seen, NoAnswer)
    assert why is seen.why
    assert seen.detail.startswith(f"{action}: ")


def test_without_rights_one_may_still_ask_who_one_is(powerless: Account) -> None:
    """STS API, GetCallerIdentity: no permissions are required.  SES asks for them."""
    caller = powerless.gateways.caller(powerless.region)
    account = powerless.gateways.account(powerless.region)

    assert caller.arn.endswith(":user/powerless")
    assert Why.DENIED is account.why
    assert account.detail.startswith("ses:GetAccount: AccessDeniedException: ")
