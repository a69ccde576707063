"""The kinds of task that a received mail may need."""

from enum import StrEnum, auto


class Kind(StrEnum):
    """What sort of task; its words stand in records and logs."""

    FORWARD = auto()
    ANSWER = auto()
    """The owner's answer, sent on as the mailbox."""
    NOTICE = auto()
    REJECT = auto()
    QUARANTINE = auto()
    DISCARD = auto()


REPEATABLE = frozenset((Kind.QUARANTINE, Kind.DISCARD))
"""A mark may be written twice; of all else people get a copy."""
DELIVERED = frozenset((Kind.FORWARD, Kind.ANSWER, Kind.QUARANTINE))
"""What leaves the mail with its owner: not a mere notice, a refusal or nothing at all,
for a route may have been mended since."""
