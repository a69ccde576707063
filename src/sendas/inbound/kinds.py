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
    REPORTS = auto()
    """A mail with reports, read and kept."""
    DISCARD = auto()


REPEATABLE = frozenset((Kind.QUARANTINE, Kind.DISCARD, Kind.REPORTS))
"""A mark, and what a report says, may be written twice; of all else people get a copy."""
DELIVERED = frozenset((Kind.FORWARD, Kind.ANSWER, Kind.QUARANTINE, Kind.REPORTS))
"""What leaves the mail with its owner: not a mere notice, a refusal or nothing at all,
for a route may have been mended since."""
