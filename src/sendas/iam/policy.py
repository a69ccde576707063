"""IAM policy documents, and what they decide about one request."""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Where a document binds the user from."""

    INLINE = "inline"
    MANAGED = "managed"
    GROUP = "group"
    BOUNDARY = "boundary"
    IDENTITY = "identity"
    """A sending authorization policy on the SES identity."""


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """One policy as IAM stores it; *text* is JSON, *holder* the user, group or identity."""

    name: str
    source: Source
    text: str
    holder: str = ""
