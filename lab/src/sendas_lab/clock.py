"""Time in the lab: the machine's, moved by as much as a scenario wants."""

import threading

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that can be moved forwards and back; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shift = timedelta()

    def now(self) -> datetime:
        """The lab's present, in UTC."""
        with self._lock:
            return datetime.now(UTC) + self._shift  # noqa: TID251  the lab is where time comes from

    @property
    def shift(self) -> timedelta:
        """How far the lab is ahead of the machine."""
        with self._lock:
            return self._shift

    def move(self, by: timedelta) -> None:
        """Let *by* pass at once; a negative *by* goes back."""
        with self._lock:
            self._shift += by

    def reset(self) -> None:
        """Back to the machine's time."""
        with self._lock:
            self._shift = timedelta()
