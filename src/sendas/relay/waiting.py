"""What is loaded of the queue to be sent next: of each sender a share, so that none fills it."""

from collections.abc import Iterable
from datetime import datetime

from sendas.relay.decide.pacing import Turns
from sendas.relay.decide.queued import Item
from sendas.relay.mail_queue import MailQueue


MOST_OF_ONE = 500
"""Items of one sender in memory; what is beyond waits in the queue."""


class Waiting:
    """The front of the queue, by sender; what was given out is known until it is `done`."""

    def __init__(self, queue: MailQueue) -> None:
        self._queue = queue
        self._turns: Turns[Item] = Turns()
        self._known: set[tuple[int, str]] = set()
        self._behind: set[str] = set()
        """Senders of whom more waits in the queue than here: their new mail waits behind that."""

    def __len__(self) -> int:
        """What can be given out."""
        return len(self._turns)

    def __contains__(self, item: Item) -> bool:
        """Whether somebody here has it in hand."""
        return item.key in self._known

    def accepted(self, items: Iterable[Item]) -> None:
        """New mail that is in the queue, too."""
        for item in items:
            who = item.mail.who
            if who in self._behind:
                continue
            if self._turns.waiting(who) >= MOST_OF_ONE:
                self._behind.add(who)
            else:
                self._add(item)

    async def load(self, now: datetime) -> None:
        """What is due of whom little is here.  Raises CouldNotLook."""
        wanted = {who for who in self._behind if self._room(who)}
        loaded = await self._queue.due(now, self._room)
        counts: dict[str, int] = {}
        for item in loaded:
            counts[item.mail.who] = counts.get(item.mail.who, 0) + 1
            self._add(item)
        self._behind -= wanted
        self._behind |= {who for who, count in counts.items() if count >= MOST_OF_ONE}

    def next(self) -> Item | None:
        """The next in turn; None if nothing waits."""
        return self._turns.next()

    def done(self, item: Item) -> None:
        """Nobody here has it in hand any more."""
        self._known.discard(item.key)

    def _add(self, item: Item) -> None:
        if item.key not in self._known:
            self._known.add(item.key)
            self._turns.add(item.mail.who, item)

    def _room(self, who: str) -> int:
        """How much of *who* is loaded: nothing, while enough of it is here."""
        return MOST_OF_ONE if self._turns.waiting(who) < MOST_OF_ONE // 2 else 0
