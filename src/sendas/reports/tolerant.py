"""A report that is no XML, read by the names of its elements alone.

A ``<`` in a value, a byte that is no UTF-8, an end that was cut off: expat
rightly stops there, and what the receiver meant is plain to see.  Only the tags
of known elements are looked at; everything else is text.  Memory is bounded by
the longest value that is accepted, and time is linear.
"""

import codecs
import re

from collections.abc import Collection, Iterable, Iterator
from html import unescape

from sendas.reports.model import MAX_VALUE, MalformedReport


MAX_BETWEEN = 1_048_576
"""Characters between two tags; more is no report."""
_LONGEST_TAG = 1200
"""Characters; more than the longest that is looked for."""
_HARM = re.compile(r"<!\s{0,9}(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_COMMENT = ("<!--", "-->")


def end_tags(chunks: Iterable[bytes], names: Collection[str]) -> Iterator[list[tuple[str, str]]]:
    """For each chunk the elements of *names* (lower case) that end in it, each with its text.

    Raises:
        MalformedReport: It declares a document type or an entity, or has no end of text.
    """
    known = "|".join(sorted(names, key=len, reverse=True))
    tag = re.compile(
        rf"<(/?)(?:[\w.-]{{1,60}}:)?({known})(?:\s[^<>]{{0,1000}})?(/?)>|<!--", re.IGNORECASE
    )
    text, after, seen = "", 0, 0
    for piece, last in _texts(chunks):
        text, seen = text[after:] + piece, seen - after
        if _HARM.search(text, max(0, len(text) - len(piece) - _LONGEST_TAG)):
            msg = "it has a DOCTYPE, which no report needs and bombs are made of: refused"
            raise MalformedReport(msg)
        found, after, seen = _tags(text, tag, seen)
        yield found
        if len(text) - after > MAX_BETWEEN and not last:
            msg = f"there is no end of a value within {MAX_BETWEEN} characters"
            raise MalformedReport(msg)


def _tags(
    text: str, tag: re.Pattern[str], position: int
) -> tuple[list[tuple[str, str]], int, int]:
    """What ends in *text* from *position* on; where its next value begins, and where to go on.

    What was looked at in vain is not looked at again, but for a tag that may be cut off.
    """
    found: list[tuple[str, str]] = []
    after = 0
    while match := tag.search(text, position):
        if match.group() == _COMMENT[0]:
            end = text.find(_COMMENT[1], match.end())
            if end == -1:
                return found, after, match.start()
            position = end + len(_COMMENT[1])
            if not text[after : match.start()].strip():
                after = position
            continue
        closes, name, empty = match.groups()
        if closes:
            found.append((name.lower(), _value(text[after : match.start()])))
        elif empty:
            found.append((name.lower(), ""))
        after = position = match.end()
    return found, after, max(position, len(text) - _LONGEST_TAG)


def _value(raw: str) -> str:
    text = raw.strip()[: 6 * MAX_VALUE].replace("<![CDATA[", "").replace("]]>", "")
    return _CONTROL.sub("", unescape(text)).strip()[:MAX_VALUE]


def _texts(chunks: Iterable[bytes]) -> Iterator[tuple[str, bool]]:
    """The text, without the bytes that are none; the last piece is marked."""
    decoder = None
    for chunk in chunks:
        if decoder is None:
            utf16 = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            decoder = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8")("ignore")
        yield decoder.decode(chunk), False
    yield (decoder.decode(b"", True) if decoder else ""), True  # noqa: FBT003  its signature
