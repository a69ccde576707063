"""Mails, tasks and passwords as rows: each function is a part of somebody's transaction."""

import json
import sqlite3

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sendas.journal.task import State, Task
from sendas.mail.address import Address
from sendas.relay.decide.notices import About
from sendas.relay.decide.passwords import Password
from sendas.relay.decide.queued import SUBMIT, Item, Mail, begun
from sendas.relay.on_disk.schema import Connection
from sendas.ses.hold import Hold


_NEVER = 253_402_300_799.0
"""The end of the year 9999, for what is not due before somebody says so."""

_MAIL = (
    "id, accepted_at, who, user, label, reverse_path, author, size, message_id, envid, ret, notice"
)
_TASK = (
    "mail, name, who, state, due_at, unanswered, attempts, answer, at, hold, told_at, about, since"
)
# Statements are made of our own names and question marks, and of nothing that anybody gave.
SELECT_ITEMS = (
    f"SELECT {', '.join(f'm.{c}' for c in _MAIL.split(', '))},"  # noqa: S608  the same
    f" {', '.join(f't.{c}' for c in _TASK.split(', '))}"
    " FROM task t JOIN mail m ON m.id = t.mail WHERE "
)
SELECT_PASSWORDS = (
    "SELECT mailbox, label, salt, digest, senders, after_ses, created_at, last_used_at,"
    " last_used_from FROM password"
)
_INSERT_MAIL = f"INSERT INTO mail ({_MAIL}, waited) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"  # noqa: S608  the same
_INSERT_TASK = f"INSERT OR REPLACE INTO task ({_TASK}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"  # noqa: S608  the same


def add_mail(
    connection: Connection,
    mail: Mail,
    items: Sequence[Item],
    content: bytes | None,
    *,
    waited: bool = False,
) -> None:
    """A new mail with its tasks; *content* is None where it lies in the spool."""
    connection.execute(
        _INSERT_MAIL,
        (
            mail.id, mail.accepted_at.timestamp(), mail.who, mail.user, mail.label,
            mail.reverse_path, mail.author, mail.size, mail.message_id, mail.envid, mail.ret,
            mail.notice, waited,
        ),
    )  # fmt: skip
    connection.execute("INSERT INTO content (mail, content) VALUES (?,?)", (mail.id, content))
    put_items(connection, items)


def put_items(connection: Connection, items: Iterable[Item]) -> None:
    """Write tasks as they are now."""
    connection.executemany(_INSERT_TASK, map(_row, items))


def change_items(connection: Connection, changes: Iterable[tuple[Item, Item]]) -> int:
    """Write the second of each pair over the first, if that is as it was read; gives how many.

    For verbs of the command line: the relay may have begun or sent it meanwhile.
    """
    count = 0
    for old, new in changes:
        _, _, _, state, due_at, unanswered, _, _, _, hold, _, _, since = _row(new)
        count += connection.execute(
            "UPDATE task SET state = ?, due_at = ?, unanswered = ?, hold = ?, since = ?"
            " WHERE mail = ? AND name = ? AND state = ? AND attempts = ?",
            (
                state, due_at, unanswered, hold, since, *old.key, str(old.task.state),
                old.attempts,
            ),
        ).rowcount  # fmt: skip
    return count


def replace_item(connection: Connection, old: Item, new: Sequence[Item]) -> bool:
    """*new* in the place of *old*; False if that is not as it was read.

    Where every task of the mail is done, its content goes.
    """
    found = connection.execute(
        "SELECT m.waited FROM task t JOIN mail m ON m.id = t.mail"
        " WHERE t.mail = ? AND t.name = ? AND t.state = ? AND t.attempts = ?",
        (*old.key, str(old.task.state), old.attempts),
    ).fetchone()
    if found is None:
        return False
    if found[0]:
        connection.execute("UPDATE mail SET waited = 0 WHERE id = ?", (old.mail.id,))
    if all(one.key != old.key for one in new):
        connection.execute("DELETE FROM task WHERE mail = ? AND name = ?", old.key)
    put_items(connection, new)
    if any(one.task.ended for one in new):
        left = connection.execute(
            "SELECT 1 FROM task WHERE mail = ? AND state != 'done' LIMIT 1", (old.mail.id,)
        ).fetchone()
        if left is None:
            connection.execute("DELETE FROM content WHERE mail = ?", (old.mail.id,))
    return True


def begin_item(connection: Connection, item: Item, now: datetime) -> Item | None:
    """Write down that *item* is about to be handed to SES; None if it is not due any more.

    The owner may have dropped, held or released it since it was read, or its sender been told.
    """
    row = connection.execute(
        "SELECT unanswered, attempts, told_at, since FROM task WHERE mail = ? AND name = ?"
        " AND state = 'due' AND hold IS NOT ?",
        (*item.key, str(Hold.BY_OWNER)),
    ).fetchone()
    if row is None:
        return None
    kept = item._replace(
        task=item.task._replace(unanswered=row[0]), attempts=row[1], told_at=_when(row[2]),
        since=_when(row[3]),
    )  # fmt: skip
    made = begun(kept, now)
    connection.execute(
        "UPDATE task SET state = ?, attempts = ?, at = ? WHERE mail = ? AND name = ?",
        (str(made.task.state), made.attempts, made.task.at, *item.key),
    )
    return made


def drop_mail(connection: Connection, mail_id: int) -> bool:
    """Forget a mail altogether."""
    connection.execute("DELETE FROM task WHERE mail = ?", (mail_id,))
    connection.execute("DELETE FROM content WHERE mail = ?", (mail_id,))
    return connection.execute("DELETE FROM mail WHERE id = ?", (mail_id,)).rowcount > 0


def drop_waited(connection: Connection) -> int:
    """Forget what clients were waiting for when the relay stopped: they keep it themselves."""
    ids = [row[0] for row in connection.execute("SELECT id FROM mail WHERE waited = 1")]
    for one in ids:
        drop_mail(connection, one)
    return len(ids)


def forget_ended(connection: Connection, before: datetime) -> int:
    """Drop mails accepted before *before* of which every task ended."""
    done = connection.execute(
        "DELETE FROM mail WHERE accepted_at < ? AND NOT EXISTS"
        " (SELECT 1 FROM task WHERE task.mail = mail.id AND state IN ('due', 'sending'))",
        (before.timestamp(),),
    ).rowcount
    if done:
        connection.execute("DELETE FROM task WHERE mail NOT IN (SELECT id FROM mail)")
        connection.execute("DELETE FROM content WHERE mail NOT IN (SELECT id FROM mail)")
    return done


def open_holds(connection: Connection, holds: Iterable[Hold], now: datetime) -> int:
    """What waited for the account is due again, and nothing that is due was late by itself."""
    count = 0
    for hold in holds:
        count += connection.execute(
            "UPDATE task SET due_at = ?, hold = NULL WHERE state = 'due' AND hold = ?",
            (now.timestamp(), str(hold)),
        ).rowcount
    connection.execute(
        "UPDATE task SET since = ? WHERE state = 'due' AND hold IS NULL", (now.timestamp(),)
    )
    return count


def put_password(connection: Connection, one: Password) -> bool:
    """Keep a new password; False if there is one of that name."""
    try:
        connection.execute(
            "INSERT INTO password VALUES (?,?,?,?,?,?,?,?,?)",
            (
                one.mailbox, one.label, one.salt, one.digest, json.dumps(one.senders),
                one.after_ses, one.created_at.timestamp(), None, "",
            ),
        )  # fmt: skip
    except sqlite3.IntegrityError:
        return False
    return True


def remove_password(connection: Connection, mailbox: str, label: str) -> bool:
    """Revoke one; False if there is none."""
    gone = connection.execute(
        "DELETE FROM password WHERE mailbox = ? AND label = ?", (mailbox, label)
    )
    return gone.rowcount > 0


def password_used(
    connection: Connection, mailbox: str, label: str, now: datetime, network: str
) -> None:
    """When and from which network a password was last used."""
    connection.execute(
        "UPDATE password SET last_used_at = ?, last_used_from = ? WHERE mailbox = ? AND label = ?",
        (now.timestamp(), network, mailbox, label),
    )


# Values --------------------------------------------------------------------------------


def _row(item: Item) -> tuple[object, ...]:
    task = item.task
    about = [[one.recipient, sorted(one.notify), one.orcpt] for one in item.about]
    return (
        item.mail.id, task.name, item.mail.who, str(task.state),
        min(item.due_at.timestamp(), _NEVER), task.unanswered, item.attempts, task.answer,
        task.at, str(item.hold) if item.hold else None,
        item.told_at.timestamp() if item.told_at else None, json.dumps(about),
        item.since.timestamp() if item.since else None,
    )  # fmt: skip


def item_of(row: Sequence[Any]) -> Item:
    """The item that `SELECT_ITEMS` found."""
    mail = Mail._make((row[0], moment(row[1]), *row[2:11], bool(row[11])))
    task_row = row[12:]
    _, name, _, state, due_at, unanswered, attempts, answer, at, hold, told_at, about, since = (
        task_row
    )
    read = tuple(About(r, frozenset(notify), orcpt) for r, notify, orcpt in json.loads(about))
    task = Task(
        name, SUBMIT, "accepted", forward_paths=tuple(one.recipient for one in read),
        state=State(state), unanswered=unanswered, answer=answer, at=at,
    )  # fmt: skip
    return Item(
        mail, task, read, moment(due_at), attempts, Hold(hold) if hold else None,
        _when(told_at), _when(since),
    )  # fmt: skip


def password_of(row: Sequence[Any]) -> Password:
    """The password that `SELECT_PASSWORDS` found."""
    return Password(
        Address(row[0]), row[1], row[2], row[3], tuple(json.loads(row[4])), bool(row[5]),
        moment(row[6]), _when(row[7]), row[8],
    )  # fmt: skip


def moment(seconds: float) -> datetime:
    """A time as rows have it."""
    return datetime.fromtimestamp(seconds, UTC)


def _when(seconds: float | None) -> datetime | None:
    return None if seconds is None else moment(seconds)
