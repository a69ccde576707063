"""Address fields as people and programs write them: mailboxes with their names.

RFC 5322, 3.4, with what is seen besides: no quotes around a comma, no angle
brackets, two pairs of them, comments as names (section 4.4), groups, routes,
raw 8-bit, encoded words inside quotes.  Never raises; time is linear.
"""

import re

from dataclasses import dataclass, field

from sendas.mail.address import first_address, spans_in
from sendas.mail.encoded_words import decode_words
from sendas.mail.headers import Head
from sendas.mail.lines import decode_text


MAX_FIELD = 65_536
MAX_MAILBOXES = 100

_TOKEN = re.compile(
    r"[ \t\r\n]+"
    r'|"(?:[^"\\]|\\.)*+"'
    r"|<[^<>]*+>|\[[^\[\]\s]*+\]"
    r'|[^\s"(),:;<>\[]+',
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# What nearly every mail has: one name that needs no decoding, one plain address.
_COMMON = re.compile(
    r"(?:\"([^\"\\<>@=]*+)\"|([A-Za-z0-9][A-Za-z0-9 .'_-]*+))?[ \t]*+"
    r"<([A-Za-z0-9_%+-]++(?:\.[A-Za-z0-9_%+-]++)*+@[A-Za-z0-9-]++(?:\.[A-Za-z0-9]++(?:-++[A-Za-z0-9]++)*+)++)>"
)
_IN_COMMENT = re.compile(r"\\.|[()]", re.DOTALL)
_SMALL_COMMENT = re.compile(r"\([^()]{0,200}\)")
_AROUND_MARK = re.compile(r"\s{0,100}([@.])\s{0,100}")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name, decoded and on one line, and an address; either may be empty."""

    name: str
    address: str


def read_mailboxes(value: bytes) -> tuple[Mailbox, ...]:
    """The mailboxes of an address field, in order, at most `MAX_MAILBOXES`."""
    return parse_mailboxes(decode_text(value[:MAX_FIELD]))


def mailboxes_of(head: Head, key: bytes) -> list[Mailbox]:
    """The mailboxes of every field of that lower-case name, in order."""
    return [box for value in head.all(key) for box in read_mailboxes(value)]


def parse_mailboxes(text: str) -> tuple[Mailbox, ...]:
    """The same from text."""
    common = _COMMON.fullmatch(text)
    if common is not None:
        quoted, plain, address = common.groups()
        return (Mailbox(" ".join((quoted or plain or "").split()), address),)
    return _parsed(text)


def _parsed(text: str) -> tuple[Mailbox, ...]:
    entries = [_Entry()]
    position, end = 0, len(text)
    # What was opened and never closed is looked for once: time stays linear.
    unclosed: set[str] = set()
    while position < end and len(entries) <= MAX_MAILBOXES:
        char = text[position]
        if char == "(" and char not in unclosed:
            after = _end_of_comment(text, position)
            if after:
                comment = _ESCAPED.sub(r"\1", text[position + 1 : after - 1])
                entries[-1].comments.append(comment)
                position = after
                continue
        token = None if char in unclosed else _TOKEN.match(text, position)
        if token is not None:
            entries[-1].take(token.group())
            position = token.end()
            continue
        position += 1
        if char in '("':
            unclosed.add(char)
        elif char in ",;":
            entries.append(_Entry())
        elif char == ":" and entries[-1].is_group_name:
            entries[-1] = _Entry()
        elif char != "<":
            entries[-1].take(char)
    return _joined(entries)


def _joined(entries: "list[_Entry]") -> tuple[Mailbox, ...]:
    found: list[Mailbox] = []
    pending = ""
    for entry in entries:
        box = entry.mailbox()
        if not box.address:
            # `Doe, Jane <jane@…>` without quotes: the first half has no address.
            pending = f"{pending}, {box.name}".strip(", ")
            continue
        name = f"{pending}, {box.name}".strip(", ") if pending else box.name
        found.append(Mailbox(name, box.address))
        pending = ""
    if pending and not found:
        found.append(Mailbox(pending, ""))
    return tuple(found)


@dataclass(slots=True)
class _Entry:
    """What stands between two commas."""

    words: list[str] = field(default_factory=list)
    angles: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def take(self, token: str) -> None:
        if token[0] == "<":
            self.angles.append(token[1:-1])
            if "@" not in token and token[1:-1].strip():
                self.words.append(token)
        else:
            self.words.append(token)

    @property
    def is_group_name(self) -> bool:
        """Whether a colon here ends the name of a group (RFC 5322, 3.4)."""
        return not self.angles and not any("@" in word for word in self.words)

    def mailbox(self) -> Mailbox:
        address = next((a for a in map(_of_angle, reversed(self.angles)) if a), "")
        words = self.words
        if not address:
            text = "".join(words)
            spans = spans_in(text, 1) if "@" in text else []
            if spans:
                address, start, stop = spans[0]
                words = [text[:start], " ", text[stop:]]
        name = "".join(map(_plain, words))
        if not name.strip():
            # RFC 5322, A.5 and RFC 822: jane@example.net (Jane Doe).
            name = " ".join(self.comments)
        return Mailbox(_BLANKS.sub(" ", decode_words(name)).strip(), address)


def _of_angle(inside: str) -> str:
    # RFC 5322, 4.4: a route, @relay,@relay:user@host.
    text = inside.rpartition(":")[2] if inside.lstrip().startswith("@") else inside
    if "@" not in text:
        return ""
    text = decode_words(text)  # an address in encoded words, which no reader should decode
    # The same, and A.5: blanks around the marks, and comments, are no part of the address.
    return first_address(_AROUND_MARK.sub(r"\1", _SMALL_COMMENT.sub("", text)))


def _plain(word: str) -> str:
    if len(word) > 1 and word[0] == word[-1] == '"':
        return _ESCAPED.sub(r"\1", word[1:-1])
    return word


def _end_of_comment(text: str, start: int) -> int:
    """Behind the closing parenthesis; 0 if there is none."""
    depth = 0
    for found in _IN_COMMENT.finditer(text, start):
        if found.group() == "(":
            depth += 1
        elif found.group() == ")":
            depth -= 1
            if depth == 0:
                return found.end()
    return 0
