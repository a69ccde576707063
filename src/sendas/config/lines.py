"""Where in a TOML text each key stands: what `tomllib` does not tell.

Reads only text that `tomllib` has read already, so nothing is refused here.
"""

import re

from collections.abc import Mapping
from typing import TypeAlias


Place: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the top: ``("domain", 0, "mailbox", 1, "to")``."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")
# TOML 1.0, "String": in order, for three quotes also begin with one.  The last three quotes of
# a run end the string; the one or two before them belong to it.
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}(?!")', re.DOTALL),
    re.compile(r"'''.*?'{3,5}(?!')", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)
_ESCAPES = re.compile(r"\\(?:([btnfr\"\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def key_lines(text: str) -> Mapping[Place, int]:
    """The line, counted from 1, of every key, table and array element of *text*."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def line_of(lines: Mapping[Place, int], place: Place) -> int | None:
    """The line of *place*, or of the nearest thing around it that stands in the text."""
    while place:
        if place in lines:
            return lines[place]
        place = place[:-1]
    return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self._text = text
        self._at = 0
        self._line, self._counted = 1, 0
        self._elements: dict[Place, int] = {}
        """Of each array of tables, how many there are so far."""

    def document(self) -> None:
        table: Place = ()
        self._blank()
        while self._at < len(self._text):
            before = self._at
            if self._text.startswith("[[", self._at):
                table = self._header(2)
            elif self._text.startswith("[", self._at):
                table = self._header(1)
            else:
                self._pair(table)
            self._blank()
            if self._at == before:  # cannot be, in a text that tomllib has read
                return

    def _header(self, brackets: int) -> Place:
        line = self._line_here()
        self._at += brackets
        keys = self._keys()
        self._blank()
        self._at += brackets
        table: Place = ()
        for key in keys[:-1]:
            table = self._last((*table, key), line)
        table = (*table, keys[-1])
        if brackets == 1:
            self.lines.setdefault(table, line)
            return table
        number = self._elements.get(table, 0)
        self._elements[table] = number + 1
        self.lines.setdefault(table, line)
        self.lines[(*table, number)] = line
        return (*table, number)

    def _last(self, table: Place, line: int) -> Place:
        self.lines.setdefault(table, line)
        count = self._elements.get(table)
        return table if count is None else (*table, count - 1)

    def _pair(self, table: Place) -> None:
        line = self._line_here()
        for key in self._keys():
            table = (*table, key)
            self.lines.setdefault(table, line)
        self._blank()
        self._at += 1  # the equals sign
        self._blank()
        self._value(table)

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._text.startswith(".", self._at):
            self._at += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        self._blank()
        string = self._string()
        if string is None:
            bare = _BARE_KEY.match(self._text, self._at)
            string = bare.group() if bare else ""
            self._at += len(string)
        elif string.startswith('"'):
            string = _ESCAPES.sub(_unescape, string[1:-1])
        else:
            string = string[1:-1]
        self._blank()
        return string

    def _string(self) -> str | None:
        for pattern in _STRINGS:
            found = pattern.match(self._text, self._at)
            if found:
                self._at = found.end()
                return found.group()
        return None

    def _value(self, place: Place) -> None:
        self.lines.setdefault(place, self._line_here())
        if self._text.startswith("[", self._at):
            self._array(place)
        elif self._text.startswith("{", self._at):
            self._inline_table(place)
        elif self._string() is None:
            bare = _BARE_VALUE.match(self._text, self._at)
            self._at = bare.end() if bare else self._at

    def _array(self, place: Place) -> None:
        self._at += 1
        number = 0
        self._blank()
        while self._at < len(self._text) and self._text[self._at] != "]":
            self._value((*place, number))
            number += 1
            self._comma()
        self._at += 1

    def _inline_table(self, place: Place) -> None:
        self._at += 1
        self._blank()
        while self._at < len(self._text) and self._text[self._at] != "}":
            self._pair(place)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._blank()
        if self._text.startswith(",", self._at):
            self._at += 1
        self._blank()

    def _blank(self) -> None:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line


def _unescape(found: re.Match[str]) -> str:
    if found[1]:
        return _ESCAPED[found[1]]
    return chr(int(found[2] or found[3], 16))
