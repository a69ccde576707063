"""How old a credential may be; pure.

Source: CIS AWS Foundations Benchmark, "Ensure access keys are rotated every 90 days
or less"; the reminder comes two weeks before (FACTS 17.3).
"""

from datetime import datetime, timedelta
from enum import StrEnum


DUE = timedelta(days=76)
OVERDUE = timedelta(days=90)
REST = timedelta(days=7)
"""How long an old key stays inactive before it is deleted: till then undo is one call."""
HAND_OVER = timedelta(days=14)
"""How long the holders have; afterwards the delay is told, and nothing else happens."""

AUDIT_EVERY = timedelta(days=30)
"""How often a stored password is proven again by itself."""


class Age(StrEnum):
    """How a credential's age is judged."""

    FINE = "fine"
    DUE = "due"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"


def age_of(created: datetime | None, now: datetime) -> Age:
    """The judgment of a key made at *created*."""
    if created is None:
        return Age.UNKNOWN
    age = now - created
    if age >= OVERDUE:
        return Age.OVERDUE
    return Age.DUE if age >= DUE else Age.FINE
