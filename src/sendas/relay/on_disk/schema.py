"""The file of a queue: its tables, how it is made and migrated, and connections to it.

Nobody hears that something is done before its transaction is committed, which with WAL and
synchronous=FULL ends with an fsync of the log (sqlite.org, "Write-Ahead Logging", "PRAGMA
synchronous").
"""

import contextlib
import sqlite3

from pathlib import Path
from typing import TypeAlias

from sendas.relay.mail_queue import BadQueue


FILE = "relay.sqlite3"
SCHEMA = 2
_BUSY_MILLISECONDS = 10_000

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
_STEPS = {1: _TABLES, 2: "ALTER TABLE task ADD COLUMN since REAL"}
"""What makes each schema of the one before."""

Connection: TypeAlias = sqlite3.Connection


def make(folder: Path) -> None:
    """The file in *folder*, made or brought to the present schema.

    Raises:
        BadQueue: The folder cannot be used, or its file is of a later release or none of ours.
    """
    try:
        file = folder / FILE
        if not file.exists():
            file.touch(0o600)
        connection = connect(folder)
    except (OSError, sqlite3.Error) as error:
        msg = f"the folder {folder} cannot hold the queue: {error}"
        raise BadQueue(msg) from error
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            msg = (
                f"the queue in {folder} is of a later release ({version}); this one reads {SCHEMA}"
            )
            raise BadQueue(msg)
        if version < SCHEMA:
            _migrate(connection)
    except sqlite3.Error as error:
        msg = f"{folder / FILE} is no queue of ours: {error}"
        raise BadQueue(msg) from error
    finally:
        connection.close()


def _migrate(connection: Connection) -> None:
    """All steps in one transaction; another process may have done them meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    for step in range(version + 1, SCHEMA + 1):
        for statement in _STEPS[step].split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA}")
    connection.execute("COMMIT")


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
