"""What is kept of one mail in S3: itself, its tasks, who has begun them; as JSON (pure)."""

import base64
import json

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sendas.errors import CouldNotLook
from sendas.journal.task import State, Task
from sendas.relay.decide.notices import About
from sendas.relay.decide.queued import SUBMIT, Item, Mail, begun
from sendas.relay.mail_queue import NewMail
from sendas.ses.hold import Hold


SCHEMA = 1


class MalformedRecord(CouldNotLook):
    """What is stored is none of ours, or of a later release."""


class Record(NamedTuple):
    """One mail with its tasks by name; without tasks it is gone.

    *content* is the key of its bytes.  *by* says which relay has begun a task that is in
    sending, and whose client a mail is that is *waited* for.  *notices* are decided, and not
    queued yet.  *version* counts the writings of it, and *written* tells one from every other.
    """

    mail: Mail
    items: tuple[Item, ...]
    content: str
    waited: bool = False
    by: Mapping[str, str] = {}
    notices: tuple[NewMail, ...] = ()
    version: int = 0
    written: str = ""

    @property
    def done(self) -> bool:
        """Whether nothing can ever be sent of it again."""
        return not self.notices and all(one.task.state is State.DONE for one in self.items)

    @property
    def settled(self) -> bool:
        """Whether there is nothing to do about it, unless its owner wants it."""
        return not self.notices and all(one.task.ended for one in self.items)

    def item(self, name: str) -> Item | None:
        """One task."""
        return next((one for one in self.items if one.task.name == name), None)


# What a writing makes of it; None where it is not as it has to be ------------------------


def begun_by(record: Record, name: str, relay: str, now: datetime) -> Record | None:
    """The task *name* is about to be handed to SES by *relay*."""
    item = record.item(name)
    if item is None or item.task.state is not State.DUE or item.hold is Hold.BY_OWNER:
        return None
    made = begun(item, now)
    return _put(record, item, (made,))._replace(by={**record.by, name: relay})


def settled(
    record: Record, old: Item, new: Sequence[Item], notices: Sequence[NewMail]
) -> Record | None:
    """*new* in the place of *old*; *notices* to be queued."""
    if record.item(old.task.name) != old:
        return None
    made = _put(record, old, new)
    by = {name: relay for name, relay in record.by.items() if name != old.task.name}
    return made._replace(waited=False, by=by, notices=(*record.notices, *notices))


def changed(record: Record, changes: Iterable[tuple[Item, Item]]) -> Record | None:
    """The owner's changes, of tasks that are in the state in which the owner saw them."""
    made = record
    for old, new in changes:
        found = made.item(old.task.name)
        if found is None or (found.task.state, found.attempts) != (old.task.state, old.attempts):
            continue
        task = found.task._replace(state=new.task.state, unanswered=new.task.unanswered)
        kept = found._replace(task=task, due_at=new.due_at, hold=new.hold, since=new.since)
        made = _put(made, found, (kept,))
    return made if made != record else None


def reopened(record: Record, holds: Collection[Hold], now: datetime) -> Record | None:
    """What waited for the account (*holds*) is due, and nothing that is due was late by itself."""
    made = record
    for item in record.items:
        if item.task.state is not State.DUE or item.hold not in {None, *holds}:
            continue
        due_at = now if item.hold else item.due_at
        made = _put(made, item, (item._replace(due_at=due_at, hold=None, since=now),))
    return made if made != record else None


def without_notices(record: Record) -> Record | None:
    """The notices are queued."""
    return record._replace(notices=()) if record.notices else None


def gone(record: Record) -> Record:
    """Forgotten; to be deleted next."""
    return record._replace(items=(), notices=())


def _put(record: Record, old: Item, new: Sequence[Item]) -> Record:
    names = {one.task.name for one in new}
    kept = [
        one for one in record.items
        if one.task.name != old.task.name and one.task.name not in names
    ]  # fmt: skip
    items = sorted((*kept, *new), key=lambda one: one.task.name)
    return record._replace(items=tuple(items))


# As JSON ----------------------------------------------------------------------------------


def write_record(record: Record) -> bytes:
    """As it is stored."""
    raw = {
        "schema": SCHEMA,
        "mail": mail_values(record.mail),
        "tasks": [_item_values(one) for one in record.items],
        "content": record.content,
        "waited": record.waited,
        "by": dict(record.by),
        "notices": [_notice_values(one) for one in record.notices],
        "version": record.version,
        "written": record.written,
    }
    return json.dumps(raw, separators=(",", ":")).encode("ascii")


def read_record(raw: bytes) -> Record:
    """What `write_record` wrote.

    Raises:
        MalformedRecord: It is none.
    """
    try:
        value = json.loads(raw)
        if value["schema"] > SCHEMA:
            msg = f"a record is of a later release ({value['schema']}); this one reads {SCHEMA}"
            raise MalformedRecord(msg)
        mail = _mail(value["mail"])
        return Record(
            mail, _items(mail, value["tasks"]), value["content"], value["waited"], value["by"],
            tuple(map(_notice, value["notices"])), value["version"], value["written"],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        msg = f"a record in the queue cannot be read: {type(error).__name__}"
        raise MalformedRecord(msg) from error


def mail_values(mail: Mail) -> Mapping[str, object]:
    """A mail without its content."""
    return {**mail._asdict(), "accepted_at": mail.accepted_at.isoformat()}


def _mail(raw: Mapping[str, Any]) -> Mail:
    return Mail(**{**raw, "accepted_at": datetime.fromisoformat(raw["accepted_at"])})


def _item_values(item: Item) -> Mapping[str, object]:
    task = item.task
    return {
        "name": task.name, "state": str(task.state), "unanswered": task.unanswered,
        "answer": task.answer, "at": task.at, "due_at": item.due_at.isoformat(),
        "about": [[one.recipient, sorted(one.notify), one.orcpt] for one in item.about],
        "attempts": item.attempts, "hold": item.hold and str(item.hold),
        "told_at": item.told_at and item.told_at.isoformat(),
        "since": item.since and item.since.isoformat(),
    }  # fmt: skip


def _items(mail: Mail, raw: Sequence[Mapping[str, Any]]) -> tuple[Item, ...]:
    return tuple(_item(mail, one) for one in raw)


def _item(mail: Mail, raw: Mapping[str, Any]) -> Item:
    about = tuple(About(r, frozenset(notify), orcpt) for r, notify, orcpt in raw["about"])
    task = Task(
        raw["name"], SUBMIT, "accepted", forward_paths=tuple(one.recipient for one in about),
        state=State(raw["state"]), unanswered=raw["unanswered"], answer=raw["answer"],
        at=raw["at"],
    )  # fmt: skip
    return Item(
        mail, task, about, datetime.fromisoformat(raw["due_at"]).astimezone(UTC), raw["attempts"],
        _perhaps(Hold, raw["hold"]), _perhaps(datetime.fromisoformat, raw["told_at"]),
        _perhaps(datetime.fromisoformat, raw["since"]),
    )  # fmt: skip


def _perhaps(read: Callable[[str], Any], raw: str | None) -> Any:  # noqa: ANN401  what *read* gives
    return None if raw is None else read(raw)


def _notice_values(new: NewMail) -> Mapping[str, object]:
    content = base64.b64encode(b"".join(new.content)).decode("ascii")
    items = [_item_values(one) for one in new.items]
    return {"mail": mail_values(new.mail), "tasks": items, "content": content}


def _notice(raw: Mapping[str, Any]) -> NewMail:
    mail = _mail(raw["mail"])
    return NewMail(mail, _items(mail, raw["tasks"]), (base64.b64decode(raw["content"]),))
