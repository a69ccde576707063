"""Whether mail gets past the account at all: shut for everybody, one is tried now and then (pure).

Times are of one clock, in seconds.
"""

from sendas.relay.decide import schedule
from sendas.ses.hold import Hold


FOR_ALL = frozenset({Hold.PAUSED, Hold.KEY, Hold.QUOTA})
"""Holds that no other mail can get past either."""
_PROBE_SECONDS = schedule.HELD.total_seconds() / 5


class Gate:
    """Open at first; *held* says what shut it."""

    def __init__(self) -> None:
        self.held: Hold | None = None
        self._probe_at = 0.0

    def shut(self, now: float, in_flight: int) -> bool:
        """Whether the next mail has to wait; where it has not, it is the one that is tried."""
        if self.held is None:
            return False
        if now < self._probe_at or in_flight:
            return True
        self._probe_at = now + _PROBE_SECONDS
        return False

    def close(self, hold: Hold | None, now: float) -> None:
        """Nothing gets past *hold*."""
        self.held, self._probe_at = hold, now + _PROBE_SECONDS

    def open(self) -> Hold | None:
        """Mail gets past again; what had held it, None if nothing had."""
        held, self.held = self.held, None
        return held

    def try_now(self) -> None:
        """The owner wants one tried, whatever it waits for."""
        self._probe_at = 0.0
