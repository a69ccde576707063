"""The digest inside a password, and how it was packed around.

Right is: base64 of one byte 0x04 and the 32 bytes of an HMAC-SHA256.  Every
other packing seen or thinkable is unpacked too, so that the digest can be
compared apart from it (RULES PW-08, PW-09).
"""

import binascii
import re

from collections.abc import Iterator
from dataclasses import dataclass, field

from sendas.smtp.identification import Kind
from sendas.smtp.readings import PASSWORD_LENGTH, Damage, decode_base64


DIGEST_BYTES = 32
_VERSIONED = DIGEST_BYTES + 1
_MAX_PACKED = 40
V4, V2, ASCII_4 = b"\x04", b"\x02", b"4"
_HEX = re.compile(r"[0-9A-Fa-f]{64}(?:[0-9A-Fa-f]{2})?")

_NO_VERSION = Damage(
    Kind.V4_WITHOUT_VERSION_BYTE, "no version byte: 0x04 was not put before the digest"
)
_HEX_PLAIN = Damage(Kind.HEX_ENCODED, "hexadecimal where base64 belongs")
_HEX_IN_BASE64 = Damage(
    Kind.HEX_ENCODED, "base64 around the hexadecimal digest, not around its bytes"
)


@dataclass(frozen=True, slots=True)
class Payload:
    """A digest and the packing errors around it; *version* is the byte or bytes before it."""

    digest: bytes = field(repr=False)
    version: bytes
    damages: tuple[Damage, ...] = ()


def payloads(text: str) -> Iterator[Payload]:
    """Every digest that *text* may hold."""
    if _HEX.fullmatch(text):
        yield from _unpacked(binascii.unhexlify(text), (_HEX_PLAIN,))
        return
    data = decode_base64(text)
    if data is None:
        return
    if DIGEST_BYTES <= len(data) <= _MAX_PACKED:
        yield from _unpacked(data, ())
    yield from _hex_inside(data)


def _hex_inside(data: bytes) -> Iterator[Payload]:
    version, hexed = (data[:1], data[1:]) if data[:1] in {V4, V2} else (b"", data)
    try:
        inner = hexed.decode("ascii").strip()
    except UnicodeDecodeError:
        return
    if _HEX.fullmatch(inner):
        yield from _unpacked(version + binascii.unhexlify(inner), (_HEX_IN_BASE64,))


def _unpacked(data: bytes, damages: tuple[Damage, ...]) -> Iterator[Payload]:
    if len(data) == DIGEST_BYTES:
        yield Payload(data, b"", (*damages, _NO_VERSION))
    elif len(data) == _VERSIONED:
        yield Payload(data[1:], data[:1], (*damages, *_version_damage(data[:1])))
    else:
        # Such as the four letters `\x04` from a shell, or a line end that was encoded along.
        before, after = data[:-DIGEST_BYTES], data[_VERSIONED:]
        yield Payload(data[-DIGEST_BYTES:], before, (*damages, *_version_damage(before)))
        if after.isspace():
            tail = Damage(Kind.V4_WRONG_ENCODING, "a line end encoded along after the digest")
            damages = (*damages, *_version_damage(data[:1]), tail)
            yield Payload(data[1:_VERSIONED], data[:1], damages)


def _version_damage(version: bytes) -> tuple[Damage, ...]:
    if version == V4:
        return ()
    if version == ASCII_4:
        words = "the letter 4 (0x34) as its version byte where the number 4 belongs"
    elif version == V2:
        words = "the version byte 0x02 of the old kind before it"
    else:
        words = f"0x{version.hex()} where the version byte 0x04 belongs"
    return (Damage(Kind.V4_WRONG_VERSION_BYTE, words),)


def is_v4_shaped(text: str) -> bool:
    """44 characters, ``B``, then ``A`` to ``P``: 33 bytes of which the first is 4 (FACTS 2.3)."""
    return len(text) == PASSWORD_LENGTH and _starts_with_version(text, V4)


def is_v2_shaped(text: str) -> bool:
    """44 characters, ``A``, then ``g`` to ``v``: 33 bytes of which the first is 2."""
    return len(text) == PASSWORD_LENGTH and _starts_with_version(text, V2)


def _starts_with_version(text: str, version: bytes) -> bool:
    data = decode_base64(text)
    return data is not None and len(data) == _VERSIONED and data[:1] == version
