"""What a pasted password may have been before quotes, shells and URLs touched it.

Each undoing reverses one kind of damage; they are tried on top of each other,
so that a password in quotes, percent-encoded, with a line end after it, is
still found.  Nothing here knows a secret key.
"""

import base64
import binascii
import html
import re
import unicodedata

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sendas.percent import unquote
from sendas.smtp.identification import Kind


MAX_CHARACTERS = 4096
"""Longer texts hold no password anybody pasted; they are not looked into."""

_MAX_DEPTH = 3
_MAX_READINGS = 48

PASSWORD_LENGTH = 44
_INVISIBLE = (
    "\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH JOINER}\N{WORD JOINER}"
)
_QUOTES = "\"'`\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"  # noqa: E501  names, not data
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9+/])([A-Za-z0-9+/]{44}|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])"
)
_ALPHABET = re.compile(r"[A-Za-z0-9+/=]+")
_FOREIGN = re.compile(r"[^A-Za-z0-9+/]")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_UNICODE_ESCAPE = re.compile(r"\\u00([0-9A-Fa-f]{2})|\\x([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that happened to the text, in words that follow "it has"."""

    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, and the damage that was undone to get it, outermost first."""

    text: str = field(repr=False)
    damages: tuple[Damage, ...] = ()


Undone = Iterator[tuple[str, Damage]]


def readings(text: str) -> tuple[Reading, ...]:
    """The text as it is, then every reading of it, the least damaged first."""
    found = {text: Reading(text)}
    edge = [Reading(text)]
    for _ in range(_MAX_DEPTH):
        grown: list[Reading] = []
        for reading in edge:
            for undo in _UNDOINGS:
                for plain, damage in undo(reading.text):
                    if plain not in found and len(found) < _MAX_READINGS:
                        found[plain] = Reading(plain, (*reading.damages, damage))
                        grown.append(found[plain])
        edge = grown
    return tuple(found.values())


def _white_space(text: str) -> Undone:
    trimmed = text.strip().strip(_INVISIBLE).strip()
    if trimmed != text:
        after = text[len(text.rstrip()) :]
        words = "a line end after it" if set(after) & {"\n", "\r"} else "white space around it"
        yield trimmed, Damage(Kind.WITH_WHITESPACE, words)
    closed = "".join(c for c in text if not c.isspace() and c not in _INVISIBLE)
    if closed not in {trimmed, text}:
        yield closed, Damage(Kind.WITH_WHITESPACE, "white space inside it")


def _quotes(text: str) -> Undone:
    bare = text.strip(_QUOTES)
    if bare != text:
        yield bare, Damage(Kind.QUOTED, "quotes around it")


def _percent(text: str) -> Undone:
    if "%" in text and (plain := unquote(text)) != text:
        yield plain, Damage(Kind.MANGLED, "percent-encoding in it, as for a URL (`%2B` is `+`)")


def _blank_for_plus(text: str) -> Undone:
    trimmed = text.strip()
    if " " in trimmed:
        words = "a blank where a `+` was, as a web form or URL decodes it"
        yield trimmed.replace(" ", "+"), Damage(Kind.MANGLED, words)


def _url_safe(text: str) -> Undone:
    if "-" in text or "_" in text:
        words = "`-` and `_` where `+` and `/` belong: the URL-safe base64 alphabet"
        yield text.replace("-", "+").replace("_", "/"), Damage(Kind.MANGLED, words)


def _escapes(text: str) -> Undone:
    if "\\" in text:
        plain = _UNICODE_ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)), text).replace("\\", "")
        words = "backslashes in it, as JSON or a shell writes them"
        yield plain, Damage(Kind.MANGLED, words)


def _entities(text: str) -> Undone:
    if "&" in text and (plain := html.unescape(text)) != text:
        yield plain, Damage(Kind.MANGLED, "HTML entities in it")


def _compatibility_forms(text: str) -> Undone:
    if not text.isascii() and (plain := unicodedata.normalize("NFKC", text)) != text:
        words = "characters that only look like ASCII, as word processors put them"
        yield plain, Damage(Kind.MANGLED, words)


def _text_around(text: str) -> Undone:
    for token in list(dict.fromkeys(_TOKEN.findall(text)))[:4]:
        if token != text and not _ALPHABET.fullmatch(text):
            before = text.partition(token)[0].strip()
            words = "a label before it" if before else "other text after it"
            yield token, Damage(Kind.PREFIXED, f"{words}, pasted along")
        elif token != text and "=" in text.partition(token)[0]:
            yield token, Damage(Kind.PREFIXED, "a label before it, pasted along")


def _twice(text: str) -> Undone:
    half, odd = divmod(len(text), 2)
    if half >= PASSWORD_LENGTH - 4 and not odd and text[:half] == text[half:]:
        yield text[:half], Damage(Kind.PASTED_TWICE, "itself after it: it was pasted twice")


def _base64_again(text: str) -> Undone:
    data = decode_base64(text)
    if data is None or len(data) < PASSWORD_LENGTH - 4:
        return
    try:
        inner = data.decode("ascii")
    except UnicodeDecodeError:
        return
    password = inner.rpartition("\0")[2]  # RFC 4616: AUTH PLAIN sends NUL user NUL password
    if all(c.isprintable() or c in "\r\n" for c in password) and not _is_hex(password.strip()):
        words = "base64 around it once more, as Kubernetes secrets and AUTH lines have"
        yield password, Damage(Kind.ENCODED_TWICE, words)


def _foreign_characters(text: str) -> Undone:
    plain = _FOREIGN.sub("", text)
    if plain != text and len(plain) == PASSWORD_LENGTH:
        yield plain, Damage(Kind.MANGLED, "characters in it that no SES password has")


_UNDOINGS: tuple[Callable[[str], Undone], ...] = (
    _white_space,
    _quotes,
    _percent,
    _blank_for_plus,
    _url_safe,
    _escapes,
    _entities,
    _compatibility_forms,
    _text_around,
    _twice,
    _base64_again,
    _foreign_characters,
)


def decode_base64(text: str) -> bytes | None:
    """The bytes *text* stands for in the standard alphabet; padding may be lost."""
    if not _BASE64.fullmatch(text):
        return None
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_hex(text: str) -> bool:
    return bool(text) and all(c in "0123456789abcdefABCDEF" for c in text)
