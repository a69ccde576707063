"""Several messages in one file (RFC 4155, mbox)."""

import re

from collections.abc import Iterator
from typing import BinaryIO

from sendas.mail.lines import unify_line_ends


# RFC 4155, Appendix A: "From " sender timestamp, after an empty line; readers look for the year.
_SEPARATOR = re.compile(
    rb"(?:^|\n)(?=From [^\n]{1,300}\d\d:\d\d[^\n]{0,60}\d{4}[^\n]{0,20}\n[!-9;-~]{1,60}:)"
)
MAX_MESSAGES = 10_000
_BLOCK = 1_048_576
_LONGEST_SEPARATOR = 500


def split_mbox(raw: bytes) -> list[bytes]:
    """The messages of an mbox with LF line ends, each without its From_ line.

    What does not begin with a From_ line is one message, returned as it is: a
    quoted mbox line inside a bounce must not cut the bounce in two.
    """
    if not raw.startswith(b"From "):
        return [raw]
    pieces = _SEPARATOR.split(raw, MAX_MESSAGES)
    return [piece.partition(b"\n")[2] for piece in pieces if piece.startswith(b"From ")] or [
        raw.partition(b"\n")[2]
    ]


def iter_mbox(file: BinaryIO, most_bytes: int) -> Iterator[bytes]:
    """The messages of an mbox of any length, one at a time, each without its From_ line.

    A message that is longer than *most_bytes* is cut there; the next one is whole.
    Line ends become LF.
    """
    held = bytearray()
    scanned, whole = 0, True
    while block := _block(file):
        held += block
        start = 0
        for found in _SEPARATOR.finditer(held, max(scanned - _LONGEST_SEPARATOR, 0)):
            if found.end() == 0:
                continue
            if whole:
                yield _without_from(held[start : found.end()])
            start, whole = found.end(), True
        del held[:start]
        if len(held) > most_bytes:
            if whole:
                yield _without_from(held[:most_bytes])
            # As much is kept as may be the beginning of a separator.
            del held[:-_LONGEST_SEPARATOR]
            whole = False
        scanned = len(held)
    if held and whole:
        yield _without_from(held)


def _block(file: BinaryIO) -> bytes:
    """The next bytes, with LF line ends; a CRLF is never cut in two."""
    block = file.read(_BLOCK)
    while block.endswith(b"\r") and (more := file.read(1)):
        block += more
    return unify_line_ends(block)


def _without_from(message: bytearray) -> bytes:
    return bytes(message.partition(b"\n")[2])
