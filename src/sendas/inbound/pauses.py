"""When a mail that could not be handled now is to come back, and when it has its turn: pure.

A queue gives a message so many receives (the stack's: 20) and then puts it among
the dead letters.  So the pauses grow: what passes by itself is tried soon and
often, and the 20 receives of what somebody must mend, or of a day's quota, last
for more than two days.
"""

from collections.abc import Sequence
from enum import Enum, auto

from sendas.ses.notices import Record


LONGEST_PAUSE = 11 * 3600 + 2700
"""Seconds.  SQS: a message is out of sight for 12 h at most, counted from its receipt; a
function runs for a quarter of an hour at most."""
_LEAST, _OFTEN, _SELDOM = 30, 900, 4 * 3600
_OFTEN_TRIES = 12
"""A quarter of an hour each, and then no more often than every four hours."""
_TWO_HOURS = 7200
ALARM_AT_RECEIVE = 5
"""SQS's age of the oldest message does not see what was received three times or more (SQS guide,
"Available CloudWatch metrics"): from here on the function itself says so."""

WORN_AT_RECEIVE = 4
"""What comes so often may be what kills the worker or eats its time."""


class Pace(Enum):
    """How soon it makes sense to try again."""

    SOON = auto()
    """Too much at once, or somebody else works on it."""
    STEADY = auto()
    """Something is broken, or somebody must mend it."""
    QUOTA = auto()
    """The day's quota is used up: a window of 24 h that moves on."""


def pause_seconds(pace: Pace, receives: int, least: int = 0) -> int:
    """How long a message that was received *receives* times is to be out of sight.

    *least* is how long it makes no sense before, in seconds.

    >>> [pause_seconds(Pace.QUOTA, n) // 3600 for n in (1, 2, 3, 4)]
    [2, 4, 8, 11]
    """
    doublings = min(max(receives, 1) - 1, 20)
    if pace is Pace.QUOTA:
        return min(LONGEST_PAUSE, _TWO_HOURS << doublings)
    if pace is Pace.STEADY:
        return min(_SELDOM, 2 * _LEAST << doublings)
    return max(least, min(_OFTEN if receives <= _OFTEN_TRIES else _SELDOM, _LEAST << doublings))


def in_turn(records: Sequence[Record]) -> list[Record]:
    """*records* of one batch in the order in which they are worked on.

    A mail that kills its worker takes those behind it along: they come back, and one receive
    the poorer.  So what was received often waits for all others, and its order turns round at
    each receive: of any two, each was ahead of the other after two.
    """
    fresh = [one for one in records if one.receives < WORN_AT_RECEIVE]
    worn = [one for one in records if one.receives >= WORN_AT_RECEIVE]
    turned = max((one.receives for one in worn), default=0) % 2 == 1
    return fresh + sorted(worn, key=lambda one: one.item_id, reverse=turned)
