"""Wildcards and policy variables, as IAM reads them in a policy.

``*`` stands for any text, ``?`` for any one character, ``${aws:username}`` for
what the request says of that key.

Source: IAM User Guide, "IAM policy elements: Variables and tags" and
"Resource" (Using wildcards).
"""

import re

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache


Context = Mapping[str, tuple[str, ...]]
"""What a request says of each condition key; keys in lower case."""

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_DEFAULT = re.compile(r"(?P<key>[^,]+?)\s*,\s*'(?P<default>[^']*)'\s*")


class _Wild(Enum):
    ANY_TEXT = "*"
    ANY_CHARACTER = "?"


_Pattern = tuple[str | _Wild, ...]


def matches(pattern: str, text: str, context: Context | None = None) -> bool:
    """Whether *text* fits *pattern*, letter case included.

    With a *context*, policy variables stand for what it says; a variable that
    it does not know fits nothing.  Without one they are plain text, as in a
    policy of the version 2008-10-17.
    """
    if context is None or "${" not in pattern:
        prefix = _before_wildcard(pattern)
        if prefix == pattern:
            return pattern == text
        return text.startswith(prefix) and _fits(_symbols(pattern), text)
    symbols = _filled_in(pattern, context)
    return symbols is not None and _fits(symbols, text)


def expand(pattern: str, context: Context) -> str | None:
    """*pattern* with its variables filled in; None if the request lacks one of them."""
    parts: list[str] = []
    end = 0
    for variable in _VARIABLE.finditer(pattern):
        value = _value(variable[1], context)
        if value is None:
            return None
        parts += pattern[end : variable.start()], value
        end = variable.end()
    return "".join((*parts, pattern[end:]))


def _filled_in(pattern: str, context: Context) -> _Pattern | None:
    symbols: list[str | _Wild] = []
    end = 0
    for variable in _VARIABLE.finditer(pattern):
        value = _value(variable[1], context)
        if value is None:
            return None
        symbols += _symbols(pattern[end : variable.start()])
        symbols += value  # a value is plain text, whatever it holds
        end = variable.end()
    return (*symbols, *_symbols(pattern[end:]))


def _before_wildcard(pattern: str) -> str:
    """Its plain beginning: most texts differ there already."""
    return pattern.partition("*")[0].partition("?")[0]


@lru_cache(maxsize=4096)  # the same few documents decide thousands of requests
def _symbols(text: str) -> _Pattern:
    return tuple(_Wild(c) if c in "*?" else c for c in text)


def _value(variable: str, context: Context) -> str | None:
    # ${*}, ${?} and ${$} are those characters themselves.
    if variable in {"*", "?", "$"}:
        return variable
    default = None
    key = variable.strip()
    if with_default := _DEFAULT.fullmatch(variable):
        key, default = with_default["key"].strip(), with_default["default"]
    match context.get(key.lower(), ()):
        case (value,):
            return value
        case _:  # a key with several values has no place in a variable
            return default


def _fits(pattern: _Pattern, text: str) -> bool:
    """Match with one point to return to: quadratic at worst, whatever the pattern."""
    at = here = 0
    star, resume = -1, 0
    while here < len(text):
        if at < len(pattern) and pattern[at] is _Wild.ANY_TEXT:
            star, resume = at, here
            at += 1
        elif at < len(pattern) and pattern[at] in (_Wild.ANY_CHARACTER, text[here]):
            at, here = at + 1, here + 1
        elif star >= 0:
            resume += 1
            at, here = star + 1, resume
        else:
            return False
    return all(symbol is _Wild.ANY_TEXT for symbol in pattern[at:])
