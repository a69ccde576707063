"""What one relay knows of the shared queue: a copy, perhaps an old one, of what it works on."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sendas.journal.task import State
from sendas.relay.decide import schedule
from sendas.relay.decide.queued import Item
from sendas.relay.mail_queue import Counts
from sendas.relay.shared.store import Kept
from sendas.ses.hold import Hold


MOST = 20_000
"""Mails, about 60 MB; what is beyond waits in S3, and its reminder in SQS."""


class View:
    """Records by mail, and what is due by sender."""

    def __init__(self) -> None:
        self._kept: dict[int, Kept] = {}
        self._due: dict[str, dict[tuple[int, str], Item]] = {}

    def __len__(self) -> int:
        """How many mails."""
        return len(self._kept)

    def __contains__(self, mail_id: object) -> bool:
        """Whether the mail is known."""
        return mail_id in self._kept

    @property
    def full(self) -> bool:
        """Whether no more should be loaded."""
        return len(self._kept) >= MOST

    def get(self, mail_id: int) -> Kept | None:
        """What is known of a mail."""
        return self._kept.get(mail_id)

    def put(self, kept: Kept) -> None:
        """That is how it stands now; what is settled is not kept here."""
        record = kept.record
        known = self._kept.get(record.mail.id)
        if known is not None and known.record.version > record.version:
            return  # of two answers the older one was heard last
        self.drop(record.mail.id)
        if record.settled or (self.full and not record.waited):
            return
        self._kept[record.mail.id] = kept
        for item in record.items:
            if item.task.state is State.DUE and not record.waited:
                self._due.setdefault(record.mail.who, {})[item.key] = item

    def drop(self, mail_id: int) -> None:
        """Nothing is known of it any more."""
        kept = self._kept.pop(mail_id, None)
        if kept is None:
            return
        who = kept.record.mail.who
        of_sender = self._due.get(who, {})
        for item in kept.record.items:
            of_sender.pop(item.key, None)
        if not of_sender:
            self._due.pop(who, None)

    def kept(self) -> list[Kept]:
        """All of it."""
        return list(self._kept.values())

    def items(self) -> Iterator[tuple[Kept, Item]]:
        """All tasks but those of mails that a client waits for."""
        for kept in self._kept.values():
            if not kept.record.waited:
                for item in kept.record.items:
                    yield kept, item

    def due(self, now: datetime, room: Callable[[str], int]) -> list[Item]:
        """What is due by *now*: of each sender at most *room*, the oldest due first."""
        found: list[Item] = []
        for who, of_sender in self._due.items():
            if (most := room(who)) > 0:
                items = [one for one in of_sender.values() if _is_due(one, now)]
                found += sorted(items, key=lambda one: one.due_at)[:most]
        return found

    def overdue(
        self, accepted_before: datetime, told_before: datetime, most: int
    ) -> Iterator[Item]:
        """What is due and late, and its sender not told (`MailQueue.overdue`)."""
        for of_sender in self._due.values():
            for item in of_sender.values():
                mail = item.mail
                if item.hold is Hold.BY_OWNER or mail.notice or not mail.reverse_path:
                    continue
                again = item.hold is not None and item.told_at and item.told_at <= told_before
                if mail.accepted_at <= accepted_before and (item.told_at is None or again):
                    yield item
                    most -= 1
                    if most <= 0:
                        return

    def waiting(self) -> int:
        """Tasks that are not ended, and notices that are not queued."""
        owed = sum(len(kept.record.notices) for kept in self._kept.values())
        return owed + sum(not item.task.ended for _, item in self.items())

    def counts(self, done: int) -> Counts:
        """How much of what."""
        return counted([item for _, item in self.items()], done)


def _is_due(item: Item, now: datetime) -> bool:
    if item.hold is Hold.BY_OWNER:
        return False
    return item.due_at <= now or item.due_at > now + schedule.LATEST


def counted(items: list[Item], done: int) -> Counts:
    """How much of what; *done* beside what is done among *items*."""
    by_state = dict.fromkeys(State, 0)
    held, oldest = 0, None
    for item in items:
        by_state[item.task.state] += 1
        held += item.task.state is State.DUE and item.hold is not None
        if not item.task.ended:
            at = item.mail.accepted_at
            oldest = at if oldest is None else min(oldest, at)
    return Counts(
        due=by_state[State.DUE] - held, sending=by_state[State.SENDING], held=held,
        refused=by_state[State.REFUSED], uncertain=by_state[State.UNCERTAIN],
        done=by_state[State.DONE] + done, oldest_at=oldest,
    )  # fmt: skip
