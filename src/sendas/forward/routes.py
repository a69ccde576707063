"""Routes: which forward-paths at our domains go to which mailboxes, and by what policy.

A value, read from one JSON object (`routes_file`) and asked once per
forward-path.  Local-parts at our own domains are compared without case, as SES's
receipt rules do; domains as lower-case A-labels.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from sendas.forward.answering import Answering, ReplyMailbox
from sendas.mail.domain import ascii_domain


CATCH_ALL = "*"


@dataclass(frozen=True, slots=True)
class To:
    """Forward to each target, one copy each."""

    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refuse:
    """Bounce to the sender with *text*, as if the mailbox did not exist."""

    text: str = "This address does not accept mail."


@dataclass(frozen=True, slots=True)
class Ignore:
    """Keep in S3 with all other mail, and do nothing."""


@dataclass(frozen=True, slots=True)
class Reports:
    """The address for receivers' reports: read them and keep what they say."""


@dataclass(frozen=True, slots=True)
class NoRoute:
    """The domain is ours, the address is nobody's."""


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """The forwarding address: what we write into From, and where our DSNs come back."""


Chosen: TypeAlias = To | Refuse | Ignore | Reports
Route: TypeAlias = Chosen | NoRoute | OwnAddress


class Handling(StrEnum):
    """What a policy does with mail of one kind."""

    FORWARD = "forward"
    QUARANTINE = "quarantine"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Policy:
    """What becomes of mail that SES has doubts about, for one domain.

    Mail found to hold a virus or to be spam is never forwarded: what the
    mailbox refuses of it counts as our bounce (PEERS 1.3, row 13).
    """

    virus: Handling = Handling.QUARANTINE
    spam: Handling = Handling.QUARANTINE
    unsure_spam: Handling = Handling.FORWARD
    dmarc_reject: Handling = Handling.QUARANTINE
    dmarc_quarantine: Handling = Handling.FORWARD


@dataclass(frozen=True, slots=True)
class Limits:
    """Where forwarding stops.

    *max_hops* counts Received fields (Gmail refuses at 50: FACTS 19.2);
    *max_per_hour* is of one author to one forward-path, *max_per_hour_address* of all
    authors to one forward-path, *max_per_hour_domain* to all of a domain: what is
    forwarded uses up the quota of the owner's own sending.  *stop_at_bounce_percent*
    is of all that the account sends (SES reviews an account at 5: FACTS 11).
    """

    max_message_bytes: int = 40 * 1024 * 1024
    max_hops: int = 40
    max_per_hour: int = 100
    stop_at_bounce_percent: float = 4.0
    max_per_hour_address: int = 300
    max_per_hour_domain: int = 1000


@dataclass(frozen=True, slots=True)
class RoutedDomain:
    """One domain of ours.  *routes* are by lower-case local-part, `CATCH_ALL` for the rest."""

    name: str
    forwarding_address: str
    notice_address: str
    routes: Mapping[str, Chosen]
    policy: Policy = Policy()
    answering: Answering = field(default_factory=Answering)

    @property
    def targets(self) -> tuple[str, ...]:
        """Every mailbox that mail goes to, each once."""
        found = (
            one for route in self.routes.values() if isinstance(route, To) for one in route.targets
        )
        return tuple(dict.fromkeys(found))

    def route_of(self, forward_path: str) -> Route:
        """The route of one forward-path at it: exact, then without its detail, then the catch-all.

        ``sales+eu@`` finds a route of its own before that of ``sales@``
        (RFC 5233: the detail is for the mailbox to read).
        """
        local = forward_path.rpartition("@")[0].lower()
        base = local.partition("+")[0]
        if self.forwarding_address.rpartition("@")[0].lower() in {local, base}:
            return OwnAddress()
        for wanted in (local, base, CATCH_ALL):
            # A mail to the address "*@example.com" itself is no wish for the catch-all.
            found = self.routes.get(wanted)
            if found is not None:
                return found
        return NoRoute()

    def reply_mailbox(self, forward_path: str) -> ReplyMailbox | None:
        """The mailbox that owners answer as when a mail came for *forward_path*."""
        local = forward_path.rpartition("@")[0].lower()
        boxes = self.answering.mailboxes
        for wanted in (local, local.partition("+")[0]):
            if f"{wanted}@{self.name}" in boxes:
                return boxes[f"{wanted}@{self.name}"]
        return None


@dataclass(frozen=True, slots=True)
class Routes:
    """Everything the owner wants of receiving."""

    domains: Mapping[str, RoutedDomain]
    limits: Limits = field(default_factory=Limits)

    def domain_of(self, forward_path: str) -> RoutedDomain | None:
        """The domain of ours that *forward_path* is at; None for a receipt rule without routes."""
        return self.domains.get(ascii_domain(forward_path.rpartition("@")[2]))
