"""What the relay needs of its queue, whatever keeps it: a folder here, or what machines share.

One contract for all of them (`tests/relay/test_queue.py`).  A method that writes is done
when what it wrote survives a crash; `NotWritten` says that nothing of it happened.  Reading
raises CouldNotLook: it is there, perhaps, and cannot be read.  The states of a task, and what
moves it from one to another, are the journal's (`sendas.journal.task`).
"""

import asyncio

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, Self

from sendas.errors import CouldNotLook, UsageError
from sendas.relay.decide.passwords import Password
from sendas.relay.decide.queued import Item, Mail
from sendas.ses.hold import Hold


class BadQueue(UsageError):
    """The place cannot hold a queue, or holds one of a later release."""


class InUse(UsageError):
    """Another relay works there, and only one may."""


class NotWritten(CouldNotLook):
    """The queue could not be written to: nothing of it happened."""


class NewMail(NamedTuple):
    """A mail that is not in the queue yet; *content* is its bytes in pieces."""

    mail: Mail
    items: tuple[Item, ...]
    content: tuple[bytes | memoryview, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is in the queue."""

    due: int
    sending: int
    held: int
    refused: int
    uncertain: int
    done: int
    oldest_at: datetime | None
    """When the oldest that is not ended was accepted."""


class MailQueue(Protocol):
    """The queue as the relay works with it, on its event loop.

    Other relays and the owner's verbs change the same queue meanwhile: what is written over
    an item is written only where that item is still as it was read.
    """

    @property
    def writable(self) -> bool:
        """Whether the last write went well."""

    @property
    def relays(self) -> int:
        """How many relays work on it, this one among them: they share SES's rate."""

    def room_bytes(self) -> int:
        """How much more it can hold.  Raises CouldNotLook."""

    async def open(self) -> None:
        """Begin: forget what clients were waiting for when a relay stopped.

        They never heard 250 for it, and keep it themselves.
        """

    async def close(self) -> None:
        """End, with what was given written."""

    async def try_to_write(self) -> None:
        """Write something of no consequence, after a failure; then `writable` says how it went."""

    # Mail comes in

    def new_id(self, now: datetime) -> int:
        """An id for a mail: grows with time, and is never given twice by anybody."""

    def take(self, new: NewMail, *, waited: bool = False) -> "asyncio.Future[None]":
        """Keep a mail.

        With *waited* its client waits for SES's answer and keeps the mail itself: until
        `settle` it is nobody's, `open` forgets it, and `stranded` does not know it.
        """

    # Mail goes out

    async def due(self, now: datetime, room: Callable[[str], int]) -> list[Item]:
        """What is due by *now*: of each sender (`Mail.who`) at most *room*, the oldest due first.

        What is held by the owner never is; what waits for the account is due like the rest,
        and so is what claims to be due later than `schedule.LATEST` from now.
        """

    async def begin(self, item: Item, now: datetime) -> Item | None:
        """Write down that *item* is about to be handed to SES, and give it as it is kept now.

        None if it is not due any more: sent, dropped or held since it was read.
        """

    async def settle(
        self, old: Item, new: Sequence[Item], notices: Sequence[NewMail] = ()
    ) -> bool:
        """Put *new* in the place of *old*, and *notices* beside it, in one step.

        False, and nothing is written, if *old* is not as it was read.  The content goes once
        every task of the mail is done.  A mail that was taken as *waited* is ours from now on.
        """

    async def stranded(self) -> list[Item]:
        """What is in sending and was begun here, or by a relay that is gone.

        Whoever asks knows which of these it has in hand.
        """

    async def overdue(
        self, accepted_before: datetime, told_before: datetime, most: int
    ) -> list[Item]:
        """What is due, was accepted before, and whose sender was not told that it is late.

        Or was told, and waits for the account since before *told_before*.
        """

    def content(self, mail_id: int) -> bytes | None:
        """The whole mail; None once it is gone.  Called from any thread, and may take time."""

    # The whole

    async def drop(self, mail_id: int) -> bool:
        """Forget a mail altogether; False if there is none."""

    async def reopen(self, holds: Iterable[Hold], now: datetime) -> int:
        """The account takes mail again: what waited for it (*holds*) is due; gives how many.

        For all that is due the time after which it is given up starts again: it was not tried.
        """

    async def forget_ended(self, before: datetime) -> int:
        """Drop mails accepted before *before* of which every task ended; gives how many."""

    async def waiting(self) -> int:
        """Tasks that are not ended."""

    def counts(self) -> Counts:
        """How much of what."""

    async def retry_asked(self) -> float:
        """A number that changes when the owner asks for all to be tried now."""


class PasswordBook(Protocol):
    """The passwords as the relay reads them, on its event loop."""

    async def passwords(self, mailbox: str) -> list[Password]:
        """Those of one mailbox; asked at each login, so a revoked one is none at once."""

    async def password_used(self, mailbox: str, label: str, now: datetime, network: str) -> None:
        """Note when and from which network one was last used; a nicety: no mail hangs on it."""


class Queue(MailQueue, PasswordBook, Protocol):
    """Both sides of a relay's queue, as one object has them."""


class QueueAdmin(Protocol):
    """Queue and passwords as the owner's verbs change them, beside a relay that works."""

    def __enter__(self) -> Self:
        """Itself."""

    def __exit__(self, *given: object) -> None:
        """Let go of it."""

    def listed(self, most: int, *, ended: bool = False) -> list[Item]:
        """The tasks, the oldest mail's first: what waits or needs the owner; with *ended* all."""

    def of_mail(self, mail_id: int) -> list[Item]:
        """The tasks of one mail, by name."""

    def content(self, mail_id: int) -> bytes | None:
        """The whole mail; None once it is gone."""

    def counts(self) -> Counts:
        """How much of what."""

    def change(self, changes: Sequence[tuple[Item, Item]]) -> int:
        """Write the second of each pair over the first, if that is as it was read; how many."""

    def drop(self, mail_id: int) -> bool:
        """Forget a mail altogether; False if there is none."""

    def ask_for_retry(self) -> None:
        """Let the relay try what it holds, now."""

    def passwords(self, mailbox: str | None = None) -> list[Password]:
        """All, or those of one mailbox."""

    def add_password(self, one: Password) -> bool:
        """Keep a new password; False if there is one of that name."""

    def remove_password(self, mailbox: str, label: str) -> bool:
        """Revoke one; False if there is none."""
