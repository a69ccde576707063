"""The two IAM users that send as one mailbox in turn: what they are called; pure.

SES's events name the user that sent, never the key (FACTS 17.3): with one
credential a user, every mail says which credential sent it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sendas.config.model import user_name
from sendas.mail.address import Address


SECOND = "=b"
"""Ends the second user's name.  No domain can hold a ``=``: it is no other address's name."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The users of one mailbox.

    *first* has the name that `sendas gmail add` and the stack give.  *found* is the
    user that stood before sendas, where `sendas.toml` or ``--user`` names one: its
    credential can be the old one of a rotation and is never the new one.
    """

    first: str
    second: str
    found: str = ""

    def __iter__(self) -> Iterator[str]:
        """Every user that may send as the mailbox."""
        yield from dict.fromkeys(name for name in (self.found, self.first, self.second) if name)

    def owns(self, user: str) -> bool:
        """Whether sendas gave *user* its name; IAM compares names without case."""
        return user.lower() in {self.first.lower(), self.second.lower()}

    def after(self, user: str) -> str:
        """Whose turn it is when *user* holds the current credential."""
        return self.second if user.lower() == self.first.lower() else self.first


def pair_of(address: Address, found: str = "") -> Pair:
    """The users of *address*; *found* stood before sendas."""
    first = user_name(address.lower())
    ours = {first.lower(), user_name(address.lower(), SECOND).lower()}
    return Pair(first, user_name(address.lower(), SECOND), "" if found.lower() in ours else found)
