"""The queue and the passwords in one SQLite file: what was acknowledged survives a crash.

Nobody hears that something is done before its transaction is committed, which with WAL and
synchronous=FULL ends with an fsync of the log (sqlite.org, "Write-Ahead Logging", "PRAGMA
synchronous").  The relay commits in groups, by `sendas.relay.commits`.  Contents above
`SPOOLED_ABOVE` lie in files of their own, which are synced, with their folder, before the row
that names them is written.

A file lock keeps a second relay away from the same folder.  Verbs of the command line use
the same file at the same time: they change rows only.
"""

import contextlib
import fcntl
import json
import os
import sqlite3
import threading

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeAlias, TypeVar

from sendas.errors import CouldNotLook, UsageError
from sendas.journal.task import State, Task
from sendas.mail.address import Address
from sendas.relay.notices import About
from sendas.relay.passwords import Password
from sendas.relay.queued import SUBMIT, Item, Mail
from sendas.relay.verdict import Hold


FILE, SPOOL, LOCK, RETRY = "relay.sqlite3", "spool", "relay.lock", "retry"
SCHEMA = 1
SPOOLED_ABOVE = 131_072
"""Bytes: below, a row is quicker than a file (sqlite.org, "35% Faster Than The Filesystem")."""
_BUSY_MILLISECONDS = 10_000
_NEVER = 253_402_300_799.0
"""The end of the year 9999, for what is not due before somebody says so."""

_TABLES = """
CREATE TABLE mail (
  id INTEGER PRIMARY KEY, accepted_at REAL NOT NULL, who TEXT NOT NULL, user TEXT NOT NULL,
  label TEXT NOT NULL, reverse_path TEXT NOT NULL, author TEXT NOT NULL, size INTEGER NOT NULL,
  message_id TEXT NOT NULL, envid TEXT NOT NULL, ret TEXT NOT NULL, notice INTEGER NOT NULL,
  waited INTEGER NOT NULL
);
CREATE INDEX mail_waited ON mail (id) WHERE waited = 1;
CREATE TABLE content (mail INTEGER PRIMARY KEY, content BLOB);
CREATE TABLE task (
  mail INTEGER NOT NULL, name TEXT NOT NULL, who TEXT NOT NULL, state TEXT NOT NULL,
  due_at REAL NOT NULL, unanswered INTEGER NOT NULL, attempts INTEGER NOT NULL,
  answer TEXT NOT NULL, at TEXT NOT NULL, hold TEXT, told_at REAL, about TEXT NOT NULL,
  PRIMARY KEY (mail, name)
) WITHOUT ROWID;
CREATE INDEX task_due ON task (state, who, due_at);
CREATE TABLE password (
  mailbox TEXT NOT NULL COLLATE NOCASE, label TEXT NOT NULL, salt BLOB NOT NULL,
  digest BLOB NOT NULL, senders TEXT NOT NULL, after_ses INTEGER NOT NULL,
  created_at REAL NOT NULL, last_used_at REAL, last_used_from TEXT NOT NULL,
  PRIMARY KEY (mailbox, label)
) WITHOUT ROWID;
"""

_MAIL = (
    "id, accepted_at, who, user, label, reverse_path, author, size, message_id, envid, ret, notice"
)
_TASK = "mail, name, who, state, due_at, unanswered, attempts, answer, at, hold, told_at, about"

T = TypeVar("T")
Connection: TypeAlias = sqlite3.Connection


class BadStore(UsageError):
    """The folder cannot hold a queue, or holds one of a later release."""


class InUse(UsageError):
    """Another relay works on the folder."""


class NotWritten(CouldNotLook):
    """The store could not be written to: nothing of it happened."""


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


class Store:
    """The folder's queue.  `open_store` makes one; *owner* is the relay itself, which recovers."""

    def __init__(self, folder: Path, *, owner: bool) -> None:
        self.folder = folder
        self.spool = folder / SPOOL
        self.writable = True
        self._lock = _locked(folder) if owner else None
        _make(folder)
        self._local = threading.local()
        self._reads: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._last_id = self._largest_id()

    def close(self) -> None:
        """Close every connection, and let another relay have the folder."""
        with self._guard:
            for connection in self._reads:
                connection.close()
            self._reads.clear()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    # Writing ---------------------------------------------------------------

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run *work* in a transaction of its own, on disk when this returns.

        Raises:
            NotWritten: Nothing of it happened.
        """
        connection = self._connection()
        try:
            connection.execute("BEGIN IMMEDIATE")
            result = work(connection)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            rolled_back(connection)
            msg = f"the queue in {self.folder} cannot be written to: {error}"
            raise NotWritten(msg) from error
        except BaseException:
            rolled_back(connection)
            raise
        return result

    def new_id(self, now: float) -> int:
        """An id for a mail: microseconds since 1970, and never one that was given before."""
        with self._guard:
            self._last_id = max(self._last_id + 1, int(now * 1_000_000))
            return self._last_id

    def write_spool(self, mail_id: int, pieces: Iterable[bytes | memoryview]) -> None:
        """Put a large content into its file, synced; the row comes afterwards.

        Raises:
            NotWritten: The disk is full or broken.
        """
        path = self._spooled(mail_id)
        try:
            with path.open("wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            _sync_folder(self.spool)
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink()
            self.writable = False
            msg = f"the spool cannot be written to: {error.strerror}"
            raise NotWritten(msg) from error

    def drop_spool(self, mail_id: int) -> None:
        """Remove a content's file, unless a row tells of it still."""
        if not self._has_content(mail_id):
            with contextlib.suppress(OSError):
                self._spooled(mail_id).unlink()

    def ask_for_retry(self) -> None:
        """Let the relay try what it holds, now: for verbs of the command line."""
        with contextlib.suppress(OSError):
            (self.folder / RETRY).touch(0o600)

    def retry_asked(self) -> float:
        """When somebody last asked for it; 0 if nobody has."""
        try:
            return (self.folder / RETRY).stat().st_mtime
        except OSError:
            return 0.0

    # Reading ---------------------------------------------------------------

    def content(self, mail_id: int) -> bytes | None:
        """The whole mail; None once it is gone.

        Raises:
            CouldNotLook: It is there, perhaps, and cannot be read.
        """
        row = self._read("SELECT content FROM content WHERE mail = ?", (mail_id,)).fetchone()
        if row is None:
            return None
        if row[0] is not None:
            return bytes(row[0])
        try:
            return self._spooled(mail_id).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            msg = f"the spool cannot be read: {error.strerror}"
            raise CouldNotLook(msg) from error

    def due(self, who: str, now: datetime, most: int) -> list[Item]:
        """Of *who*, what is due by *now*, the longest due first."""
        return self.items(
            "t.state = 'due' AND t.who = ? AND t.due_at <= ? ORDER BY t.due_at LIMIT ?",
            (who, now.timestamp(), most),
        )

    def senders_due(self) -> list[str]:
        """Everybody who has something due or held, by a hop over the index for each."""
        found: list[str] = []
        last = ""
        ask = "SELECT min(who) FROM task WHERE state = 'due' AND who > ?"
        while (row := self._read(ask, (last,)).fetchone()) and row[0] is not None:
            last = row[0]
            found.append(last)
        return found

    def items(self, where: str, values: Sequence[object] = ()) -> list[Item]:
        """Items by a condition on ``t`` (task) and ``m`` (mail)."""
        ask = (
            f"SELECT {', '.join(f'm.{c}' for c in _MAIL.split(', '))},"  # noqa: S608  our own names
            f" {', '.join(f't.{c}' for c in _TASK.split(', '))}"
            f" FROM task t JOIN mail m ON m.id = t.mail WHERE {where}"
        )
        return [_item(row) for row in self._read(ask, values)]

    def counts(self) -> Counts:
        """How much of what; a scan of the index."""
        found = dict(self._read("SELECT state, count(*) FROM task GROUP BY state", ()).fetchall())
        held = self._read(
            "SELECT count(*) FROM task WHERE state = 'due' AND hold IS NOT NULL", ()
        ).fetchone()[0]
        oldest = self._read(
            "SELECT min(mail) FROM task WHERE state IN ('due', 'sending')", ()
        ).fetchone()[0]
        at = None
        if oldest is not None:
            row = self._read("SELECT accepted_at FROM mail WHERE id = ?", (oldest,)).fetchone()
            at = _moment(row[0]) if row else None
        return Counts(
            due=found.get("due", 0) - held,
            sending=found.get("sending", 0),
            held=held,
            refused=found.get("refused", 0),
            uncertain=found.get("uncertain", 0),
            done=found.get("done", 0),
            oldest_at=at,
        )

    def waiting(self) -> int:
        """Tasks that are not ended."""
        ask = "SELECT count(*) FROM task WHERE state IN ('due', 'sending')"
        return int(self._read(ask, ()).fetchone()[0])

    def clean_spool(self) -> int:
        """Remove spooled files of which no row tells: never acknowledged, or gone since."""
        gone = 0
        for path in self.spool.glob("*.eml"):
            if not path.stem.isdecimal() or not self._has_content(int(path.stem)):
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def passwords(self, mailbox: str | None = None) -> list[Password]:
        """All, or those of one mailbox."""
        where = "" if mailbox is None else " WHERE mailbox = ?"
        values = () if mailbox is None else (mailbox[:320],)
        columns = "mailbox, label, salt, digest, senders, after_ses, created_at, last_used_at"
        ask = f"SELECT {columns}, last_used_from FROM password{where} ORDER BY mailbox, label"  # noqa: S608  our own names
        return [_password(row) for row in self._read(ask, values)]

    # Inside ----------------------------------------------------------------

    def _has_content(self, mail_id: int) -> bool:
        return (
            self._read("SELECT 1 FROM content WHERE mail = ?", (mail_id,)).fetchone() is not None
        )

    def _spooled(self, mail_id: int) -> Path:
        return self.spool / f"{mail_id:019}.eml"

    def _read(self, ask: str, values: Sequence[object]) -> sqlite3.Cursor:
        try:
            return self._connection().execute(ask, values)
        except sqlite3.Error as error:
            msg = f"the queue in {self.folder} cannot be read: {error}"
            raise CouldNotLook(msg) from error

    def _connection(self) -> Connection:
        """The present thread's own."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self.folder)
            self._local.connection = connection
            with self._guard:
                self._reads.append(connection)
        return connection

    def _largest_id(self) -> int:
        row = self._read("SELECT max(id) FROM mail", ()).fetchone()
        return int(row[0] or 0)


def open_store(folder: Path, *, owner: bool = False) -> Store:
    """The store in *folder*, made where there is none.

    Raises:
        BadStore: The folder cannot be used.
        InUse: *owner*, and another relay works there.
    """
    return Store(folder, owner=owner)


def _locked(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        msg = f"the folder {folder} cannot hold the queue: {error.strerror}"
        raise BadStore(msg) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        msg = f"another relay works on {folder}; stop it, or name another folder"
        raise InUse(msg) from error
    return handle


def _make(folder: Path) -> None:
    try:
        (folder / SPOOL).mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / FILE
        if not file.exists():
            file.touch(0o600)
        connection = connect(folder)
    except (OSError, sqlite3.Error) as error:
        msg = f"the folder {folder} cannot hold the queue: {error}"
        raise BadStore(msg) from error
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            msg = (
                f"the queue in {folder} is of a later release ({version}); this one reads {SCHEMA}"
            )
            raise BadStore(msg)
        if version < SCHEMA:
            connection.execute("BEGIN IMMEDIATE")
            if not connection.execute("PRAGMA user_version").fetchone()[0]:
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA}")
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        msg = f"{folder / FILE} is no queue of ours: {error}"
        raise BadStore(msg) from error
    finally:
        connection.close()


def connect(folder: Path) -> Connection:
    """A connection that syncs at each commit; usable from any one thread at a time."""
    connection = sqlite3.connect(
        folder / FILE, isolation_level=None, check_same_thread=False,
        timeout=_BUSY_MILLISECONDS / 1000,
    )  # fmt: skip
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    return connection


def rolled_back(connection: Connection) -> None:
    """Undo what was begun, if anything was."""
    with contextlib.suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# Rows ------------------------------------------------------------------------------


def add_mail(
    connection: Connection,
    mail: Mail,
    items: Sequence[Item],
    content: bytes | None,
    *,
    waited: bool = False,
) -> None:
    """A new mail with its tasks; *content* is None where it lies in the spool.

    With *waited* its client waits for SES's answer, and keeps the mail itself until then.
    """
    connection.execute(
        f"INSERT INTO mail ({_MAIL}, waited) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608  our own names
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
    connection.executemany(
        f"INSERT OR REPLACE INTO task ({_TASK}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608  our own names
        map(_row, items),
    )


def change_items(connection: Connection, changes: Iterable[tuple[Item, Item]]) -> int:
    """Write the second of each pair over the first, if that is as it was read; gives how many.

    For verbs of the command line: the relay may have begun or sent it meanwhile.
    """
    count = 0
    for old, new in changes:
        _, _, _, state, due_at, unanswered, _, _, _, hold, _, _ = _row(new)
        count += connection.execute(
            "UPDATE task SET state = ?, due_at = ?, unanswered = ?, hold = ?"
            " WHERE mail = ? AND name = ? AND state = ? AND attempts = ?",
            (state, due_at, unanswered, hold, *old.key, str(old.task.state), old.attempts),
        ).rowcount
    return count


def replace_item(connection: Connection, old: Item, new: Sequence[Item]) -> bool:
    """*new* in the place of *old*; False if somebody has dropped the mail meanwhile.

    Where every task of the mail is done, its content goes.
    """
    found = connection.execute("SELECT 1 FROM mail WHERE id = ?", (old.mail.id,)).fetchone()
    if found is None:
        return False
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


def begin_item(connection: Connection, item: Item, begun: Item) -> bool:
    """Write down that *item* is about to be handed to SES; False if it is not due any more.

    The owner may have dropped or held it since it was read.
    """
    changed = connection.execute(
        "UPDATE task SET state = ?, attempts = ?, at = ? WHERE mail = ? AND name = ?"
        " AND state = 'due' AND hold IS NOT ?",
        (
            str(begun.task.state), begun.attempts, begun.task.at, *item.key, str(Hold.BY_OWNER),
        ),
    )  # fmt: skip
    return changed.rowcount > 0


def drop_mail(connection: Connection, mail_id: int) -> bool:
    """Forget a mail altogether."""
    connection.execute("DELETE FROM task WHERE mail = ?", (mail_id,))
    connection.execute("DELETE FROM content WHERE mail = ?", (mail_id,))
    return connection.execute("DELETE FROM mail WHERE id = ?", (mail_id,)).rowcount > 0


def keep_waited(connection: Connection, mail_id: int) -> None:
    """The client has its 250: from now on the mail is ours to keep."""
    connection.execute("UPDATE mail SET waited = 0 WHERE id = ?", (mail_id,))


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
    """What waited for the account is due again."""
    count = 0
    for hold in holds:
        count += connection.execute(
            "UPDATE task SET due_at = ?, hold = NULL WHERE state = 'due' AND hold = ?",
            (now.timestamp(), str(hold)),
        ).rowcount
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


def _row(item: Item) -> tuple[object, ...]:
    task = item.task
    about = [[one.recipient, sorted(one.notify), one.orcpt] for one in item.about]
    return (
        item.mail.id, task.name, item.mail.who, str(task.state),
        min(item.due_at.timestamp(), _NEVER), task.unanswered, item.attempts, task.answer,
        task.at, str(item.hold) if item.hold else None,
        item.told_at.timestamp() if item.told_at else None, json.dumps(about),
    )  # fmt: skip


def _item(row: Sequence[Any]) -> Item:
    mail = Mail._make((row[0], _moment(row[1]), *row[2:11], bool(row[11])))
    _, name, _, state, due_at, unanswered, attempts, answer, at, hold, told_at, about = row[12:]
    read = tuple(About(r, frozenset(notify), orcpt) for r, notify, orcpt in json.loads(about))
    task = Task(
        name, SUBMIT, "accepted", forward_paths=tuple(one.recipient for one in read),
        state=State(state), unanswered=unanswered, answer=answer, at=at,
    )  # fmt: skip
    return Item(
        mail, task, read, _moment(due_at), attempts, Hold(hold) if hold else None,
        _moment(told_at) if told_at else None,
    )  # fmt: skip


def _password(row: Sequence[Any]) -> Password:
    used = _moment(row[7]) if row[7] else None
    return Password(
        Address(row[0]), row[1], row[2], row[3], tuple(json.loads(row[4])), bool(row[5]),
        _moment(row[6]), used, row[8],
    )  # fmt: skip


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
