"""The PROXY protocol, version 2: for whom a load balancer stands (pure).

Source: HAProxy's "The PROXY protocol, Versions 1 & 2", 2.2.  The first version, in text, is
not read; nor is anything guessed: who is asked for a header and sends none is hung up on.
"""

import struct

from typing import NamedTuple

from sendas.config.networks import IpAddress, parse_peer


SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
_FIXED = len(SIGNATURE) + 4
_VERSION, _LOCAL, _PROXY = 2, 0, 1
_ADDRESSES = {1: 4, 2: 16}
"""Octets of an address, by family: AF_INET, AF_INET6."""
_STREAM = 1
MOST = 4096
"""Octets of a header; the specification knows of none above 536 without TLS's own data."""


class BadHeader(ValueError):
    """No header of this protocol, or none for TCP."""


class Header(NamedTuple):
    """*source* is the client, None where the balancer speaks for itself; *size* in octets."""

    source: IpAddress | None
    size: int


def read_header(data: bytes) -> Header | None:
    """The header that *data* begins with; None while its end has not come.

    Raises:
        BadHeader: It will never be one.
    """
    if not data.startswith(SIGNATURE[: len(data)]):
        msg = "the connection does not begin with a PROXY header of version 2"
        raise BadHeader(msg)
    if len(data) < _FIXED:
        return None
    what, family, length = struct.unpack_from("!BBH", data, len(SIGNATURE))
    size = _FIXED + length
    version, command = what >> 4, what & 0xF
    if version != _VERSION or command not in {_LOCAL, _PROXY} or size > MOST:
        msg = f"PROXY header of version {version}, command {command}, {size} octets"
        raise BadHeader(msg)
    if len(data) < size:
        return None
    # "the receiver must accept this connection as valid and must use the real connection
    # endpoints and discard the protocol block" (LOCAL); "the receiver is free to" (UNSPEC).
    if command == _LOCAL or family == 0:
        return Header(None, size)
    width = _ADDRESSES.get(family >> 4)
    if width is None or family & 0xF != _STREAM or length < 2 * width + 4:
        msg = f"PROXY header of family {family:#04x} with {length} octets"
        raise BadHeader(msg)
    text = _text(data[_FIXED : _FIXED + width])
    return Header(parse_peer(text), size)


def _text(raw: bytes) -> str:
    """An address as text."""
    if len(raw) == _ADDRESSES[1]:
        return ".".join(map(str, raw))
    return ":".join(raw[n : n + 2].hex() for n in range(0, len(raw), 2))
