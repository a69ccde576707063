"""Changing the text of single parts of a mail, and leaving every other byte as it is; pure.

Signed and encrypted parts are never entered (RFC 1847, 2.1: one changed byte breaks the
signature).  A part that cannot be decoded and encoded again to the very same bytes is left
alone, so that nothing is lost by looking.
"""

import binascii
import re

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from sendas.mail.lines import base64_lines
from sendas.mail.message import MAX_DEPTH, MAX_PARTS, MAX_TEXT_BYTES, content_type_of, read_headers


_SEALED = frozenset(
    (
        "multipart/signed", "multipart/encrypted", "message/rfc822", "message/global",
        "application/pkcs7-mime", "application/x-pkcs7-mime",
    )
)  # fmt: skip
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
_CHARSET = re.compile(r"[A-Za-z0-9_.:-]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part without parts: where its encoded body stands in the mail, and what it is."""

    content_type: str
    parameters: Mapping[str, str]
    encoding: str
    start: int
    end: int


Edit = Callable[[Leaf, str], str]
"""The part's text as it shall be; the same text where nothing is to be changed."""


def leaves(content: bytes, *, sealed: bool = False) -> Iterator[Leaf]:
    """The leaves of a whole message, in order; with *sealed* those of signed parts too."""
    yield from islice(_leaves(content, 0, len(content), 0, sealed=sealed), MAX_PARTS)


def _leaves(content: bytes, start: int, end: int, depth: int, *, sealed: bool) -> Iterator[Leaf]:
    if content.startswith((b"\r\n", b"\n"), start, end):
        head_end = start
        body = start + (2 if content.startswith(b"\r\n", start) else 1)
    else:
        found = _EMPTY_LINE.search(content, start, end)
        if found is None:
            return
        head_end, body = found.start(), found.end()
    headers = read_headers(content[start:head_end].replace(b"\r\n", b"\n"))
    kind, parameters = content_type_of(headers)
    if kind in _SEALED and not sealed:
        return
    boundary = parameters.get("boundary", "")
    if not kind.startswith("multipart/"):
        encoding = headers.get("content-transfer-encoding").strip().lower() or "7bit"
        yield Leaf(kind, parameters, encoding, body, end)
    elif boundary and depth < MAX_DEPTH:
        for piece_start, piece_end in _pieces(content, body, end, boundary):
            yield from _leaves(content, piece_start, piece_end, depth + 1, sealed=sealed)


def _pieces(content: bytes, start: int, end: int, boundary: str) -> Iterator[tuple[int, int]]:
    """Where the body parts stand (RFC 2046, 5.1.1): the line end before a boundary is its own."""
    mark = re.escape(boundary.encode("utf-8", "replace"))
    line = re.compile(rb"(?:^|\r?\n)--" + mark + rb"(?P<last>--)?[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
    begun, position = None, start
    while (found := line.search(content, position, end)) is not None:
        if begun is not None:
            yield begun, max(found.start(), begun)
        if found["last"]:
            return
        begun = found.end()
        # The line end that ends one boundary may begin the next.
        position = begun - 2 if content[begun - 2 : begun] == b"\r\n" else max(begun - 1, start)
    if begun is not None:
        yield begun, end


def decoded(content: bytes, leaf: Leaf) -> bytes | None:
    """The leaf's bytes with the transfer encoding undone; None where that cannot be done."""
    raw = content[leaf.start : leaf.end]
    if len(raw) > 2 * MAX_TEXT_BYTES:
        return None
    try:
        match leaf.encoding:
            case "base64":
                return binascii.a2b_base64(raw)
            case "quoted-printable":
                return binascii.a2b_qp(raw)
            case "7bit" | "8bit" | "binary":
                return raw
            case _:
                return None
    except binascii.Error:
        return None


def edited(content: bytes, body: int, edit: Edit) -> bytes | None:
    """*content* from *body* on, with each text leaf as *edit* wants it; None if none changes."""
    pieces: list[bytes] = []
    position = body
    for leaf in leaves(content):
        changed = _changed(content, leaf, edit)
        if changed is not None and leaf.start >= position:
            pieces += [content[position : leaf.start], changed]
            position = leaf.end
    return b"".join((*pieces, content[position:])) if pieces else None


def _changed(content: bytes, leaf: Leaf, edit: Edit) -> bytes | None:
    if not leaf.content_type.startswith("text/") and leaf.content_type != "application/ics":
        return None
    raw = decoded(content, leaf)
    charset = leaf.parameters.get("charset", "") or "utf-8"
    if raw is None or not _CHARSET.match(charset):
        return None
    try:
        text = raw.decode(charset)
        if text.encode(charset) != raw:
            return None
        wanted = edit(leaf, text)
        if wanted == text:
            return None
        return _encoded(wanted.encode(charset), leaf.encoding, content[leaf.start : leaf.end])
    except (LookupError, UnicodeError, ValueError):
        return None


def _encoded(raw: bytes, encoding: str, before: bytes) -> bytes:
    eol = b"\r\n" if b"\r\n" in before or b"\n" not in before else b"\n"
    match encoding:
        case "base64":
            return base64_lines(raw, eol)
        case "quoted-printable":
            soft = binascii.b2a_qp(raw.replace(b"\r\n", b"\n"), istext=True)
            return soft.replace(b"\n", eol) if eol == b"\r\n" else soft
        case _:
            return raw
