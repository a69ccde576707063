"""Which relays live: each gives a sign of life in S3, compared by S3's own clock."""

import secrets

from datetime import datetime

from sendas.aws.refusals import AwsFailure
from sendas.aws.shared_queue import Shared
from sendas.errors import CouldNotLook
from sendas.relay.shared.store import not_read, not_written


RELAY = "relay/"
_MOST = 1000
_FORGOTTEN_SECONDS = 86_400.0


class Presence:
    """One relay's sign of life, and what it sees of the others'.  From one thread at a time."""

    def __init__(self, place: Shared, silent_seconds: float) -> None:
        self.name = secrets.token_hex(8)
        self._place, self._silent_seconds = place, silent_seconds
        self.alive = frozenset({self.name})
        """Who was heard of lately, this one among them."""

    def beat(self) -> None:
        """Give a sign of life.  Raises NotWritten."""
        try:
            self._place.write(RELAY + self.name, b"{}")
        except AwsFailure as error:
            raise not_written(error) from error

    def look(self) -> None:
        """See who lives; what has long been silent is tidied away.

        Raises:
            CouldNotLook: S3 does not tell: nobody is taken for dead.
        """
        try:
            listed = self._place.listing(RELAY, most=_MOST)
            seen = {
                one.key.removeprefix(RELAY): datetime.fromisoformat(one.modified) for one in listed
            }
            now = seen.get(self.name)
            if now is None:
                msg = "this relay's own sign of life is not there"
                raise CouldNotLook(msg)
            silent = {name: (now - at).total_seconds() for name, at in seen.items()}
            for name, seconds in silent.items():
                if seconds > max(_FORGOTTEN_SECONDS, self._silent_seconds):
                    self._place.remove(RELAY + name)
        except AwsFailure as error:
            raise not_read(error) from error
        self.alive = frozenset(
            name for name, seconds in silent.items()
            if seconds <= self._silent_seconds or name == self.name
        )  # fmt: skip

    def end(self) -> None:
        """No sign any more: what is in hand here is anybody's."""
        try:
            self._place.remove(RELAY + self.name)
        except AwsFailure as error:
            raise not_written(error) from error
