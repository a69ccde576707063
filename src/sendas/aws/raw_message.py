"""The JSON of SES v2 SendEmail with a raw message, made while it is sent.

A mail of 25 MB is 34 MB of base64 inside JSON.  Written out it would be held
twice or thrice; here it is read piece by piece out of the bytes there are, once
for the signature's digest and once for the wire.

Source: SES API v2 reference, SendEmail; FACTS 21, row 11 (the envelope is given
in v2's own words, not as v1's Source).
"""

import binascii
import io
import json

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias


Octets: TypeAlias = bytes | bytearray | memoryview

_PIECE = 3 << 18
"""Of three bytes each, so that base64 pieces join."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom; *feedback_address* and *configuration_set* may be empty."""

    from_address: str
    target: str
    feedback_address: str = ""
    configuration_set: str = ""

    def as_call(self) -> dict[str, object]:
        """The parameters of SendEmail but for the content."""
        call: dict[str, object] = {
            "FromEmailAddress": self.from_address,
            "Destination": {"ToAddresses": [self.target]},
        }
        if self.feedback_address:
            call["FeedbackForwardingEmailAddress"] = self.feedback_address
        if self.configuration_set:
            call["ConfigurationSetName"] = self.configuration_set
        return call


class Parameters(Protocol):
    """Whatever says who sends to whom."""

    def as_call(self) -> dict[str, object]:
        """The parameters of SendEmail but for the content."""


class RawMessageBody:
    """A file to read once, and once again after ``seek(0)``: the whole JSON of the call."""

    def __init__(self, envelope: Parameters, parts: Sequence[Octets]) -> None:
        call = envelope.as_call() | {"Content": {"Raw": {"Data": ""}}}
        # Data comes last, so that the base64 stands between two fixed texts.
        text = json.dumps(call, separators=(",", ":")).encode("ascii")
        self._before, self._after = text[:-4], text[-4:]
        self._parts = tuple(memoryview(part).cast("B") for part in parts)
        self._size = sum(part.nbytes for part in self._parts)
        self._pieces = self._make()
        self._rest: Octets = b""
        self._position = 0

    def __len__(self) -> int:
        """Bytes of the JSON."""
        return len(self._before) + 4 * -(-self._size // 3) + len(self._after)

    def tell(self) -> int:
        """How much has been read."""
        return self._position

    def seek(self, position: int, whence: int = io.SEEK_SET, /) -> int:
        """To the start, the only place it goes.

        Raises:
            ValueError: Anywhere else.
        """
        if position or whence != io.SEEK_SET:
            msg = "only to the start"
            raise ValueError(msg)
        self._pieces, self._rest, self._position = self._make(), b"", 0
        return 0

    def read(self, size: int = -1, /) -> bytes:
        """The next *size* bytes or fewer, at least one; none at the end; all if negative."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_PIECE), b""))
        if not self._rest:
            self._rest = next(self._pieces, b"")
        taken, self._rest = self._rest[:size], self._rest[size:]
        self._position += len(taken)
        return bytes(taken)

    def _make(self) -> Iterator[bytes]:
        yield self._before
        held = b""
        for part in self._parts:
            start = 0
            if held:
                start = min(-len(held) % 3, part.nbytes)
                held += bytes(part[:start])
                if len(held) % 3:
                    continue
                yield binascii.b2a_base64(held, newline=False)
                held = b""
            end = part.nbytes - (part.nbytes - start) % 3
            for at in range(start, end, _PIECE):
                yield binascii.b2a_base64(part[at : min(at + _PIECE, end)], newline=False)
            held = bytes(part[end:])
        if held:
            yield binascii.b2a_base64(held, newline=False)
        yield self._after
