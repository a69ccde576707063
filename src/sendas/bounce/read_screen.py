"""Text off a screen: as typography, text recognition and typing hands leave it.

A screenshot's words come with curly quotes, ligatures and blanks that are none, broken where the
window ends, and with letters that only look alike.  What SES says is known word for word, so that
a passage that can only be one of its texts is read as that text.
"""

import unicodedata

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from sendas.bounce.tables.ses_api import SES_ALONE


_MAX_LETTERS = 6_000
_FEWEST_LETTERS = 18
"""Of a phrase that is looked for: a shorter one is too easily something else's."""
_ALIKE = 0.88
"""How much of a phrase must stand there, in order: one slip in about eight letters."""
_PLAIN = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u00b4": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u2033": '"', "\u00ab": '"',
    "\u00bb": '"', "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-",
    "\u2212": "-", "\u00ad": None, "\u200b": None, "\u200c": None, "\u200d": None, "\ufeff": None,
})  # fmt: skip
# What recognition takes for one another: 0 and O, 1 and l and I and |, 5 and S.
_LOOKS = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "!": "l", "5": "s", "8": "b"})


def plain(text: str) -> str:
    """*text* with quotes, dashes and blanks of a keyboard, its ligatures taken apart."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN)


@dataclass(frozen=True, slots=True)
class _Letters:
    """A text by its letters alone, and where each of them stands."""

    text: str
    places: tuple[int, ...]


def _letters(text: str) -> _Letters:
    pairs = [
        (looks, at)
        for at, one in enumerate(text)
        for looks in one.lower().translate(_LOOKS)
        if looks.isalnum() and not looks.isdigit()
    ][:_MAX_LETTERS]
    return _Letters("".join(letter for letter, _ in pairs), tuple(at for _, at in pairs))


_PHRASES = tuple(
    (words, letters)
    for words in SES_ALONE
    if len(letters := _letters(words).text) >= _FEWEST_LETTERS
)


def as_meant(text: str) -> str:
    """*text* with each passage that can only be a text of SES's as SES writes it."""
    lowered = text.lower()
    if any(words in lowered for words in SES_ALONE):
        return text
    read = _letters(text)
    mended = text
    # From the end, so that the places of what stands before it stay right.
    for start, end, words in sorted(_found(read), reverse=True):
        mended = f"{mended[:start]}{words}{mended[end:]}"
    return mended


def _found(read: _Letters) -> Iterator[tuple[int, int, str]]:
    taken: list[tuple[int, int]] = []
    for words, phrase in _PHRASES:
        span = _span_of(phrase, read.text)
        if span is None or any(span[0] < end and start < span[1] for start, end in taken):
            continue
        taken.append(span)
        yield read.places[span[0]], read.places[span[1] - 1] + 1, words


def _span_of(phrase: str, letters: str) -> tuple[int, int] | None:
    """Where *phrase* stands in *letters*: letter for letter, or with a slip here and there."""
    exact = letters.find(phrase)
    if exact != -1:
        return exact, exact + len(phrase)
    anchor = _anchor(phrase, letters)
    if anchor is None:
        return None
    start = max(0, anchor - 2)
    window = letters[start : start + len(phrase) + 4]
    blocks = [one for one in SequenceMatcher(None, phrase, window, autojunk=False)
              .get_matching_blocks() if one.size]  # fmt: skip
    if sum(one.size for one in blocks) < _ALIKE * len(phrase):
        return None
    return start + blocks[0].b, start + blocks[-1].b + blocks[-1].size


_PIECE = 6


def _anchor(phrase: str, letters: str) -> int | None:
    """Where *phrase* would begin, by the first of its pieces that stands in *letters*."""
    for at in range(0, len(phrase) - _PIECE + 1, _PIECE):
        found = letters.find(phrase[at : at + _PIECE])
        if found != -1:
            return max(0, found - at)
    return None
