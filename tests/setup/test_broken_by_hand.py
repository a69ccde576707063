"""No false all-clear: whatever is changed or deleted by hand, the plan's last line changes.

One set-up, broken in one place after another; what is broken stays so until the end,
where one `apply` mends all of it.
"""

import json

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from owner_setup import End, Owner

from sendas.config.model import ConfiguredDomain
from sendas.setup.plan.changes import Plan
from sendas.setup.plan.printed import summary


NAME = "sendas-example-com"
NOTHING = "Nothing to do: all stands as the file wants it."
Break = Callable[[Owner], object]


def call(service: str, operation: str, **given: object) -> Break:
    """One call of an administrator with a slip of the hand."""

    def break_it(owner: Owner) -> None:
        account = owner.lab.account_id
        filled = json.loads(json.dumps(given).replace("ACCOUNT", account))
        owner.call(service, operation, **filled)

    return break_it


def alarm(name: str) -> str:
    """Its whole name."""
    return f"{NAME}-{name}"


def all_alarms(owner: Owner) -> list[Mapping[str, Any]]:
    """As CloudWatch lists them."""
    found: list[Mapping[str, Any]] = owner.call("cloudwatch", "DescribeAlarms")["MetricAlarms"]
    return found


def delete_an_alarm(owner: Owner) -> None:
    """The first."""
    owner.call("cloudwatch", "DeleteAlarms", AlarmNames=[all_alarms(owner)[0]["AlarmName"]])


def silence_an_alarm(owner: Owner) -> None:
    """The last tells nobody any more."""
    last = all_alarms(owner)[-1]
    kept = (
        *("AlarmName", "MetricName", "Namespace", "Statistic", "Period", "EvaluationPeriods"),
        *("Threshold", "ComparisonOperator", "Dimensions", "TreatMissingData"),
    )
    given = {key: last[key] for key in kept if last.get(key) is not None}
    owner.call("cloudwatch", "PutMetricAlarm", **given, ActionsEnabled=False, AlarmActions=[])


def disable_a_clock(owner: Owner) -> None:
    """No digest any more."""
    owner.call("events", "DisableRule", Name=f"{NAME}-digest")


def delete_the_other_clock(owner: Owner) -> None:
    """Nobody looks once a day."""
    rules = owner.call("events", "ListRules")["Rules"]
    (name,) = [one["Name"] for one in rules if one["Name"] != f"{NAME}-digest"]
    targets = owner.call("events", "ListTargetsByRule", Rule=name)["Targets"]
    owner.call("events", "RemoveTargets", Rule=name, Ids=[one["Id"] for one in targets])
    owner.call("events", "DeleteRule", Name=name)


def open_the_queue(owner: Owner) -> None:
    """Its policy is gone: SNS may put nothing into it."""
    url = owner.call("sqs", "GetQueueUrl", QueueName=f"{NAME}-received")["QueueUrl"]
    owner.call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": ""})


def take_the_users_policy(owner: Owner) -> None:
    """Who sends as the mailbox may not any more."""
    user = "sendas-me@example.com"
    for name in owner.call("iam", "ListUserPolicies", UserName=user)["PolicyNames"]:
        owner.call("iam", "DeleteUserPolicy", UserName=user, PolicyName=name)


BUCKET = f"{NAME}-ACCOUNT-eu-west-1"
BREAKS: dict[str, Break] = {
    "alarm deleted": delete_an_alarm,
    "alarm silenced": silence_an_alarm,
    "clock disabled": disable_a_clock,
    "clock deleted": delete_the_other_clock,
    "queue's policy removed": open_the_queue,
    "user's policy removed": take_the_users_policy,
    "bucket's policy removed": call("s3", "DeleteBucketPolicy", Bucket=BUCKET),
    "bucket made public": call("s3", "DeletePublicAccessBlock", Bucket=BUCKET),
    "bucket's lifetimes removed": call("s3", "DeleteBucketLifecycle", Bucket=BUCKET),
    "function's memory cut": call(
        "lambda", "UpdateFunctionConfiguration", FunctionName=NAME, MemorySize=128
    ),
    "forwarder switched off": call(
        "lambda", "PutFunctionConcurrency", FunctionName=NAME, ReservedConcurrentExecutions=0
    ),
    "watcher switched off": call(
        "lambda",
        "PutFunctionConcurrency",
        FunctionName=f"{NAME}-watch",
        ReservedConcurrentExecutions=0,
    ),
    "log deleted": call("logs", "DeleteLogGroup", logGroupName=f"/aws/lambda/{NAME}"),
    "domain not signed": call(
        "sesv2",
        "PutEmailIdentityDkimAttributes",
        EmailIdentity="example.com",
        SigningEnabled=False,
    ),
    "MAIL FROM taken off": call(
        "sesv2", "PutEmailIdentityMailFromAttributes", EmailIdentity="example.com"
    ),
    "sending paused": call(
        "sesv2",
        "PutConfigurationSetSendingOptions",
        ConfigurationSetName=NAME,
        SendingEnabled=False,
    ),
    "events sent nowhere": call(
        "sesv2",
        "DeleteConfigurationSetEventDestination",
        ConfigurationSetName=NAME,
        EventDestinationName=f"{NAME}-events",
    ),
    "rule disabled": call(
        "ses",
        "UpdateReceiptRule",
        RuleSetName="sendas",
        Rule={"Name": NAME, "Enabled": False, "Recipients": ["me@example.com"], "Actions": []},
    ),
    "rule set not in force": call("ses", "SetActiveReceiptRuleSet"),
    "code removed": call("s3", "DeleteObject", Bucket=BUCKET, Key="CODE"),
    "routes removed": call("s3", "DeleteObject", Bucket=BUCKET, Key="sendas/routes.json"),
}  # fmt: skip


def told(plan: Plan) -> tuple[object, ...]:
    """All that a plan says is wrong."""
    drift = ((one.logical_id, one.gone, one.details) for one in plan.drift)
    return (*drift, *map(str, plan.steps), *plan.changes)


@pytest.mark.timeout(1800)
def test_whatever_is_broken_changes_the_word(owner: Owner, owner_domain: ConfiguredDomain) -> None:
    """Each break makes the plan say more than before; one apply ends in `NOTHING` again."""
    assert End.DONE is owner.apply(owner_domain), owner.said
    known = told(owner.plan(owner_domain, detect_drift=True))
    assert () == known
    unseen = []
    for name, break_it in BREAKS.items():
        if name == "code removed":
            break_it = call("s3", "DeleteObject", Bucket=BUCKET, Key=owner.code.key)  # noqa: PLW2901  whose name the code gives
        break_it(owner)
        plan = owner.plan(owner_domain, detect_drift=True)
        if told(plan) == known or not plan.changes_something or summary(plan) == NOTHING:
            unseen.append(name)
        known = told(plan)
    assert not unseen, ", ".join(unseen)

    assert End.DONE is owner.apply(owner_domain), owner.said
    assert NOTHING == summary(owner.plan(owner_domain, detect_drift=True))
    assert owner.forwarded("me@example.com")
