"""What a reply of SES's SMTP endpoint can mean, in a closed vocabulary."""

from dataclasses import dataclass
from enum import StrEnum

from sendas.advice import Help, Owner
from sendas.smtp.probe import Stage


class Cause(StrEnum):
    """One name per distinct meaning; several texts may share one."""

    AUTHENTICATED = "authenticated"
    ACCEPTED = "accepted"
    TOO_MANY_CONNECTIONS = "too-many-connections"
    TEMPORARY_FAILURE = "temporary-failure"
    SLOW_CLIENT = "slow-client"
    DAILY_QUOTA = "daily-quota"
    SEND_RATE = "send-rate"
    SIGV2_RATE = "sigv2-rate"
    TEMPORARY_AUTH_FAILURE = "temporary-auth-failure"
    BAD_ADDRESS = "bad-address"
    AUTH_REQUIRED = "auth-required"
    STARTTLS_REQUIRED = "starttls-required"
    CREDENTIALS_INVALID = "credentials-invalid"
    NOT_SUBSCRIBED = "not-subscribed"
    SIGV2_DEPRECATED = "sigv2-deprecated"
    TOO_LONG = "too-long"
    ACCESS_DENIED = "access-denied"
    NOT_VERIFIED = "not-verified"
    SENDING_PAUSED = "sending-paused"
    MAIL_FROM_NOT_VERIFIED = "mail-from-not-verified"
    DUPLICATE_HEADER = "duplicate-header"
    INVALID_DOMAIN = "invalid-domain"
    UNKNOWN = "unknown"
    """No text of the table: what the server said is all that is known."""


class Certainty(StrEnum):
    """How sure the meaning is (FACTS section 0)."""

    DOCUMENTED = "D"
    ARCHIVED = "D23"
    SEEN = "W"
    INFERRED = "I"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a reply means, who can act on it and how; *words* is one sentence for people."""

    cause: Cause
    words: str
    owner: Owner
    help: tuple[Help, ...]
    source: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Row:
    """One text SES is known to answer: *code*, a regular expression, and where it comes.

    *stages* empty means that it may come anywhere.
    """

    code: int
    pattern: str
    stages: tuple[Stage, ...]
    meaning: Meaning
