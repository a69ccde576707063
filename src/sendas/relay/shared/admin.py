"""The owner's side of a shared queue: `QueueAdmin`, from any machine with the rights."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Self

from sendas.aws.refusals import AwsFailure
from sendas.aws.shared_queue import Shared
from sendas.relay.decide.passwords import Password
from sendas.relay.decide.queued import Item
from sendas.relay.mail_queue import Counts
from sendas.relay.shared.password_book import Passwords
from sendas.relay.shared.record import changed
from sendas.relay.shared.store import CONTENT, MAIL, Kept, Store, not_written
from sendas.relay.shared.view import counted


RETRY = "retry"
_AT_ONCE = 16


class SharedAdmin:
    """One for a verb; *now* is the time as a number, for `ask_for_retry`."""

    def __init__(self, place: Shared, now: Callable[[], float]) -> None:
        self._place, self._now = place, now
        self._store = Store(place)
        self._book = Passwords(place)
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="relay-admin")

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ask nothing more."""
        self._threads.shutdown(cancel_futures=True)

    # Reading ---------------------------------------------------------------

    def listed(self, most: int, *, ended: bool = False) -> list[Item]:
        """The tasks, the oldest mail's first: what waits or needs the owner; with *ended* all."""
        found = (
            item
            for kept in self._kept(MAIL if ended else CONTENT)
            for item in kept.record.items
            if ended or item.task.state != "done"
        )
        return list(islice(found, most))

    def of_mail(self, mail_id: int) -> list[Item]:
        """The tasks of one mail, by name."""
        kept = self._store.read(mail_id)
        return list(kept.record.items) if kept else []

    def content(self, mail_id: int) -> bytes | None:
        """The whole mail; None once it is gone."""
        return self._store.content(mail_id)

    def counts(self) -> Counts:
        """How much of what; a mail of which all is done counts once, whatever its tasks."""
        waiting = {number for number, _ in self._store.ids(CONTENT)}
        done = sum(number not in waiting for number, _ in self._store.ids(MAIL))
        items = [item for kept in self._kept(CONTENT) for item in kept.record.items]
        return counted(items, done)

    def passwords(self, mailbox: str | None = None) -> list[Password]:
        """All, or those of one mailbox."""
        return self._book.all() if mailbox is None else self._book.of(mailbox)

    def _kept(self, prefix: str) -> Iterator[Kept]:
        """The records of the mails under *prefix*, by id, read a few at a time."""
        numbers = iter(dict.fromkeys(number for number, _ in self._store.ids(prefix)))
        while some := list(islice(numbers, 4 * _AT_ONCE)):
            yield from filter(None, self._threads.map(self._store.read, some))

    # Writing ---------------------------------------------------------------

    def change(self, changes: Sequence[tuple[Item, Item]]) -> int:
        """Write the second of each pair over the first, if that is as it was read; how many."""
        by_mail: dict[int, list[tuple[Item, Item]]] = {}
        for pair in changes:
            by_mail.setdefault(pair[0].mail.id, []).append(pair)
        return sum(self._threads.map(self._change_one, by_mail.values()))

    def _change_one(self, changes: Sequence[tuple[Item, Item]]) -> int:
        mail_id = changes[0][0].mail.id
        count = 0
        for pair in changes:
            _, done = self._store.change(mail_id, partial(changed, changes=[pair]))
            count += done
        if count:
            self._remind(mail_id)
        return count

    def drop(self, mail_id: int) -> bool:
        """Forget a mail altogether; False if there is none."""
        gone = self._store.drop(mail_id)
        if gone:
            self._remind(mail_id)
        return gone

    def ask_for_retry(self) -> None:
        """Let the relays try what they hold, now."""
        try:
            self._place.write(RETRY, repr(self._now()).encode("ascii"))
        except AwsFailure as error:
            raise not_written(error) from error

    def add_password(self, one: Password) -> bool:
        """Keep a new password; False if there is one of that name."""
        return self._book.add(one)

    def remove_password(self, mailbox: str, label: str) -> bool:
        """Revoke one; False if there is none."""
        return self._book.remove(mailbox, label)

    def _remind(self, mail_id: int) -> None:
        """Some relay looks at it soon; the change itself is written."""
        try:
            self._place.remind(mail_id, 0)
        except AwsFailure as error:
            raise not_written(error) from error
