"""The folder of a queue: locked by one relay, looked at and changed by the owner's verbs.

A file lock keeps a second relay away from the same folder.  Verbs of the command line use the
same file at the same time (`QueueAdmin`): they change rows only.
"""

import contextlib
import fcntl
import os
import sqlite3
import threading

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from sendas.errors import CouldNotLook
from sendas.relay.decide.passwords import Password
from sendas.relay.decide.queued import Item
from sendas.relay.mail_queue import BadQueue, Counts, InUse, NotWritten
from sendas.relay.on_disk import rows
from sendas.relay.on_disk.schema import Connection, connect, make, rolled_back
from sendas.relay.on_disk.spool import Spool


LOCK, RETRY = "relay.lock", "retry"

T = TypeVar("T")


class Folder:
    """The queue of one folder.  *owner* is the relay itself, which alone may work on it."""

    def __init__(self, path: Path, *, owner: bool = False) -> None:
        self.path = path
        self.spool = Spool(path)
        self._lock = _locked(path) if owner else None
        try:
            self.spool.make()
        except OSError as error:
            msg = f"the folder {path} cannot hold the queue: {error}"
            raise BadQueue(msg) from error
        make(path)
        self._local = threading.local()
        self._ours: list[_Ours] = []
        self._guard = threading.Lock()
        self._closed = False

    def close(self) -> None:
        """Close every connection once its thread has its answer, and let another relay in."""
        with self._guard:
            self._closed = True
            for one in self._ours:
                with one.in_use:
                    one.connection.close()
            self._ours.clear()
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
        try:
            one = self._mine()
            with one.in_use, _transaction(one.connection):
                return work(one.connection)
        except sqlite3.Error as error:
            raise not_written(self.path, error) from error

    def change(self, changes: Sequence[tuple[Item, Item]]) -> int:
        """Write the second of each pair over the first, if that is as it was read; how many."""
        return self.write(partial(rows.change_items, changes=changes))

    def drop(self, mail_id: int) -> bool:
        """Forget a mail altogether; False if there is none."""
        gone = self.write(partial(rows.drop_mail, mail_id=mail_id))
        self.spool.drop(mail_id)
        return gone

    def add_password(self, one: Password) -> bool:
        """Keep a new password; False if there is one of that name."""
        return self.write(partial(rows.put_password, one=one))

    def remove_password(self, mailbox: str, label: str) -> bool:
        """Revoke one; False if there is none."""
        return self.write(partial(rows.remove_password, mailbox=mailbox, label=label))

    def ask_for_retry(self) -> None:
        """Let the relay try what it holds, now."""
        with contextlib.suppress(OSError):
            (self.path / RETRY).touch(0o600)

    # Reading ---------------------------------------------------------------

    def retry_asked(self) -> float:
        """When somebody last asked for it; 0 if nobody has."""
        try:
            return (self.path / RETRY).stat().st_mtime
        except OSError:
            return 0.0

    def content(self, mail_id: int) -> bytes | None:
        """The whole mail; None once it is gone.

        Raises:
            CouldNotLook: It is there, perhaps, and cannot be read.
        """
        for (content,) in self.read("SELECT content FROM content WHERE mail = ?", (mail_id,)):
            return self.spool.read(mail_id) if content is None else bytes(content)
        return None

    def has_content(self, mail_id: int) -> bool:
        """Whether a row tells of the mail's content."""
        return bool(self.read("SELECT 1 FROM content WHERE mail = ?", (mail_id,)))

    def items(self, where: str, values: Sequence[object] = ()) -> list[Item]:
        """Items by a condition on ``t`` (task) and ``m`` (mail)."""
        return [rows.item_of(row) for row in self.read(rows.SELECT_ITEMS + where, values)]

    def listed(self, most: int, *, ended: bool = False) -> list[Item]:
        """The tasks, the oldest mail's first: what waits or needs the owner; with *ended* all."""
        states = "1" if ended else "t.state IN ('due', 'sending', 'refused', 'uncertain')"
        return self.items(f"{states} ORDER BY m.id, t.name LIMIT ?", (most,))

    def of_mail(self, mail_id: int) -> list[Item]:
        """The tasks of one mail, by name."""
        return self.items("m.id = ? ORDER BY t.name", (mail_id,))

    def counts(self) -> Counts:
        """How much of what; a scan of the index."""
        found = dict(self.read("SELECT state, count(*) FROM task GROUP BY state"))
        held = self._value("SELECT count(*) FROM task WHERE state = 'due' AND hold IS NOT NULL")
        oldest = self._value(
            "SELECT accepted_at FROM mail WHERE id ="
            " (SELECT min(mail) FROM task WHERE state IN ('due', 'sending'))"
        )
        return Counts(
            due=found.get("due", 0) - held,
            sending=found.get("sending", 0),
            held=held,
            refused=found.get("refused", 0),
            uncertain=found.get("uncertain", 0),
            done=found.get("done", 0),
            oldest_at=None if oldest is None else rows.moment(oldest),
        )

    def waiting(self) -> int:
        """Tasks that are not ended."""
        return int(self._value("SELECT count(*) FROM task WHERE state IN ('due', 'sending')"))

    def largest_id(self) -> int:
        """Of the mails that are there."""
        return int(self._value("SELECT max(id) FROM mail") or 0)

    def next_sender(self, after: str) -> str | None:
        """The first of those with something due or held whose name is after *after*."""
        found = self._value("SELECT min(who) FROM task WHERE state = 'due' AND who > ?", (after,))
        return None if found is None else str(found)

    def passwords(self, mailbox: str | None = None) -> list[Password]:
        """All, or those of one mailbox."""
        where = "" if mailbox is None else " WHERE mailbox = ?"
        values = () if mailbox is None else (mailbox[:320],)
        ask = f"{rows.SELECT_PASSWORDS}{where} ORDER BY mailbox, label"
        return [rows.password_of(row) for row in self.read(ask, values)]

    def read(self, ask: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows that SQLite finds, over the present thread's own connection.

        Raises:
            CouldNotLook: The file cannot be read.
        """
        try:
            one = self._mine()
            with one.in_use:
                return one.connection.execute(ask, values).fetchall()
        except sqlite3.Error as error:
            msg = f"the queue in {self.path} cannot be read: {error}"
            raise CouldNotLook(msg) from error

    def _value(self, ask: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401  a column's
        """The first column of the first row; None if there is no row."""
        return next((row[0] for row in self.read(ask, values)), None)

    def _mine(self) -> "_Ours":
        one: _Ours | None = getattr(self._local, "one", None)
        if one is None:
            with self._guard:
                if self._closed:
                    msg = "the folder is closed"
                    raise sqlite3.ProgrammingError(msg)
                one = self._local.one = _Ours(connect(self.path), threading.Lock())
                self._ours.append(one)
        return one


@contextlib.contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    """On disk at the end, or nothing of it."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        rolled_back(connection)
        raise


class _Ours(NamedTuple):
    """The connection of one thread; closed while that thread is inside, it crashes the process."""

    connection: Connection
    in_use: threading.Lock


def not_written(path: Path, error: BaseException) -> NotWritten:
    """What is raised for SQLite's *error*."""
    return NotWritten(f"the queue in {path} cannot be written to: {error}")


def _locked(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        msg = f"the folder {folder} cannot hold the queue: {error.strerror}"
        raise BadQueue(msg) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        msg = f"another relay works on {folder}; stop it, or name another folder"
        raise InUse(msg) from error
    return handle
