"""A message as parts: a small MIME reader that nothing can make fail (RFC 2045, 2046).

Reads only what a reader of bounces needs: headers, the tree's leaves, their
text.  Wrong boundaries, missing blank lines, truncated parts give what can be
had.  Time is linear in the input.
"""

import re

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape

from sendas.mail.encoded_words import decode_words
from sendas.mail.lines import decode_text, undo_transfer_encoding, unify_line_ends


MAX_DEPTH = 8
MAX_PARTS = 200
MAX_HEADER_BYTES = 262_144
MAX_TEXT_BYTES = 1_048_576
"""Of one part's text; what a mail server says about a failure never comes near it."""

_PARAMETER = re.compile(
    r";\s{0,100}([\w*-]{1,40})\s{0,10}=\s{0,10}(?:\"([^\"]{0,300})\"|([^\s;\"]{1,300}))"
)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h\d|/li|/td|/th)\b[^<>]{0,200}>", re.IGNORECASE)
_UNSEEN = ("style", "script", "head")


@dataclass(frozen=True)
class Headers:
    """Header fields in order, names in lower case, values unfolded, undecoded."""

    fields: tuple[tuple[str, str], ...]

    @cached_property
    def _first(self) -> dict[str, str]:
        return dict(reversed(self.fields))

    def get(self, name: str) -> str:
        """The first field of that lower-case *name*, encoded words decoded; empty without."""
        value = self._first.get(name)
        return decode_words(value) if value else ""

    def all(self, name: str) -> list[str]:
        """Every field of that lower-case *name*, in order."""
        return [decode_words(value) for key, value in self.fields if key == name]

    def has(self, name: str) -> bool:
        """Whether there is such a field."""
        return name in self._first


@dataclass(frozen=True)
class Part:
    """A leaf of the MIME tree.  *body* is still transfer-encoded."""

    content_type: str
    parameters: Mapping[str, str]
    headers: Headers
    body: bytes = field(repr=False)

    @cached_property
    def content(self) -> bytes:
        """The first megabyte, transfer encoding undone."""
        encoding = self.headers.get("content-transfer-encoding")
        raw = self.body[: 2 * MAX_TEXT_BYTES]
        return unify_line_ends(undo_transfer_encoding(raw, encoding))[:MAX_TEXT_BYTES]

    @cached_property
    def text(self) -> str:
        """As text; HTML without its tags."""
        text = decode_text(self.content, self.parameters.get("charset", ""))
        return html_to_text(text) if self.content_type == "text/html" else text


@dataclass(frozen=True)
class Message:
    """A message: its headers and the leaves of its MIME tree, in order."""

    headers: Headers
    content_type: str
    parts: tuple[Part, ...]
    body: bytes = field(repr=False)

    def parts_of(self, *content_types: str) -> list[Part]:
        """The leaves of these lower-case types."""
        return [part for part in self.parts if part.content_type in content_types]


def read_message(raw: bytes) -> Message:
    """Read *raw*, with any line ends; never raises."""
    head, body = split_head(unify_line_ends(raw))
    headers = read_headers(head)
    content_type, parameters = content_type_of(headers)
    parts: list[Part] = []
    _collect(Part(content_type, parameters, headers, body), parts, 0)
    return Message(headers, content_type, tuple(parts), body)


def split_head(raw: bytes) -> tuple[bytes, bytes]:
    """Head and body, at the first empty line; *raw* has LF line ends."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    start = len(raw) - len(raw.lstrip(b"\n"))
    end = raw.find(b"\n\n", start)
    if end == -1:
        return raw[start:], b""
    return raw[start:end], raw[end + 2 :]


def read_headers(head: bytes) -> Headers:
    """Read header fields; lines that are none are passed over."""
    fields: list[tuple[str, str]] = []
    name, kept = "", [""]
    for line in decode_text(head[:MAX_HEADER_BYTES]).split("\n"):
        if line[:1] in {" ", "\t"}:
            # RFC 5322, 2.2.3: a folded field goes on.
            kept.append(line.strip())
            continue
        if name:
            fields.append((name, " ".join(kept)))
        name, colon, value = line.partition(":")
        name = name.rstrip().lower()
        if not colon or not name.isascii() or " " in name or not name.isprintable():
            name = ""
        kept = [value.strip()]
    if name:
        fields.append((name, " ".join(kept)))
    return Headers(tuple(fields))


def content_type_of(headers: Headers) -> tuple[str, dict[str, str]]:
    """The media type in lower case, and its parameters, names in lower case (RFC 2045, 5.1)."""
    value = headers.get("content-type")
    if not value:
        return "text/plain", {}
    kind, _, _ = value.partition(";")
    parameters = {
        name.lower().rstrip("*"): quoted or bare
        for name, quoted, bare in _PARAMETER.findall(value[:4000])
    }
    kind = kind.strip().lower()
    # RFC 2045, 5.2: a type that cannot be read is text/plain.
    return (kind.split()[0] if "/" in kind else "text/plain"), parameters


def _collect(node: Part, parts: list[Part], depth: int) -> None:
    pieces = _pieces(node) if depth < MAX_DEPTH else []
    if not pieces:
        parts.append(node)
        return
    for piece in pieces:
        if len(parts) >= MAX_PARTS:
            return
        headers, body = _part_head(piece)
        kind, parameters = content_type_of(headers)
        if node.content_type == "multipart/digest" and not headers.has("content-type"):
            kind = "message/rfc822"
        _collect(Part(kind, parameters, headers, body), parts, depth + 1)


def _pieces(node: Part) -> list[bytes]:
    if not node.content_type.startswith("multipart/"):
        return []
    # A boundary that was declared but is not in use: a gateway changed one of them.
    return _split(node.body, node.parameters.get("boundary", "")) or _split(
        node.body, _likely_boundary(node.body)
    )


def _part_head(piece: bytes) -> tuple[Headers, bytes]:
    if not piece.startswith(b"\n"):
        head, body = split_head(piece)
        headers = read_headers(head)
        if headers.fields:
            return headers, body
        return headers, piece
    return Headers(()), piece[1:]


_BOUNDARY_LINE = re.compile(
    rb"(?:^|\n)--([^\s-][^\n]{0,120}|-[^\n]{4,120})\n(?=Content-[A-Z])", re.IGNORECASE
)


def _likely_boundary(body: bytes) -> str:
    found = _BOUNDARY_LINE.search(body[:MAX_HEADER_BYTES])
    return found.group(1).decode("latin-1").rstrip() if found else ""


def _split(body: bytes, boundary: str) -> list[bytes]:
    if not boundary:
        return []
    # RFC 2046, 5.1.1: "--" boundary at the start of a line; the closing one has "--" after it.
    delimiter = b"\n--" + boundary.encode("utf-8", "replace")
    chunks = (b"\n" + body).split(delimiter, MAX_PARTS + 1)
    pieces = []
    for chunk in chunks[1:]:
        if chunk.startswith(b"--"):
            break
        _, _, piece = chunk.partition(b"\n")
        pieces.append(piece)
    return pieces


def html_to_text(html: str) -> str:
    """What a person would see: tags out, breaks as line ends, entities decoded."""
    for name in _UNSEEN:
        html = _without(html, f"<{name}", f"</{name}")
    text = _TAG.sub("", _BREAK.sub("\n", html))
    return unescape(text).replace("\xa0", " ") if "&" in text else text


def _without(html: str, opening: str, closing: str) -> str:
    lowered = html.lower()
    if opening not in lowered or len(lowered) != len(html):
        return html
    kept: list[str] = []
    position = 0
    while (start := lowered.find(opening, position)) != -1:
        kept.append(html[position:start])
        end = lowered.find(closing, start)
        if end == -1:
            # Never closed: keep the rest, a person would see it too.
            position = start + len(opening)
            break
        after = lowered.find(">", end)
        position = after + 1 if after != -1 else end + len(closing)
    kept.append(html[position:])
    return "".join(kept)
