"""Access keys, whose ids are SMTP user names (IAM API, ListAccessKeys)."""

from dataclasses import dataclass
from datetime import datetime

from sendas.outcome import Seen


@dataclass(frozen=True, slots=True)
class AccessKey:
    """One key of one user; its secret is nowhere in this project's values."""

    key_id: str
    user: str
    active: bool
    created: datetime | None
    last_used: datetime | None = None
    last_used_service: str | None = None
    last_used_region: str | None = None


@dataclass(frozen=True, slots=True)
class LastUse:
    """When and for what IAM last saw a key; *service* is ``ses-smtp`` for a login by SMTP."""

    at: datetime
    service: str
    region: str


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key, and its last use: None if never, a NoAnswer where IAM did not tell."""

    key_id: str
    user: str
    active: bool
    created: datetime | None
    used: Seen[LastUse | None]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking (STS GetCallerIdentity)."""

    account_id: str
    arn: str
    key_id: str | None = None
    """The access key id in use, as far as it is known."""
