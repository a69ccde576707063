"""The part of the stack that tells the owner when something breaks.

Each metric with its own unit: reputation is a fraction of one, not percent
(FACTS 12 lists public templates that got it wrong).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sendas.credentials.decide.ages import OVERDUE
from sendas.history.rates import REVIEW_BOUNCES, REVIEW_COMPLAINTS
from sendas.inbound.log import ALARM_LEVEL
from sendas.setup.stack.names import ACCOUNT, PARTITION, StackNames, logical_id
from sendas.setup.template.document import (
    Resource,
    Resources,
    Value,
    allow,
    att,
    from_account,
    policy,
    ref,
)
from sendas.watch.decide.measures import (
    CANARY_AGE,
    CREDENTIAL_AGE,
    DIMENSION,
    NAMESPACE,
    QUOTA,
    SILENT_AFTER,
    WATCHED,
)


QUOTA_PERCENT = 80
CANARY_DAYS = 35
"""An audit a month, and some days for whoever does it."""
_FROM = "GreaterThanOrEqualToThreshold"
_FIVE_MINUTES, _HOUR, _QUARTER_OF_A_DAY, _DAY = 300, 3600, 21_600, 86_400
_SILENT_QUARTERS = int(SILENT_AFTER.total_seconds()) // _QUARTER_OF_A_DAY
"""Each empty (CloudWatch API, PutMetricAlarm: seven days at most)."""
_STUCK_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class _Alarm:
    name: str
    says: str
    namespace: str
    metric: str
    statistic: str
    period: int
    threshold: float
    dimensions: Mapping[str, Value]
    missing: str = "notBreaching"
    comparison: str = "GreaterThanThreshold"
    periods: int = 1


_SILENT = "watcher-silent"
SILENT_ALARM = logical_id("Alarm", _SILENT)
"""The alarm that rings as long as nobody looks."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the stack holds that can break; *rules* are logical ids of receipt rules."""

    receives: bool
    forwards: bool
    remembers: bool
    watches: bool
    rules: tuple[str, ...]


def alarm_resources(
    names: StackNames,
    recipients: tuple[str, ...],
    parts: Parts,
) -> Resources:
    """The topic, whom it tells, and the alarms for *parts*."""
    alarms = _reputation()
    if parts.receives:
        alarms += _receiving(names, parts.rules)
    if parts.forwards:
        alarms += _forwarding(names)
    if parts.remembers:
        alarms += _remembering()
    if parts.watches:
        alarms += _watching(names)
    resources: Resources = {
        "AlarmTopic": Resource("AWS::SNS::Topic", {"TopicName": names.alarms}),
        "AlarmTopicPolicy": Resource(
            "AWS::SNS::TopicPolicy",
            {
                "Topics": [ref("AlarmTopic")],
                "PolicyDocument": policy(
                    allow(
                        ["sns:Publish"],
                        [ref("AlarmTopic")],
                        sid="AlarmsPublish",
                        service="cloudwatch.amazonaws.com",
                        condition=from_account(
                            f"arn:{PARTITION}:cloudwatch:{names.region}:{ACCOUNT}"
                            f":alarm:{names.root}-*",
                            like=True,
                        ),
                    )
                ),
            },
        ),
    }
    for recipient in recipients:
        resources[logical_id("AlarmTo", recipient)] = Resource(
            "AWS::SNS::Subscription",
            {"TopicArn": ref("AlarmTopic"), "Protocol": "email", "Endpoint": recipient},
            why="Silent until its owner clicks the link in the mail that SNS sends.",
        )
    if parts.forwards:
        resources["ForwarderTrouble"] = _trouble(names)
    for alarm in alarms:
        resources[logical_id("Alarm", alarm.name)] = _resource(names, alarm)
    return resources


def _reputation() -> list[_Alarm]:
    # The metrics exist for the whole account in the Region, and only after an event:
    # no data is no news, good or bad (SES guide: "treat missing data as ignore").
    return [
        _Alarm(
            "bounce-rate",
            "5 % of what this account sent bounced: SES reviews accounts at this rate.",
            "AWS/SES", "Reputation.BounceRate", "Average", _HOUR, REVIEW_BOUNCES, {},
            missing="ignore", comparison=_FROM,
        ),
        _Alarm(
            "complaint-rate",
            "0.1 % of what this account sent was called spam: SES reviews accounts at this rate.",
            "AWS/SES", "Reputation.ComplaintRate", "Average", _HOUR, REVIEW_COMPLAINTS, {},
            missing="ignore", comparison=_FROM,
        ),
    ]  # fmt: skip


def _receiving(names: StackNames, rules: tuple[str, ...]) -> list[_Alarm]:
    found = []
    for number, _ in enumerate(rules, 1):
        rule = names.rule if number == 1 else f"{names.rule}-{number}"
        mark = "" if number == 1 else f"-{number}"
        found += [
            _Alarm(
                f"store-failing{mark}",
                "SES could not store a received mail or tell of it; it tries for four hours.",
                "AWS/SES", "PublishFailure", "Sum", _FIVE_MINUTES, 0, {"RuleName": rule},
            ),
            _Alarm(
                f"mail-lost{mark}",
                "SES gave up storing a received mail or telling of it.",
                "AWS/SES", "PublishExpired", "Sum", _FIVE_MINUTES, 0, {"RuleName": rule},
            ),
        ]  # fmt: skip
    return found


def _forwarding(names: StackNames) -> list[_Alarm]:
    return [
        _Alarm(
            "not-forwarded",
            "A received mail could not be forwarded, or the digest not written; the event is "
            "among the dead letters, all mail in the bucket.",
            "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", _FIVE_MINUTES, 0,
            {"QueueName": att("DeadLetters", "QueueName")},
        ),
        _Alarm(
            "mail-waiting",
            "A received mail has waited for an hour, and was not tried three times yet.",
            "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", _FIVE_MINUTES, _STUCK_SECONDS,
            {"QueueName": att("ReceivedQueue", "QueueName")},
        ),
        _Alarm(
            "function-errors",
            "The forwarder failed; the mail waits in its queue and is tried again.",
            "AWS/Lambda", "Errors", "Sum", _FIVE_MINUTES, 0,
            {"FunctionName": ref("Forwarder")},
        ),
        _Alarm(
            "look",
            "The forwarder asks for your eyes: its log says why, in a line of level ERROR.",
            NAMESPACE, names.function, "Sum", _FIVE_MINUTES, 0, {},
        ),
    ]  # fmt: skip


def _remembering() -> list[_Alarm]:
    return [
        _Alarm(
            "events-waiting",
            "What became of sent mail waits for an hour to be written down: complaints and "
            "bounces are not told meanwhile.",
            "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", _FIVE_MINUTES, _STUCK_SECONDS,
            {"QueueName": att("EventQueue", "QueueName")},
        ),
    ]  # fmt: skip


def _watching(names: StackNames) -> list[_Alarm]:
    return [
        _Alarm(
            _SILENT,
            "Nobody has looked at the domain for a day and a half: nothing will be told. Its log "
            "says why.",
            NAMESPACE, WATCHED, "Sum", _QUARTER_OF_A_DAY, 1, {DIMENSION: names.root},
            missing="breaching", comparison="LessThanThreshold", periods=_SILENT_QUARTERS,
        ),
        _Alarm(
            "watcher-errors",
            "The daily look failed; it is tried twice more, and again tomorrow.",
            "AWS/Lambda", "Errors", "Sum", _FIVE_MINUTES, 0, {"FunctionName": ref("Watcher")},
        ),
        # On the value, published daily: CloudWatch looks back seven days at most, so that the
        # absence of a monthly canary cannot be seen. Two days without a value count as too old.
        _Alarm(
            "canary-old",
            f"For {CANARY_DAYS} days no canary has arrived with a stored SMTP password, or nobody "
            "could look for two days: sendas credentials audit.",
            NAMESPACE, CANARY_AGE, "Maximum", _DAY, CANARY_DAYS, {DIMENSION: names.root},
            missing="breaching", comparison=_FROM, periods=2,
        ),
        _Alarm(
            "credential-old",
            f"An access key that sends is {OVERDUE.days} days old, out of policy, or nobody could "
            "look for two days: sendas credentials list.",
            NAMESPACE, CREDENTIAL_AGE, "Maximum", _DAY, OVERDUE.days, {DIMENSION: names.root},
            missing="breaching", comparison=_FROM, periods=2,
        ),
        # One value a day: until the next it stands.
        _Alarm(
            "quota",
            "80 % of what the account may send in 24 hours is used. SES refuses and drops what is "
            "more (454 Throttling); Gmail says so only in a bounce.",
            NAMESPACE, QUOTA, "Maximum", _HOUR, QUOTA_PERCENT, {DIMENSION: names.root},
            missing="ignore", comparison=_FROM,
        ),
    ]  # fmt: skip


def _trouble(names: StackNames) -> Resource:
    return Resource(
        "AWS::Logs::MetricFilter",
        {
            "FilterName": names.root,
            "LogGroupName": ref("ForwarderLog"),
            "FilterPattern": f'{{ $.level = "{ALARM_LEVEL}" }}',
            "MetricTransformations": [
                {
                    "MetricNamespace": NAMESPACE,
                    "MetricName": names.function,
                    "MetricValue": "1",
                }
            ],
        },
        why="Counts the lines of the forwarder's log that somebody should look at.",
    )


def _resource(names: StackNames, alarm: _Alarm) -> Resource:
    properties: dict[str, Value] = {
        "AlarmName": names.alarm(alarm.name),
        "AlarmDescription": f"{names.domain}: {alarm.says}",
        "Namespace": alarm.namespace,
        "MetricName": alarm.metric,
        "Statistic": alarm.statistic,
        "Period": alarm.period,
        "EvaluationPeriods": alarm.periods,
        "Threshold": alarm.threshold,
        "ComparisonOperator": alarm.comparison,
        "TreatMissingData": alarm.missing,
        "ActionsEnabled": True,  # said, so that CloudFormation sees when somebody silences it
        "AlarmActions": [ref("AlarmTopic")],
        "OKActions": [ref("AlarmTopic")],
    }
    if alarm.dimensions:
        properties["Dimensions"] = [
            {"Name": name, "Value": value} for name, value in alarm.dimensions.items()
        ]
    return Resource("AWS::CloudWatch::Alarm", properties, depends_on=("AlarmTopicPolicy",))
