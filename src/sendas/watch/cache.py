"""The history on the owner's machine: a SQLite file, filled from the bucket, never the truth.

It may be deleted at any time.  An object that was read is remembered by its key
and size: a day's parts become one object later, and the lines in it are known.
"""

import re
import sqlite3
import zlib

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Self

from sendas.errors import UsageError
from sendas.history import questions
from sendas.history.line import Line, MalformedLine, read_line
from sendas.history.outcome import Outcome
from sendas.history.rates import WINDOW, Alike, Rates, Reputation, rates
from sendas.history.sighting import Sighting


_COLUMNS = tuple(field.name for field in fields(Line))
_ROW = attrgetter(*_COLUMNS)
_TABLES = f"""
CREATE TABLE IF NOT EXISTS line (
    {", ".join(f"{c} TEXT NOT NULL" for c in _COLUMNS)}, PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS line_mail ON line (mail);
CREATE INDEX IF NOT EXISTS line_recipient ON line (recipient COLLATE NOCASE, sent_at);
CREATE INDEX IF NOT EXISTS line_sender ON line (sender COLLATE NOCASE, sent_at);
CREATE INDEX IF NOT EXISTS line_message_id ON line (message_id);
CREATE INDEX IF NOT EXISTS line_received ON line (received) WHERE received != '';
CREATE INDEX IF NOT EXISTS line_sent_at ON line (sent_at);
CREATE TABLE IF NOT EXISTS object (
    key TEXT PRIMARY KEY, size INTEGER NOT NULL, strange INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS delivery (
    mail TEXT NOT NULL, recipient TEXT NOT NULL, domain TEXT, sent_at TEXT NOT NULL, sender TEXT,
    stream TEXT, credential TEXT, outcome TEXT NOT NULL, hard INTEGER NOT NULL,
    spam INTEGER NOT NULL, PRIMARY KEY (mail, recipient)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS delivery_sent_at ON delivery (sent_at, mail, recipient);
CREATE TEMP TABLE IF NOT EXISTS touched (mail TEXT PRIMARY KEY) WITHOUT ROWID;
"""
# `fate` is what earlier releases called `delivery`.
_DROP = "".join(f"DROP TABLE IF EXISTS {name};" for name in ("line", "object", "delivery", "fate"))
_DELIVERIES = "SELECT * FROM delivery"
_TOUCHED = "mail IN (SELECT mail FROM touched)"
_PAGES_KIB = 64 * 1024


class UnusableCache(UsageError):
    """The file cannot be used as a cache; it may be deleted, nothing is lost."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: every part that is given must hold.  Times are ISO 8601, UTC.

    *wanted* is an address, one of SES's message ids, or a Message-ID.
    """

    wanted: str = ""
    since: str = ""
    until: str = ""


class Cache:
    """One domain's history in one file, which its owner alone can read: addresses are in it.

    *of* says whose history it is.  What the file holds of another's is dropped, as another
    release's is: every lab has the same account and buckets of the same names.
    """

    def __init__(self, path: Path | str, of: str = "") -> None:
        # Another one for other columns, too: nobody can forget to raise it.  SQLite keeps it as a
        # signed number of 32 bits.
        current = zlib.crc32(f"{_TABLES}{of}".encode()) >> 1
        try:
            _make_private(Path(path))
            self._db = sqlite3.connect(path, isolation_level=None)
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version not in {0, current}:  # filled again
                self._db.executescript(_DROP)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute(f"PRAGMA cache_size = -{_PAGES_KIB}")
            self._db.executescript(f"{_TABLES}PRAGMA user_version = {current};")
            # Trino's name; for SQLite a domain is what stands behind the last at sign.
            self._db.create_function("regexp_extract", 2, _matched, deterministic=True)
        except (sqlite3.Error, OSError) as error:
            msg = f"{path} cannot be used as a cache ({error}): delete it, or name another folder"
            raise UnusableCache(msg) from error

    def __enter__(self) -> Self:
        """Open till the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._db.close()

    def known(self) -> dict[str, int]:
        """The objects that were read, with their sizes."""
        return dict(self._db.execute("SELECT key, size FROM object"))

    def strange(self, keys: Iterable[str]) -> int:
        """How many lines of these objects could not be read, whenever that was."""
        counts = dict(self._db.execute("SELECT key, strange FROM object WHERE strange != 0"))
        return sum(counts.get(key, 0) for key in keys) if counts else 0

    def take(self, key: str, content: bytes) -> int:
        """Add an object's lines; gives how many cannot be read.  All of it, or nothing."""
        lines, strange = [], 0
        for raw in content.splitlines():
            try:
                lines.append(read_line(raw))
            except MalformedLine:
                strange += 1
        self.add(lines, key, len(content), strange)
        return strange

    def add(self, lines: Iterable[Line], key: str, size: int, strange: int = 0) -> None:
        """The same for lines that were read."""
        marks = ", ".join("?" * len(_COLUMNS))
        lines = list(lines)
        with self._db:
            self._db.execute("BEGIN")
            self._db.executemany(
                f"INSERT OR IGNORE INTO line VALUES ({marks})",  # noqa: S608  our own columns
                map(_ROW, lines),
            )
            self._db.execute("DELETE FROM touched")
            self._db.executemany(
                "INSERT OR IGNORE INTO touched VALUES (?)", {(one.mail,) for one in lines}
            )
            self._db.execute(f"INSERT OR REPLACE INTO delivery {questions.deliveries(_TOUCHED)}")
            self._db.execute(
                "INSERT OR REPLACE INTO object VALUES (?, ?, ?)", (key, size, strange)
            )

    def forget(self, keys: Iterable[str]) -> None:
        """These objects are no more in the bucket; their lines stay until their day ends there."""
        with self._db:
            self._db.executemany("DELETE FROM object WHERE key = ?", ((key,) for key in keys))

    def drop_before(self, stamp: str) -> None:
        """Drop what was sent before *stamp*; its objects stay known while the bucket has them."""
        with self._db:
            self._db.execute("DELETE FROM line WHERE sent_at < ?", (stamp,))
            self._db.execute("DELETE FROM delivery WHERE sent_at < ?", (stamp,))

    def lines(self, question: Question) -> Iterator[Line]:
        """Every line about each mail that the question is about, ordered by time."""
        where, values = _where(question)
        about = f"SELECT DISTINCT mail, recipient FROM line WHERE {where}"  # noqa: S608  our own text
        columns = ", ".join(f"line.{name}" for name in _COLUMNS)
        text = (
            f"SELECT {columns} FROM line JOIN ({about}) AS about"  # noqa: S608  the same
            " ON line.mail = about.mail AND line.recipient = about.recipient ORDER BY line.at"
        )
        with closing(self._db.execute(text, values)) as found:
            for row in found:
                yield Line(*row)

    def rates(self, own: Collection[str], *, since: str = "", window: int = WINDOW) -> Rates:
        """Rates of what was sent since then; the reputation of the newest *window* mails of all.

        *own* are the account's own domains: mail to them counts neither way.
        """
        text = questions.tallies(_DELIVERIES)
        with closing(self._db.execute(text, [since])) as found:
            alike = [
                Alike(stream, domain or "", credential, Outcome(outcome), hard, spam, mails)
                for stream, domain, credential, outcome, hard, spam, mails in found
            ]
        text = questions.newest(_DELIVERIES, len(own))
        sent, hard, complained, begin = self._db.execute(text, [*own, window]).fetchone()
        return rates(alike, Reputation(sent, hard, complained, begin, full=sent >= window))

    def sightings(self, since: str = "") -> list[Sighting]:
        """What each credential was seen to send since, alike mails as one, oldest first."""
        columns = ", ".join(_COLUMNS)
        # SQLite: beside MIN() and MAX(), bare columns are those of one of the rows.
        text = (
            f"SELECT MIN(sent_at), COUNT(DISTINCT mail), MAX(sent_at), {columns} FROM line"  # noqa: S608  our own text
            " WHERE credential != '' AND sent_at >= ?"
            " GROUP BY credential, source_ip, user_agent, operation, stream, sender,"
            " message_id LIKE '%@mail.gmail.com>',"
            # One-time addresses, each by itself: who was asked to write there alone.
            " CASE WHEN recipient LIKE '%+sendas-%' THEN recipient END ORDER BY 1"
        )
        with closing(self._db.execute(text, [since])) as found:
            return [Sighting(first, last, mails, Line(*row)) for first, mails, last, *row in found]

    def newest(self) -> str:
        """When the newest mail that is known was sent; empty if none is."""
        (found,) = self._db.execute("SELECT MAX(sent_at) FROM line").fetchone()
        return found or ""


def _matched(text: str, pattern: str) -> str | None:
    found = re.search(pattern, text)
    return found and found[0]


def _make_private(path: Path) -> None:
    """An empty file of mode 0600 where none is; SQLite's own files beside it take its mode."""
    if str(path) == ":memory:":
        return
    path.touch(0o600)
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _where(question: Question) -> tuple[str, list[str]]:
    parts, values = [], []
    wanted = question.wanted
    if "@" in wanted and not wanted.startswith("<"):
        parts.append(
            "(recipient = ? COLLATE NOCASE OR sender = ? COLLATE NOCASE OR message_id = ?)"
        )
        values += [wanted, wanted, f"<{wanted}>"]
    elif wanted.startswith("<"):
        # SES writes its own id into the mail: <id@email.amazonses.com>.
        parts.append("(message_id = ? OR mail = ?)")
        values += [wanted, wanted[1:].partition("@")[0]]
    elif wanted:
        # The index of received leaves out what is empty: said, so that SQLite takes it.
        parts.append("(mail = ? OR (received = ? AND received != ''))")
        values += [wanted, wanted]
    if question.since:
        parts.append("sent_at >= ?")
        values.append(question.since)
    if question.until:
        parts.append("sent_at < ?")
        values.append(question.until)
    return " AND ".join(parts) or "1", values
