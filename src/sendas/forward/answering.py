"""Mailboxes that are written as by answering: whose they are, and within which bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sendas.mail.address import same_address


class Scrub(StrEnum):
    """Where the owner's private address is exchanged in what an answer quotes."""

    OFF = "off"
    """Nowhere: the body goes out byte for byte."""
    ATTRIBUTION = "attribution"
    """In the lines that a mail program writes over a quote: "On …, Owner <…> wrote:"."""


@dataclass(frozen=True, slots=True)
class ReplyMailbox:
    """*address* is ours; *owners* are its targets, the only ones who may write as it."""

    address: str
    owners: tuple[str, ...]
    display_name: str = ""
    expires_days: int = 365
    per_hour: int = 60
    per_day: int = 300
    automatic: bool = False
    """Whether vacation answers and other automatic mail of the owner go out."""
    scrub: Scrub = Scrub.OFF

    def is_owner(self, address: str) -> bool:
        """Whether *address* is one of the owners'."""
        return any(same_address(address, owner) for owner in self.owners)


@dataclass(frozen=True, slots=True)
class Answering:
    """How one domain is written as by answering: its mailboxes, by address in lower case.

    *prefix* stands before the readable part of compose aliases; mail to the
    local-part *compose* goes to whom its subject names.
    """

    mailboxes: Mapping[str, ReplyMailbox] = field(default_factory=dict)
    prefix: str = "to"
    compose: str = "compose"
