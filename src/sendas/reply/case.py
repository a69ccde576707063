"""What is known of one mail to aliases, and what can be asked of it; pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import chain

from sendas.forward.answering import ReplyMailbox
from sendas.forward.decision import Reason
from sendas.forward.facts import Facts
from sendas.forward.routes import RoutedDomain
from sendas.mail.address import same_address
from sendas.mail.headers import Head
from sendas.mail.mailboxes import Mailbox, mailboxes_of
from sendas.reply.alias import Alias, Aliases, Read, Standing
from sendas.reply.owner import Authorship
from sendas.ses.notices import Receipt


@dataclass(frozen=True, slots=True)
class Known:
    """What the shell found out before.

    *kept* are the addresses that the bucket holds by hash; *closed* the aliases
    (local-parts) that the owner closed to strangers, *paused* mailboxes that send
    nothing; *aligned* is of `authorship`; *signer* is of `sendas.reply.signed`;
    *suppressed* are those of a composed mail's recipients whom SES sends nothing;
    *sent_this_hour* and *sent_today* count this mailbox's answers.
    """

    kept: Mapping[str, str] = field(default_factory=dict)
    closed: Collection[str] = frozenset()
    paused: Collection[str] = frozenset()
    aligned: bool = False
    signer: str = ""
    suppressed: Collection[str] = frozenset()
    sent_this_hour: int = 0
    sent_today: int = 0
    refused_this_hour: int = 0


@dataclass(frozen=True)
class Mail:
    """One received mail, for those of its forward-paths that are at one domain of ours."""

    receipt: Receipt
    head: Head
    facts: Facts

    @cached_property
    def visible(self) -> tuple[tuple[str, tuple[Mailbox, ...]], ...]:
        """Whom the fields To and Cc name."""
        fields = (("To", b"to"), ("Cc", b"cc"))
        return tuple((name, tuple(mailboxes_of(self.head, key))) for name, key in fields)

    def named(self) -> Iterator[Mailbox]:
        """All of them."""
        return chain.from_iterable(boxes for _, boxes in self.visible)


@dataclass(frozen=True, slots=True)
class Rules:
    """How one domain answers: its mailboxes by address, its aliases, its compose address."""

    mailboxes: Mapping[str, ReplyMailbox]
    aliases: Aliases
    compose: str = "compose"

    @property
    def compose_address(self) -> str:
        """Mail to it goes to whom its subject names."""
        return f"{self.compose}@{self.aliases.domain}"

    def is_ours(self, address: str) -> bool:
        """Whether *address* is at the domain."""
        return address.rpartition("@")[2].lower() == self.aliases.domain

    def read(self, address: str, now: datetime) -> Read:
        """What *address* is worth as an alias of the domain; None if it is none."""
        if not self.is_ours(address):
            return None
        return self.aliases.read(address.rpartition("@")[0], self.mailboxes, now)


@dataclass(frozen=True, slots=True)
class Writer:
    """Whose mailbox the mail would be sent as, and whether its owner wrote it."""

    mailbox: ReplyMailbox
    who: Authorship


@dataclass(frozen=True, slots=True)
class Case:
    """One mail to aliases, with all that decides what becomes of it.

    *found* are the forward-paths that have the shape of an alias, *composed* those that are
    the compose address; *waived* are reasons that the owner overruled.  *paths* is what is
    decided: the mail's other forward-paths are forwarding's.
    """

    mail: Mail
    domain: RoutedDomain
    rules: Rules
    known: Known
    waived: frozenset[Reason]
    writer: Writer
    found: Mapping[str, tuple[Standing, Alias | None]]
    composed: tuple[str, ...]
    now: datetime
    paths: tuple[str, ...] = ()

    @property
    def mailbox(self) -> ReplyMailbox:
        """As whom the mail goes out."""
        return self.writer.mailbox

    def is_own(self, address: str) -> bool:
        """The mailbox itself, the forwarding address, the compose address, or an owner's own."""
        ours = (self.mailbox.address, self.domain.forwarding_address, self.rules.compose_address)
        return any(same_address(address, one) for one in ours) or self.mailbox.is_owner(address)

    def correspondent(self, alias: Alias) -> str:
        """Whom it stands for; empty where the bucket should know and does not."""
        return alias.address or self.known.kept.get(alias.kept_hash, "")

    def translated(self, box: Mailbox) -> Mailbox | None:
        """The correspondent that an alias in To or Cc stands for; None if it is no good alias."""
        standing, alias = self.rules.read(box.address, self.now) or (None, None)
        if standing is not Standing.GOOD or alias is None:
            return None
        if alias.mailbox != self.mailbox.address:
            return None
        address = self.correspondent(alias)
        return Mailbox(_own_name(box.name, address), address) if address else None


def _own_name(shown: str, address: str) -> str:
    """The correspondent's name, out of ``Jane Doe (jane at example.net)`` as we showed it."""
    marked = address.replace("@", " at ")
    if shown.lower() in {marked.lower(), address.lower()}:
        return ""
    ending = f" ({marked})"
    return shown[: -len(ending)] if shown.lower().endswith(ending.lower()) else shown
