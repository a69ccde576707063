"""Addresses SES will not send to (SES API v2, GetSuppressedDestination)."""

from dataclasses import dataclass
from datetime import datetime

from sendas.ses.regions import Region


IMPORTS = "sendas/import/"
"""What the keys of files for SES's import jobs begin with: it may read them there."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """One entry; *reason* is BOUNCE or COMPLAINT.  The list is per Region (FACTS 13)."""

    address: str
    region: Region
    reason: str
    since: datetime
    ses_message_id: str | None = None
