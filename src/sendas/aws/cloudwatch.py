"""CloudWatch: the alarms there are, and a value for those of ours."""

from collections.abc import Mapping

from sendas.aws.paging import paged
from sendas.aws.reading import Raw, understand
from sendas.aws.session import Session
from sendas.aws.writes import do
from sendas.outcome import Seen
from sendas.ses.alarm import Alarm
from sendas.ses.regions import Region


def alarms(session: Session, region: Region) -> Seen[tuple[Alarm, ...]]:
    """Every metric alarm in *region*."""
    found = paged(
        session,
        "cloudwatch",
        "DescribeAlarms",
        "MetricAlarms",
        region=region,
        absent=(),
        AlarmTypes=["MetricAlarm"],
    )
    return understand(found or (), lambda raw: tuple(_alarm(one, region) for one in raw))


def set_state(session: Session, region: Region, alarm: str, state: str, reason: str) -> None:
    """Let the alarm be in *state* until CloudWatch judges it again; its actions are taken.

    Raises:
        NotDone: AWS refused, or nobody answered.
    """
    do(
        session, "cloudwatch", "SetAlarmState", region=region,
        AlarmName=alarm, StateValue=state, StateReason=reason,
    )  # fmt: skip


def actions_of(session: Session, region: Region, alarm: str) -> Seen[tuple[tuple[str, str], ...]]:
    """What the alarm did lately, each as (when, CloudWatch's words for it)."""
    answer = session.ask(
        "cloudwatch", "DescribeAlarmHistory", region=region,
        AlarmName=alarm, HistoryItemType="Action", MaxRecords=100,
    )  # fmt: skip
    return understand(
        answer,
        lambda raw: tuple(
            (str(one["Timestamp"]), str(one["HistorySummary"]))
            for one in raw.get("AlarmHistoryItems", ())
        ),
    )


def measure(
    session: Session,
    region: Region,
    namespace: str,
    values: Mapping[str, float],
    about: Mapping[str, str],
) -> None:
    """Add a value to each metric, now; *about* are their dimensions.

    Raises:
        NotDone: AWS refused, or nobody answered.
    """
    dimensions = [{"Name": name, "Value": value} for name, value in about.items()]
    data = [
        {"MetricName": metric, "Value": value, "Dimensions": dimensions}
        for metric, value in values.items()
    ]
    do(session, "cloudwatch", "PutMetricData", region=region, Namespace=namespace, MetricData=data)


def _alarm(raw: Raw, region: Region) -> Alarm:
    several = (
        one["MetricStat"]["Metric"] for one in raw.get("Metrics", ()) if "MetricStat" in one
    )
    return Alarm(
        raw["AlarmName"],
        region,
        raw.get("Namespace", ""),
        raw.get("MetricName", ""),
        raw.get("Statistic") or raw.get("ExtendedStatistic", ""),
        int(raw.get("Period", 0)),
        float(raw.get("Threshold", 0)),
        raw.get("ComparisonOperator", ""),
        raw.get("TreatMissingData") or "",
        {one["Name"]: one["Value"] for one in raw.get("Dimensions", ())},
        tuple(raw.get("AlarmActions", ())),
        bool(raw.get("ActionsEnabled", True)),
        tuple((one["Namespace"], one["MetricName"]) for one in several),
        str(raw.get("StateValue", "")),
    )
