"""Whether an alarm is to ring: datapoints in, state out.  Pure.

Source: CloudWatch User Guide, "Evaluating an alarm", "Configuring how CloudWatch
alarms treat missing data".
"""

import operator

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """An alarm's states."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a metric."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Question:
    """What an alarm asks; *enough* of the last *periods* datapoints must breach."""

    statistic: str
    period: timedelta
    periods: int
    enough: int
    comparison: str
    threshold: float
    missing: str = "missing"


_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "Sum": lambda values: float(sum(values)),
    "Average": lambda values: sum(values) / len(values),
    "Maximum": max,
    "Minimum": min,
    "SampleCount": lambda values: float(len(values)),
}
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def datapoints(
    samples: Sequence[Sample], question: Question, now: datetime
) -> tuple[float | None, ...]:
    """The last datapoints, the newest first; None where there is none."""
    found: list[float | None] = []
    for number in range(question.periods):
        end = now - number * question.period
        values = [one.value for one in samples if end - question.period < one.at <= end]
        found.append(_STATISTICS[question.statistic](values) if values else None)
    return tuple(found)


def judge(points: Sequence[float | None], question: Question, before: State) -> State:
    """The state that follows."""
    breaches = _COMPARISONS[question.comparison]
    present = [point for point in points if point is not None]
    breaching = sum(breaches(point, question.threshold) for point in present)
    if question.missing == "breaching":
        breaching += len(points) - len(present)
    if breaching >= question.enough:
        return State.ALARM
    if present or question.missing in {"notBreaching", "breaching"}:
        return State.OK
    return before if question.missing == "ignore" else State.INSUFFICIENT_DATA


def reason(points: Sequence[float | None], question: Question, state: State) -> str:
    """As CloudWatch words it."""
    shown = ", ".join(str(point) for point in points if point is not None) or "no datapoints"
    if state is State.INSUFFICIENT_DATA:
        return "Insufficient Data: no datapoints were received."
    word = "was" if state is State.ALARM else "was not"
    kind = question.comparison.removesuffix("Threshold")
    return (
        f"Threshold Crossed: {len(points)} datapoint(s) [{shown}] {word} {kind}"
        f" the threshold ({question.threshold})."
    )
