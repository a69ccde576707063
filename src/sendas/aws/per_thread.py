"""A client for each thread, made again when the key is renewed."""

import threading

from collections.abc import Callable
from typing import Generic, TypeVar

from sendas.aws.calls import Calls
from sendas.aws.signer import AwsKey


C = TypeVar("C", bound=Calls)


class PerThread(Generic[C]):
    """*key* is asked before each call; *make* makes a client of it, kept while it is the same."""

    def __init__(self, key: Callable[[], AwsKey], make: Callable[[AwsKey], C]) -> None:
        self._key, self._make = key, make
        self._threads = threading.local()

    def client(self) -> C:
        """The present thread's."""
        key = self._key()
        kept: tuple[AwsKey, C] | None = getattr(self._threads, "kept", None)
        if kept is None or kept[0] != key:
            if kept is not None:
                kept[1].close()
            kept = (key, self._make(key))
            self._threads.kept = kept
        return kept[1]

    def close(self) -> None:
        """Hang up what the present thread keeps open."""
        kept: tuple[AwsKey, C] | None = getattr(self._threads, "kept", None)
        if kept is not None:
            kept[1].close()
            del self._threads.kept
