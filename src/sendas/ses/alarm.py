"""A CloudWatch alarm, as DescribeAlarms tells of it; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Alarm:
    """One metric alarm.  *missing* is empty where AWS's default holds (``missing``).

    *metric* is empty where it computes with several, which are then in *metrics*,
    each as (namespace, name).
    """

    name: str
    region: str
    namespace: str = ""
    metric: str = ""
    statistic: str = ""
    period_seconds: int = 0
    threshold: float = 0.0
    comparison: str = ""
    missing: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    """ARNs of what is told when it rings."""
    enabled: bool = True
    metrics: tuple[tuple[str, str], ...] = ()
    state: str = ""
    """``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``, at the look."""
