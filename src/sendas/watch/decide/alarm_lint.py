"""Alarms that cannot ring, ring always, or tell nobody; pure.

Sources: FACTS 12 (the metrics, and alarms seen in public templates that cannot
ring); SES guide, "Monitoring your sender reputation" and "Reputation metrics";
CloudWatch guide, "Using Amazon CloudWatch alarms".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from sendas.history.rates import (
    PAUSE_BOUNCES,
    PAUSE_COMPLAINTS,
    REVIEW_BOUNCES,
    REVIEW_COMPLAINTS,
)
from sendas.outcome import NoAnswer, Seen
from sendas.ses.alarm import Alarm
from sendas.ses.road import Topic
from sendas.watch.decide.measures import NAMESPACE, WATCHED


SES = "AWS/SES"
_RATES = {
    "Reputation.BounceRate": (REVIEW_BOUNCES, PAUSE_BOUNCES),
    "Reputation.ComplaintRate": (REVIEW_COMPLAINTS, PAUSE_COMPLAINTS),
}
"""Fractions of one: where AWS reviews an account, and where it may pause it (FACTS 11)."""
_COUNTS = frozenset(
    (
        "Send", "Delivery", "Bounce", "Complaint", "Reject", "RenderingFailure", "DeliveryDelay",
        "Open", "Click", "Subscription", "PublishSuccess", "PublishFailure", "PublishExpired",
    )
)  # fmt: skip
"""Each value that SES publishes is 1."""
_OF_A_RULE = frozenset(("PublishSuccess", "PublishFailure", "PublishExpired"))
_LESS = "LessThan"
_SNS = ":sns:"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an alarm is none, and what to do."""

    alarm: str
    region: str
    title: str
    help: str


def concerns_ses(alarm: Alarm, own: frozenset[str]) -> bool:
    """Whether it is about mail: a metric of SES's or ours, or one of *own*, by its name."""
    metrics = [(alarm.namespace, alarm.metric), *alarm.metrics]
    named = any(space.lower() in {"aws/ses", "ses", NAMESPACE} for space, _ in metrics)
    misplaced = any(metric in _RATES for _, metric in metrics)
    return named or misplaced or alarm.name in own


def lint(
    alarm: Alarm, topics: Mapping[str, Seen[Topic]], rules: Seen[frozenset[str]]
) -> Iterator[Fault | NoAnswer]:
    """What is wrong with *alarm*; a NoAnswer for what nobody could tell.

    *topics* are its SNS actions by ARN, *rules* the names of the receipt rules in force.
    """
    found = (*_of_metric(alarm), *_of_actions(alarm)) if alarm.metric else _of_actions(alarm)
    yield from (Fault(alarm.name, alarm.region, title, help_) for title, help_ in found)
    if alarm.metric in _OF_A_RULE and "RuleName" in alarm.dimensions:
        yield from _of_rule(alarm, rules)
    for arn in alarm.actions:
        if arn in topics:
            yield from _of_topic(alarm, arn, topics[arn])


def _of_actions(alarm: Alarm) -> Iterator[tuple[str, str]]:
    if not alarm.enabled:
        yield (
            "its actions are switched off: it rings, and tells nobody",
            (
                f"aws cloudwatch enable-alarm-actions --alarm-names {alarm.name} "
                f"--region {alarm.region}"
            ),
        )
    if not alarm.actions:
        yield "it has no action: it rings, and tells nobody", "Give it an SNS topic."


def _of_rule(alarm: Alarm, rules: Seen[frozenset[str]]) -> Iterator[Fault | NoAnswer]:
    name = alarm.dimensions["RuleName"]
    if isinstance(rules, NoAnswer):
        yield rules
    elif name not in rules:
        title = f"it watches the receipt rule {name!r}, which is not in force"
        help_ = "Name a rule of the active rule set, or delete the alarm."
        yield Fault(alarm.name, alarm.region, title, help_)


def _of_topic(alarm: Alarm, arn: str, topic: Seen[Topic]) -> Iterator[Fault | NoAnswer]:
    if isinstance(topic, NoAnswer):
        yield topic
    elif not topic.exists:
        title = f"its topic does not exist: {arn}"
        yield Fault(alarm.name, alarm.region, title, "Make the topic, or name another.")
    elif not any(one.confirmed for one in topic.subscriptions):
        waiting = ", ".join(one.endpoint for one in topic.subscriptions) or "nobody at all"
        title = f"nobody hears it: no confirmed subscription to {arn} ({waiting})"
        help_ = "Subscribe an address, and click the link in the mail that SNS sends to it."
        yield Fault(alarm.name, alarm.region, title, help_)


def sns_topics(alarm: Alarm) -> tuple[str, ...]:
    """The topics among its actions."""
    return tuple(arn for arn in alarm.actions if _SNS in arn)


def _of_metric(alarm: Alarm) -> Iterator[tuple[str, str]]:
    yield from _of_name(alarm)
    if alarm.metric in _RATES:
        yield from _of_rate(alarm)
    elif alarm.metric in _COUNTS and alarm.namespace == SES:
        yield from _of_count(alarm)
    about_life = alarm.metric in {"Send", "Delivery", "PublishSuccess", WATCHED}
    if about_life and alarm.comparison.startswith(_LESS) and alarm.missing != "breaching":
        yield (
            (
                f"it is to ring when nothing comes, and then there is no data, which it takes for "
                f"{alarm.missing or 'missing'}: it never rings"
            ),
            "Treat missing data as breaching.",
        )


def _of_name(alarm: Alarm) -> Iterator[tuple[str, str]]:
    known = [*_RATES, *_COUNTS]
    if alarm.namespace != SES and (alarm.namespace.lower() in {"aws/ses", "ses"}):
        yield (
            f"no metric is in the namespace {alarm.namespace!r}: it never rings",
            f"Write {SES}: CloudWatch tells upper case from lower.",
        )
    elif alarm.namespace != SES and alarm.metric in _RATES:
        yield (
            f"{alarm.metric} is no metric of {alarm.namespace!r}: it never rings",
            f"Write {SES} as its namespace.",
        )
    if alarm.namespace == SES and alarm.metric not in known:
        near = get_close_matches(alarm.metric, known, 1, 0.5)
        yield (
            f"SES is not known to publish a metric {alarm.metric!r}: it never rings",
            f"Did you mean {near[0]}?" if near else f"SES has {', '.join(sorted(known))}.",
        )
    allowed = {"RuleName"} if alarm.metric in _OF_A_RULE else {"ses:configuration-set"}
    strange = alarm.dimensions.keys() - allowed
    if alarm.namespace == SES and alarm.metric in _RATES and strange:
        yield (
            f"{alarm.metric} has no dimension {', '.join(sorted(strange))}: it never rings",
            "Leave dimensions away: the rate is the account's.",
        )
    if alarm.namespace == SES and alarm.metric in _OF_A_RULE and not alarm.dimensions:
        yield (
            f"{alarm.metric} exists for each receipt rule only: it never rings",
            "Add the dimension RuleName, with the rule's name.",
        )


def _of_rate(alarm: Alarm) -> Iterator[tuple[str, str]]:
    review, pause = _RATES[alarm.metric]
    if alarm.comparison.startswith(_LESS):
        yield (
            f"it rings when the rate is low ({alarm.comparison})",
            "Compare with GreaterThanOrEqualToThreshold.",
        )
    elif alarm.threshold >= 1:
        yield (
            (
                f"its threshold {alarm.threshold:g} is a percentage, and the metric a fraction of "
                f"one: {alarm.threshold * 100:g} %; it never rings"
            ),
            f"Write {review:g}: there AWS reviews the account.",
        )
    elif alarm.threshold > pause:
        yield (
            (
                f"its threshold {alarm.threshold:g} is {alarm.threshold * 100:g} %: AWS may pause "
                f"the account from {pause * 100:g} % on, before it rings"
            ),
            f"Write {review:g}: there AWS reviews the account.",
        )
    elif alarm.threshold <= 0:
        yield (
            "its threshold is 0: it rings for good after one event",
            f"Write {review:g}: there AWS reviews the account.",
        )
    if alarm.statistic in {"Sum", "SampleCount"}:
        yield (
            f"{alarm.statistic} of a rate says nothing: it grows with the number of samples",
            "Take Average or Maximum.",
        )
    if alarm.missing != "ignore":
        taken = alarm.missing or "missing"
        what = {
            "breaching": "it rings whenever nothing was sent",
            "notBreaching": "it is silent again as soon as nothing is sent, whatever the rate",
        }.get(taken, "it forgets that it rang as soon as nothing is sent")
        yield (f"it treats missing data as {taken}: {what}", "Treat missing data as ignore.")


def _of_count(alarm: Alarm) -> Iterator[tuple[str, str]]:
    if alarm.statistic in {"Average", "Maximum", "Minimum"}:
        high = alarm.threshold >= 1 and alarm.comparison == "GreaterThanThreshold"
        ends = "it never rings" if high or alarm.threshold > 1 else "one event is enough to ring"
        yield (
            f"the {alarm.statistic} of {alarm.metric} is always 1, for it counts events: {ends}",
            (
                "Take Sum for a number of events; for a rate take Reputation.BounceRate or "
                "Reputation.ComplaintRate."
            ),
        )
    elif 0 < alarm.threshold < 1 and alarm.statistic == "Sum":
        yield (
            (
                f"its threshold {alarm.threshold:g} looks like a rate, and {alarm.metric} is a "
                "number: one event is enough to ring"
            ),
            "For a rate take Reputation.BounceRate or Reputation.ComplaintRate.",
        )
    if alarm.comparison.startswith("LessThanThreshold") and alarm.threshold <= 0:
        yield ("no number of events is below 0: it never rings", "Turn the comparison round.")
