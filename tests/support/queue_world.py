"""Mails for a queue, and the places that hold one (tests/relay/test_queue.py)."""

import asyncio

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sendas.relay.mail_queue import MailQueue, NewMail, PasswordBook, QueueAdmin
from sendas.relay.notices import About
from sendas.relay.on_disk.folder import Folder
from sendas.relay.on_disk.queue import FolderQueue
from sendas.relay.queued import Mail, items_of


NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
WHO = "me@example.com/gmail"


class Queue(MailQueue, PasswordBook, Protocol):
    """Both sides of a relay's queue, as one object has them."""


class Place(Protocol):
    """Where a queue is kept; made anew for each test, and empty."""

    def queue(self) -> Queue:
        """A relay's queue there, not opened yet; called on a loop, for one relay at a time."""

    def admin(self) -> QueueAdmin:
        """The owner's side, beside it."""


class FolderPlace:
    """A folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def queue(self) -> Queue:
        """The relay's."""
        return FolderQueue(Folder(self._path, owner=True))

    def admin(self) -> QueueAdmin:
        """The command line's."""
        return Folder(self._path)


PLACES: tuple[Callable[[Path], Place], ...] = (FolderPlace,)
"""Every kind of queue."""


def working(place: Place, work: Callable[[Queue], Awaitable[None]]) -> None:
    """Run *work* with a queue that was opened, and close it."""

    async def main() -> None:
        queue = place.queue()
        await queue.open()
        try:
            await work(queue)
        finally:
            await queue.close()

    asyncio.run(main())


def mail(number: int = 7, who: str = WHO) -> Mail:
    """A mail without its content."""
    return Mail(number, NOW, who, "me@example.com", "gmail", "me@example.com", "me@example.com", 9)


def new(number: int = 7, who: str = WHO, *recipients: str, content: bytes = b"content") -> NewMail:
    """A mail that can be taken."""
    one = mail(number, who)._replace(size=len(content))
    about = [About(r) for r in recipients or ("a@example.net",)]
    return NewMail(one, items_of(one, about), (content,))
