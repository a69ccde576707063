"""How fast SES may be asked: its rate and its daily quota, adapted, and fair between senders.

SES counts recipients, not calls, in the rate and in the quota (SES guide, "Managing your
sending limits").  Times are of one clock, in seconds.
"""

from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar


UNLIMITED = -1.0
_SLOWEST = 0.1
_BACK_OFF, _RECOVER_PER_SECOND = 0.5, 0.02
"""Halved when throttled, once a second at most; each second regains a fiftieth of the limit."""
_BURST_SECONDS = 1.0

T = TypeVar("T")


class Pace:
    """A bucket of tokens, one for each recipient, filled at SES's rate or at what it bears."""

    def __init__(self, rate_per_second: float, now: float) -> None:
        self._limit = rate_per_second
        self._rate = rate_per_second
        self._tokens = max(rate_per_second * _BURST_SECONDS, 1.0)
        self._at = self._halved_at = now
        self._left = float("inf")

    @property
    def spent(self) -> bool:
        """Whether the daily quota leaves no recipient."""
        return self._left < 1

    def set_left(self, recipients: float) -> None:
        """What the daily quota leaves by GetAccount; negative where there is none."""
        self._left = recipients if recipients >= 0 else float("inf")

    @property
    def rate_per_second(self) -> float:
        """What is kept to at the moment."""
        return self._rate

    def set_limit(self, rate_per_second: float, now: float) -> None:
        """What GetAccount says now."""
        self._fill(now)
        if 0 <= rate_per_second < _SLOWEST:
            rate_per_second = _SLOWEST  # at 0 nothing would ever go, nor be refused
        was_at_limit = self._rate >= self._limit
        self._limit = rate_per_second
        self._rate = rate_per_second if was_at_limit else min(self._rate, rate_per_second)

    def wait(self, recipients: int, now: float) -> float:
        """Seconds until a call for *recipients* may be made; at 0.0 it is taken as made.

        A call for more than a second's worth is made from a full bucket and paid for later.
        """
        if self._limit < 0:
            self._left -= recipients
            return 0.0
        self._fill(now)
        needed = min(float(recipients), self._room())
        if self._tokens >= needed:
            self._tokens -= recipients
            self._left -= recipients
            return 0.0
        return (needed - self._tokens) / self._rate

    def throttled(self, now: float) -> None:
        """SES said that it was too much."""
        self._fill(now)
        if now - self._halved_at >= 1.0 and self._limit >= 0:
            self._rate = max(self._rate * _BACK_OFF, _SLOWEST)
            self._halved_at = now
        self._tokens = min(self._tokens, 0.0)

    def _room(self) -> float:
        return max(self._rate * _BURST_SECONDS, 1.0)

    def _fill(self, now: float) -> None:
        passed = max(now - self._at, 0.0)  # a clock that jumps back gives nothing
        self._at = now
        if self._rate < self._limit:
            gain = self._limit * _RECOVER_PER_SECOND * passed
            self._rate = min(self._rate + gain, self._limit)
        self._tokens = min(self._tokens + self._rate * passed, self._room())


class Turns(Generic[T]):
    """What waits to be sent, by sender: each sender in turn, so that none waits for a flood."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Hashable, deque[T]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        """All that waits."""
        return self._count

    def waiting(self, sender: Hashable) -> int:
        """What waits of *sender*."""
        return len(self._waiting.get(sender, ()))

    def add(self, sender: Hashable, one: T) -> None:
        """Behind the sender's others."""
        self._waiting.setdefault(sender, deque()).append(one)
        self._count += 1

    def next(self) -> T | None:
        """The next in turn; None if nothing waits."""
        if not self._waiting:
            return None
        sender, queue = next(iter(self._waiting.items()))
        one = queue.popleft()
        self._count -= 1
        if queue:
            self._waiting.move_to_end(sender)
        else:
            del self._waiting[sender]
        return one
