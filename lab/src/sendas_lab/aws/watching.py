"""CloudWatch looks: the metrics that mail has in the lab, alarms judged, and their topics told.

AWS looks once a minute; in the lab a scenario says when (`look`), after it has
moved the clock or sent its mail.

Source: FACTS 12; SQS and Lambda guides, "Available CloudWatch metrics"; CloudWatch
User Guide for the notice's JSON, and its wording from public notices.
"""

import json
import re
import threading

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from sendas_lab.aws.alarms import Question, Sample, State, datapoints, judge, reason
from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.functions import FunctionRunner
from sendas_lab.aws.service import Call, backends_of, is_in_use, on_behalf_of
from sendas_lab.clock import Clock
from sendas_lab.ses.region_state import DAY
from sendas_lab.ses.service import Ses


Key = tuple[str, str, str, frozenset[tuple[str, str]]]
"""Region, namespace, metric name, dimensions."""
ALARM_CALLS = frozenset({"SetAlarmState", "DescribeAlarmHistory"})
"""What moto lacks, or does without telling anybody."""
_NOT_COUNTED = 3
"""SQS guide, "Available CloudWatch metrics": a message received three times or more and not
processed does not count to the age of the oldest one."""
_FUNCTIONS_LOGS = "/aws/lambda/"
_FILTER = re.compile(r'\{ *\$\.(?P<key>\w+) *= *"(?P<value>[^"*]*)" *\}')
"""The one kind of JSON pattern that is played: a key of the line has a value (CloudWatch Logs
User Guide, "Filter pattern syntax for metric filters")."""
_NONE: frozenset[tuple[str, str]] = frozenset()


def _lines_with(log: str, key: str, value: str) -> int:
    found = 0
    for line in log.splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        found += isinstance(told, dict) and told.get(key) == value
    return found


def _aware(at: datetime) -> datetime:
    """A time as moto keeps it, which has no zone and is UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class Watch:
    """CloudWatch of one account."""

    def __init__(self, ses: Ses, clock: Clock, functions: FunctionRunner) -> None:
        self._ses = ses
        self._clock = clock
        self._functions = functions
        self._lock = threading.Lock()
        self._samples: dict[Key, list[Sample]] = defaultdict(list)
        self._counted: dict[Key, float] = {}
        self._history: list[tuple[str, str, dict[str, object]]] = []
        """Region, name, and item of each state and action, the oldest first."""

    def reset(self) -> None:
        """Nothing was ever measured."""
        with self._lock:
            self._samples.clear()
            self._counted.clear()
            self._history.clear()

    # Calls that moto lacks, or answers without telling anybody ----------------

    def answers(self, call: Call) -> bool:
        """Whether the call is ours."""
        return call.operation in ALARM_CALLS

    def answer(self, call: Call, region: str) -> Mapping[str, object]:
        """Do it.

        Raises:
            AwsError: There is no such alarm, or no such state.
        """
        with self._lock, on_behalf_of(self._ses.account_id, self._clock.now):
            if call.operation == "SetAlarmState":
                return self._set_state(call.parameters, region)
            return self._past(call.parameters, region)

    def _set_state(self, given: Mapping[str, Any], region: str) -> Mapping[str, object]:
        """API, SetAlarmState: for a while, and what is to be done in that state is done."""
        alarms = backends_of("cloudwatch")[self._ses.account_id][region].alarms
        alarm = alarms.get(str(given.get("AlarmName", "")))
        if alarm is None:
            code = "ResourceNotFound"
            raise AwsError(code, "Unknown", 404)
        try:
            state = State(str(given.get("StateValue", "")))
        except ValueError as error:
            code = "ValidationError"
            raise AwsError(
                code, "Value at 'stateValue' failed to satisfy constraint", 400
            ) from error
        before = State(alarm.state_value)
        alarm.update_state(str(given.get("StateReason", "")), "{}", state.value)
        if state is not before:
            self._told(region, alarm, before)
        return {}

    def _past(self, given: Mapping[str, Any], region: str) -> Mapping[str, object]:
        """The newest first (API, DescribeAlarmHistory: the default)."""
        name, kind = given.get("AlarmName"), given.get("HistoryItemType")
        found = [
            item
            for where, alarm, item in reversed(self._history)
            if where == region
            and name in {None, alarm}
            and kind in {None, item["HistoryItemType"]}
        ]
        return {"AlarmHistoryItems": found[: int(given.get("MaxRecords") or 100)]}

    def _told(self, region: str, alarm: Any, before: State) -> None:  # noqa: ANN401  moto's Alarm
        """Remember the state, and tell who is to be told."""
        summary = f"Alarm updated from {before} to {alarm.state_value}"
        self._remember(region, alarm.name, "StateUpdate", summary)
        if alarm.actions_enabled:
            self._tell(region, alarm, before)

    def _remember(self, region: str, name: str, kind: str, summary: str) -> None:
        item: dict[str, object] = {
            "AlarmName": name,
            "AlarmType": "MetricAlarm",
            "Timestamp": self._clock.now(),
            "HistoryItemType": kind,
            "HistorySummary": summary,
            "HistoryData": json.dumps({"version": "1.0"}),
        }
        self._history.append((region, name, item))

    # Looking ------------------------------------------------------------------

    def look(self) -> tuple[tuple[str, State], ...]:
        """Measure everything, judge every alarm, tell who is to be told; what changed."""
        with self._lock, on_behalf_of(self._ses.account_id, self._clock.now):
            self._measure()
            return tuple(self._judge_all())

    # Measuring ------------------------------------------------------------

    def _measure(self) -> None:
        counts = [self._of_rules(), self._of_functions(), self._of_sending(), self._of_logs()]
        for key, value in chain.from_iterable(counts):
            grown = value - self._counted.get(key, 0.0)
            self._counted[key] = value
            if grown:
                self._note(key, grown)
        for key, value in [*self._of_queues(), *self._of_reputation()]:
            self._note(key, value)

    def _note(self, key: Key, value: float) -> None:
        self._samples[key].append(Sample(self._clock.now(), value))

    def _of_rules(self) -> Iterator[tuple[Key, float]]:
        for (region, rule, metric), count in list(self._ses.receiving.metrics.items()):
            yield (region, "AWS/SES", metric, frozenset({("RuleName", rule)})), float(count)

    def _of_sending(self) -> Iterator[tuple[Key, float]]:
        for state in self._ses.regions():
            for metric, value in (
                ("Send", sum(tally.attempts for tally in state.tallies)),
                ("Bounce", sum(tally.bounces for tally in state.tallies)),
                ("Complaint", sum(tally.complaints for tally in state.tallies)),
                ("Reject", sum(tally.rejects for tally in state.tallies)),
            ):
                yield (state.region, "AWS/SES", metric, _NONE), float(value)

    def _of_reputation(self) -> Iterator[tuple[Key, float]]:
        # FACTS 12: fractions; they exist only after an event.  AWS's representative volume is
        # not public: the lab takes what was sent in the last day.
        since = self._clock.now() - DAY
        for state in self._ses.regions():
            tallies = [tally for tally in state.tallies if tally.start >= since]
            sent = sum(tally.attempts for tally in tallies)
            bounced = sum(tally.bounces for tally in tallies)
            complained = sum(tally.complaints for tally in tallies)
            if sent and (bounced or complained):
                where = (state.region, "AWS/SES")
                yield (*where, "Reputation.BounceRate", _NONE), bounced / sent
                yield (*where, "Reputation.ComplaintRate", _NONE), complained / sent

    def _of_functions(self) -> Iterator[tuple[Key, float]]:
        for (arn, metric), count in list(self._functions.metrics.items()):
            region, name = arn.split(":")[3], arn.split(":")[6]
            key = (region, "AWS/Lambda", metric, frozenset({("FunctionName", name)}))
            yield key, float(count)

    def _of_logs(self) -> Iterator[tuple[Key, float]]:
        """What metric filters count in the functions' logs (see `_FILTER`)."""
        if not is_in_use("logs"):
            return
        for region, backend in list(backends_of("logs")[self._ses.account_id].items()):
            for one in list(backend.filters.metric_filters):
                group = str(one["logGroupName"])
                pattern = _FILTER.fullmatch(str(one["filterPattern"]).strip())
                if pattern is None or not group.startswith(_FUNCTIONS_LOGS):
                    continue
                log = self._functions.log(group.removeprefix(_FUNCTIONS_LOGS))
                found = _lines_with(log, pattern["key"], pattern["value"])
                for metric in one["metricTransformations"]:
                    key = (str(region), metric["metricNamespace"], metric["metricName"], _NONE)
                    yield key, found * float(metric["metricValue"])

    def _of_queues(self) -> Iterator[tuple[Key, float]]:
        if not is_in_use("sqs"):
            return
        now = self._clock.now().timestamp()
        for region, backend in list(backends_of("sqs")[self._ses.account_id].items()):
            for queue in list(backend.queues.values()):
                about = frozenset({("QueueName", str(queue.name))})
                visible = queue.messages
                where = (str(region), "AWS/SQS")
                count = float(len(visible))
                yield (*where, "ApproximateNumberOfMessagesVisible", about), count
                sent = [
                    float(message.sent_timestamp) / 1000
                    for message in list(queue._messages)  # noqa: SLF001  those out of sight, too
                    if message.approximate_receive_count < _NOT_COUNTED
                ]
                age = max(0.0, now - min(sent)) if sent else 0.0
                yield (*where, "ApproximateAgeOfOldestMessage", about), age

    def _published(self, backend: Any, key: Key) -> list[Sample]:  # noqa: ANN401  moto's CloudWatchBackend
        """What PutMetricData has put there."""
        _, namespace, metric, dimensions = key
        return [
            Sample(_aware(datum.timestamp), float(datum.value))
            for datum in list(backend.metric_data)
            if (datum.namespace, datum.name) == (namespace, metric)
            and frozenset((d.name, d.value) for d in datum.dimensions) == dimensions
            and hasattr(datum, "value")
        ]

    # Judging --------------------------------------------------------------

    def _judge_all(self) -> Iterator[tuple[str, State]]:
        if not is_in_use("cloudwatch"):
            return
        for region, backend in list(backends_of("cloudwatch")[self._ses.account_id].items()):
            for alarm in list(backend.alarms.values()):
                if alarm.metric_name and alarm.statistic:
                    changed = self._judge(str(region), backend, alarm)
                    if changed is not None:
                        yield alarm.name, changed

    def _judge(self, region: str, backend: Any, alarm: Any) -> State | None:  # noqa: ANN401  moto's
        question = Question(
            alarm.statistic,
            timedelta(seconds=int(alarm.period)),
            int(alarm.evaluation_periods),
            int(alarm.datapoints_to_alarm or alarm.evaluation_periods),
            alarm.comparison_operator,
            float(alarm.threshold),
            alarm.treat_missing_data or "missing",
        )
        dimensions = frozenset((d.name, d.value) for d in alarm.dimensions)
        key = (region, str(alarm.namespace), str(alarm.metric_name), dimensions)
        samples = [*self._samples.get(key, ()), *self._published(backend, key)]
        points = datapoints(samples, question, self._clock.now())
        before = State(alarm.state_value)
        state = judge(points, question, before)
        if state is before:
            return None
        alarm.update_state(reason(points, question, state), "{}", state.value)
        self._told(region, alarm, before)
        return state

    def _tell(self, region: str, alarm: Any, before: State) -> None:  # noqa: ANN401  moto's Alarm
        actions = {
            "ALARM": alarm.alarm_actions,
            "OK": alarm.ok_actions,
            "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
        }[alarm.state_value]
        now = f"{self._clock.now():%Y-%m-%dT%H:%M:%S}.000+0000"
        message = {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "AWSAccountId": self._ses.account_id,
            "NewStateValue": alarm.state_value,
            "NewStateReason": alarm.state_reason,
            "StateChangeTime": now,
            "Region": region,
            "AlarmArn": alarm.alarm_arn,
            "OldStateValue": before.value,
            "OKActions": list(alarm.ok_actions or ()),
            "AlarmActions": list(alarm.alarm_actions or ()),
            "InsufficientDataActions": list(alarm.insufficient_data_actions or ()),
            "Trigger": {
                "MetricName": alarm.metric_name,
                "Namespace": alarm.namespace,
                "StatisticType": "Statistic",
                "Statistic": str(alarm.statistic).upper(),
                "Unit": alarm.unit,
                "Dimensions": [{"value": d.value, "name": d.name} for d in alarm.dimensions],
                "Period": int(alarm.period),
                "EvaluationPeriods": int(alarm.evaluation_periods),
                "ComparisonOperator": alarm.comparison_operator,
                "Threshold": float(alarm.threshold),
                "TreatMissingData": alarm.treat_missing_data or "missing",
            },
        }
        subject = f'{alarm.state_value}: "{alarm.name}" in {region}'
        for arn in actions or ():
            if ":sns:" in arn and self._ses.sns.exists(arn):
                self._ses.sns.publish(arn, json.dumps(message), subject[:100])
                said = f"Successfully executed action {arn}"
            else:
                said = f'Failed to execute action {arn}. Received error: "Resource not found"'
            self._remember(region, alarm.name, "Action", said)
