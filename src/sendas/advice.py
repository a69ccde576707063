"""Who can mend a fault, and what they should do: advice as data.

Terminal, JSON and HTML render these; tests apply them to the lab and expect
the fault to go away.
"""

from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    """Who can mend it (RULES section 0)."""

    DNS = "you:dns"
    """The domain owner, at the DNS provider."""
    SES = "you:ses"
    """The domain owner, in the SES account: identity, rules, bucket, suppression."""
    IAM = "you:iam"
    """The domain owner, in IAM."""
    GMAIL = "you:gmail"
    """The domain owner, in Gmail's settings."""
    CONTENT = "you:content"
    """Whoever wrote or addressed the message."""
    CODE = "you:code"
    """The program: a forwarder, relay or client, or the host it runs on."""
    AWS = "aws"
    """AWS: a case, a shared IP address, a service fault."""
    RECIPIENT_ADMIN = "recipient-admin"
    """The recipient's mail administrator."""
    RECIPIENT = "recipient"
    """The recipient."""
    SENDER = "sender"
    """The outside sender's administrator (inbound mail)."""
    WAIT = "wait"
    """Nobody: time."""


class Applies(StrEnum):
    """Whether a program may carry the advice out."""

    AUTO = "auto"
    """Reversible and without secrets: a program may do it."""
    CONFIRM = "confirm"
    """A program may do it once a person has agreed: deletions, policies."""
    MANUAL = "manual"
    """Only a person can: a secret, a click, a judgement."""


@dataclass(frozen=True, slots=True)
class Help:
    """One way to mend it.

    *records* are zone-file lines, ``name. ttl IN TYPE data``: afterwards exactly
    these stand at each name and type they mention.  *remove* are lines to take
    away.  *commands* are shell lines as an owner would type them.
    *wait_seconds* is how long until the mend shows.
    """

    text: str
    records: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    applies: Applies = Applies.MANUAL
    wait_seconds: int = 0
    verify_by: str = ""
