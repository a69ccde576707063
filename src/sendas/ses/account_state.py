"""The state of the SES account in one Region (SES API v2, GetAccount)."""

from dataclasses import dataclass

from sendas.ses.regions import Region


@dataclass(frozen=True, slots=True)
class Account:
    """What GetAccount says.  A quota of -1 means unlimited.

    *enforcement* is SES's own word: HEALTHY, PROBATION or SHUTDOWN, or one
    that this release does not know.
    """

    region: Region
    production_access: bool
    sending_enabled: bool
    enforcement: str
    max_24_hour_send: float
    max_send_rate_per_second: float
    sent_last_24_hours: float
    suppressed_reasons: tuple[str, ...]
    review_status: str | None = None
    case_id: str | None = None
    pricing_plan: str | None = None

    @property
    def in_sandbox(self) -> bool:
        """Whether only verified recipients and the simulator may be written to."""
        return not self.production_access

    @property
    def left_today(self) -> float:
        """Recipients that the rolling 24 hours leave; -1 for no limit."""
        if self.max_24_hour_send < 0:
            return -1.0
        return max(self.max_24_hour_send - self.sent_last_24_hours, 0.0)

    @property
    def quota_used_up(self) -> bool:
        """Whether the rolling 24 hours leave nothing to send."""
        return 0 <= self.max_24_hour_send <= self.sent_last_24_hours
