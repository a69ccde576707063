"""Contents too large for a row: a file each, synced before the row that names it is written."""

import contextlib
import os
import time

from collections.abc import Callable, Iterable
from pathlib import Path

from sendas.errors import CouldNotLook
from sendas.relay.mail_queue import NotWritten


FOLDER = "spool"
ABOVE = 131_072
"""Bytes: below, a row is quicker than a file (sqlite.org, "35% Faster Than The Filesystem")."""


class Spool:
    """The files of one queue, named by the mail's id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER

    def make(self) -> None:
        """The folder.  Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def write(self, mail_id: int, pieces: Iterable[bytes | memoryview]) -> None:
        """Put a content into its file, synced.

        Raises:
            NotWritten: The disk is full or broken; no file is left.
        """
        path = self._path(mail_id)
        try:
            with path.open("wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            _sync(self.folder)
        except OSError as error:
            self.drop(mail_id)
            msg = f"the spool cannot be written to: {error.strerror}"
            raise NotWritten(msg) from error

    def read(self, mail_id: int) -> bytes | None:
        """The content; None where there is no file.

        Raises:
            CouldNotLook: It is there, and cannot be read.
        """
        try:
            return self._path(mail_id).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            msg = f"the spool cannot be read: {error.strerror}"
            raise CouldNotLook(msg) from error

    def drop(self, mail_id: int) -> None:
        """Remove a file, if there is one; what cannot be removed is cleaned away later."""
        with contextlib.suppress(OSError):
            self._path(mail_id).unlink()

    def clean(self, is_kept: Callable[[int], bool], older_seconds: float = 0.0) -> int:
        """Remove files of which no row tells; gives how many.

        A file is there before its row: while mail is taken, only older ones are looked at.
        """
        gone = 0
        for path in self.folder.glob("*.eml"):
            with contextlib.suppress(OSError):
                age = time.time() - path.stat().st_mtime  # noqa: TID251  of a file
                ours = path.stem.isdecimal() and (age < older_seconds or is_kept(int(path.stem)))
                if not ours:
                    path.unlink()
                    gone += 1
        return gone

    def _path(self, mail_id: int) -> Path:
        return self.folder / f"{mail_id:019}.eml"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
