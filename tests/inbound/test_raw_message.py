"""The JSON of a raw send, made piece by piece."""

import base64
import json

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.aws.raw_message import Envelope, RawMessageBody


ENVELOPE = Envelope("forwarded@example.com", "owner@example.net", "bounces@example.com", "main")


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(1, 50))
def test_is_the_json_of_the_call(parts: list[bytes], size: int) -> None:
    """Cut and read anyhow, it is one JSON with the parts' base64, of known length."""
    body = RawMessageBody(ENVELOPE, parts)

    read = b"".join(iter(lambda: body.read(size), b""))

    assert len(body) == len(read) == body.tell()
    data = json.loads(read)["Content"]["Raw"]["Data"]
    assert b"".join(parts) == base64.b64decode(data, validate=True)


@given(st.binary(min_size=1, max_size=99), st.integers(0, 99))
def test_can_be_read_again(message: bytes, first: int) -> None:
    """After seek(0) it is read from the start: once for the digest, once for the wire."""
    body = RawMessageBody(ENVELOPE, [message])
    body.read(first)

    body.seek(0)

    assert 0 == body.tell()
    assert len(body) == len(body.read())


def test_joins_at_large_pieces() -> None:
    """A message longer than a piece is whole, whatever its length leaves over."""
    for more in range(4):
        message = bytes(range(256)) * 8192 + b"x" * more
        body = RawMessageBody(ENVELOPE, [b"a", message])
        call = json.loads(body.read())
        assert b"a" + message == base64.b64decode(call["Content"]["Raw"]["Data"])


def test_goes_back_to_the_start_only() -> None:
    """Any other place is a mistake of the caller's."""
    with pytest.raises(ValueError, match="start"):
        RawMessageBody(ENVELOPE, [b"x"]).seek(1)
