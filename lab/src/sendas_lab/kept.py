"""Bytes on disk instead of in memory: mails, objects and notices of all labs of the process.

One file without a name, written at its end only; what nobody holds any more is given
back when nothing is held at all, as after a lab's end.
"""

import os
import tempfile
import threading


class _File:
    """The one file; positions in bytes."""

    def __init__(self) -> None:
        # Objects may be collected in any thread at any moment, in one that holds the lock too.
        self._lock = threading.RLock()
        self._file = tempfile.TemporaryFile(prefix="sendas-lab-kept-")  # noqa: SIM115  open as long as the process
        self._end = 0
        self._held = 0

    def put(self, content: bytes) -> int:
        """Where it is."""
        with self._lock:
            place = self._end
            self._end += len(content)
            self._held += 1
            left = memoryview(content)
            while left:
                left = left[os.pwrite(self._file.fileno(), left, self._end - len(left)) :]
            return place

    def get(self, place: int, size: int) -> bytes:
        found = bytearray()
        while len(found) < size:
            more = os.pread(self._file.fileno(), size - len(found), place + len(found))
            if not more:
                msg = "the lab's file of kept bytes was cut off"
                raise OSError(msg)
            found += more
        return bytes(found)

    def let_go(self) -> None:
        with self._lock:
            self._held -= 1
            if not self._held:
                self._end = 0
                self._file.truncate(0)


_file: _File | None = None
_opening = threading.Lock()


def _the_file() -> _File:
    global _file  # noqa: PLW0603  one for the process
    with _opening:
        if _file is None:
            _file = _File()
        return _file


class Kept:
    """Bytes that are on disk as long as this is held."""

    __slots__ = ("_file", "_place", "size")

    def __init__(self, content: bytes) -> None:
        self.size = len(content)
        self._file = _the_file()
        self._place = self._file.put(content)

    def __bytes__(self) -> bytes:
        """The bytes, read anew each time."""
        return self._file.get(self._place, self.size)

    def __eq__(self, other: object) -> bool:
        """Whether the bytes are the same."""
        return isinstance(other, Kept) and bytes(self) == bytes(other)

    def __hash__(self) -> int:
        """By the bytes."""
        return hash(bytes(self))

    def __del__(self) -> None:
        """Let go."""
        self._file.let_go()


class KeptBuffer:
    """As much of a binary file as moto's S3 asks of one: written whole, read again and again."""

    def __init__(self, *_: object, **__: object) -> None:
        self._kept: Kept | None = None
        self._place = 0
        self._closed = False

    def seek(self, place: int) -> None:
        """Read or write from there."""
        self._place = place

    def truncate(self) -> None:
        """Drop what is after the place."""
        self._replace(self._all()[: self._place])

    def write(self, content: bytes) -> None:
        """Put it at the place."""
        before = self._all()
        end = self._place + len(content)
        self._replace(before[: self._place] + content + before[end:])
        self._place = end

    def read(self, size: int = -1) -> bytes:
        """From the place on."""
        held = self._all()
        found = held[self._place :] if size < 0 else held[self._place : self._place + size]
        self._place += len(found)
        return found

    def close(self) -> None:
        """Give the bytes up."""
        self._kept, self._closed = None, True

    def _all(self) -> bytes:
        if self._closed:
            msg = "I/O operation on closed file"  # as a file says it, and moto expects
            raise ValueError(msg)
        return bytes(self._kept) if self._kept else b""

    def _replace(self, content: bytes) -> None:
        self._kept = Kept(bytes(content)) if content else None
