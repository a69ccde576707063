"""Mails for a queue, and what a place that holds one is (the kinds are `queue_places`)."""

import asyncio

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol

from sendas.relay.decide.notices import About
from sendas.relay.decide.queued import Mail, items_of
from sendas.relay.mail_queue import NewMail, Queue, QueueAdmin


NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
WHO = "me@example.com/gmail"


class Place(Protocol):
    """Where a queue is kept; made again for each test, and empty."""

    def queue(self) -> Queue:
        """A relay's queue there, not opened yet; called on a loop, for one relay at a time."""

    def admin(self) -> QueueAdmin:
        """The owner's side, beside it."""


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
