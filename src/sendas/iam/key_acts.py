"""What was done to access keys, as CloudTrail remembers it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


REMEMBERED = timedelta(days=90)
"""How far CloudTrail's event history reaches back (CloudTrail guide)."""


class Act(StrEnum):
    """IAM's operations on keys, by their names."""

    MADE = "CreateAccessKey"
    CHANGED = "UpdateAccessKey"
    """Made active or inactive."""
    DELETED = "DeleteAccessKey"


@dataclass(frozen=True, slots=True)
class KeyAct:
    """One of them.  *by* is the ARN of who did it; *status* is IAM's word of what it became."""

    act: Act
    key_id: str
    user: str
    at: datetime
    by: str
    source_ip: str = ""
    user_agent: str = ""
    status: str = ""
