"""What a text that was meant as an SPF record was meant to say; pure.

People write ``include: x``, ``include.x``, ``include:x~all``, commas between terms,
quotes around the whole, terms behind ``all``, or join two strings without a blank.
What they named is kept; what names nobody that can be told is left out, and told.
"""

import difflib
import re

from dataclasses import dataclass

from sendas.auth.spf import MalformedSpf, Mechanism, claims_spf, parse_spf


_LOOSE = re.IGNORECASE
# Curly quotes as text, and as DNS answers hold them: each byte a character.
_CURLY = re.compile("[\u201c\u201d\u201e]|\u00e2\u0080[\u009c\u009d\u009e]")
_VERSION = re.compile(r"\s*v?\s*=?\s*spf\s*[0-9]?\s*[;,:]?\s*", _LOOSE)
_TERM_FOLLOWS = re.compile(r"[+~?\-]?(?:(?:include|ip4|ip6|exists|a|mx)\b|all\s*$)|$", _LOOSE)
_ALL = re.compile(r"[+\-~?]?all", _LOOSE)
_GLUED_ALL = re.compile(r"(?<=[^\s:=/])(?=[~\-?+]all(?:\s|$))", _LOOSE)
# ``a:`` and ``mx:`` also end host names; the longer words do not occur in them before a colon.
_GLUED_TERM = re.compile(r"(?<=[\w/])(?=[+~?\-]?(?:include|redirect|ip4|ip6|exists)[:=])", _LOOSE)
_DOT_FOR_COLON = re.compile(r"([+~?\-]?(?:include|ip4|ip6|exists))\.(?=\S)", _LOOSE)
_COMMA = re.compile(r"[,;]+(?=\s|$)|[,;](?=[+~?\-]?(?:[a-z]+[:=]|all|mx|a\b))", _LOOSE)
_BLANK_AFTER_COLON = re.compile(r":\s+(?=[\w.])")
_PARTS = re.compile(r"(?P<name>[^:.=]*)(?P<mark>[:.=]?)(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Repaired:
    """A record that can be read; *left_out* are the words that named nobody."""

    text: str
    left_out: tuple[str, ...] = ()


def meant_as_spf(text: str) -> bool:
    """Whether a person meant *text* as an SPF record that receivers do not take for one."""
    if claims_spf(text):
        return False
    plain = _unquoted(text)
    version = _VERSION.match(plain)
    return version is not None and _TERM_FOLLOWS.match(plain, version.end()) is not None


def behind_all(text: str) -> tuple[str, ...]:
    """The terms behind the first ``all``, which receivers never come to (RFC 7208, 5.1)."""
    words = text.split()[1:]
    at = next((i for i, word in enumerate(words) if _ALL.fullmatch(word)), len(words))
    # Modifiers count wherever they stand (RFC 7208, 4.6.1).
    return tuple(word for word in words[at + 1 :] if "=" not in word.partition(":")[0])


def repair(text: str) -> Repaired:
    """The record that *text* was meant to be; a record without a fault comes back as it is."""
    if _is_sound(text):
        return Repaired(text)
    kept, left_out = ["v=spf1"], list[str]()
    for word in _words(_unquoted(text)):
        readable = _readable(word)
        if readable is None:
            left_out.append(word)
        elif readable.lower() not in (each.lower() for each in kept):
            kept.append(readable)
    return Repaired(" ".join(_all_last(kept)), tuple(left_out))


def _is_sound(text: str) -> bool:
    try:
        parse_spf(text)
    except MalformedSpf:
        return False
    return not behind_all(text) and not _GLUED_TERM.search(text)


def _unquoted(text: str) -> str:
    return " ".join(_CURLY.sub("", text).replace('"', " ").replace("'", "").split())


def _words(text: str) -> list[str]:
    body = _VERSION.sub("", text, count=1)
    body = _COMMA.sub(" ", body)
    body = _BLANK_AFTER_COLON.sub(":", body)  # ``include: x``
    return _GLUED_TERM.sub(" ", _GLUED_ALL.sub(" ", body)).split()


def _readable(word: str) -> str | None:
    for candidate in (word, _DOT_FOR_COLON.sub(r"\1:", word), _respelt(word)):
        try:
            parse_spf(f"v=spf1 {candidate}")
        except MalformedSpf:
            continue
        return candidate
    return None


def _respelt(word: str) -> str:
    sign = word[0] if word[0] in "+-~?" else ""
    parts = _PARTS.match(word.removeprefix(sign))
    if parts is None:
        return word
    close = difflib.get_close_matches(parts["name"].lower(), [m.value for m in Mechanism], n=1)
    return f"{sign}{close[0]}{':' if parts['mark'] else ''}{parts['rest']}" if close else word


def _all_last(words: list[str]) -> list[str]:
    """The first ``all``, which is in force, behind every other term."""
    ends = [word for word in words if _ALL.fullmatch(word)]
    return [*(word for word in words if not _ALL.fullmatch(word)), *ends[:1]]
