"""A mailbox that is written as by answering: whose it is, and within which bounds."""

from dataclasses import dataclass
from enum import StrEnum, auto

from sendas.mail.address import same_address


class Scrub(StrEnum):
    """Whether the owner's private address is taken out of the text that goes out."""

    OFF = auto()
    """Body bytes stay as they are.  The default: nothing that looks for text is always right."""
    ATTRIBUTION = auto()
    """Out of quoted header blocks and attribution lines."""


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
