"""The header of a message as bytes: found, looked at, and spliced; the body is never touched.

`read_head` looks at no byte behind the header, so a message of 40 MB costs
what its header costs.  Fields that are not named keep every byte and their
order, except what no receiver agrees on, which is mended: line ends that are
not the message's own, NUL, blank lines inside a field, blanks before the
colon, and lines longer than SES takes.

Where the header ends: at the first empty line.  A line before it that can be no
field is passed over when fields follow it up to the empty line, one of them a
field that mails have (as Gmail and JavaMail read it: else a mail loses its MIME
structure); otherwise the body begins with it (as Postfix and Sendmail read it),
so that no byte of a body without its empty line is lost.
"""

import io
import re

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sendas.mail.lines import unify_line_ends


ONCE_ONLY = frozenset(
    name.lower().encode()
    for name in (
        "Accept-Language", "acceptLanguage", "Archived-At", "Auto-Submitted", "Bounces-to",
        "Comments", "Content-Alternative", "Content-Base", "Content-Class", "Content-Description",
        "Content-Disposition", "Content-Duration", "Content-ID", "Content-Language",
        "Content-Length", "Content-Location", "Content-MD5", "Content-Transfer-Encoding",
        "Content-Type", "Date", "Delivered-To", "Disposition-Notification-Options",
        "Disposition-Notification-To", "DKIM-Signature", "DomainKey-Signature", "Errors-To",
        "From", "Importance", "In-Reply-To", "Keywords", "List-Archive", "List-Help", "List-Id",
        "List-Owner", "List-Post", "List-Subscribe", "List-Unsubscribe", "Message-Context",
        "Message-ID", "MIME-Version", "Organization", "Original-From", "Original-Message-ID",
        "Original-Recipient", "Original-Subject", "Precedence", "Priority", "References",
        "Reply-To", "Return-Path", "Return-Receipt-To", "Sender", "Sensitivity", "Solicitation",
        "Subject", "Thread-Index", "Thread-Topic", "User-Agent", "VBR-Info",
    )
)  # fmt: skip
"""Lower-case names that SES refuses to see twice (SES guide, "Header fields")."""

MAX_LINE = 998
"""RFC 5322, 2.1.1, without the line end; SES counts 1,000 with it (API v2, RawMessage)."""

MAX_FIELDS = 20_000
"""Beyond any mail of a person; what is behind them counts as body, so that memory is bounded."""

# A gateway that adds CR to what has one makes CR CR LF; JavaMail and old Macs end a line with CR.
_EOL = rb"(?>\r\r?\n|\n|\r)"
# RFC 5322, 2.2 and 4.5: name, blanks (obsolete), colon, value, folds; the last line may end here.
_FIELD = re.compile(
    rb"([!-9;-~]++)[ \t]*+:[^\r\n]*+(?:" + _EOL + rb"[ \t][^\r\n]*+)*+(?:" + _EOL + rb"|\Z)"
)
# The same where every line ends with CRLF, as nearly always: twice as fast.
_CLEAN_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:.*+\n(?:[ \t].*+\n)*+")
_CLEAN_MOST = 65_536
"""Bytes in which the header must end for that."""
_EMPTY_LINE = re.compile(_EOL)
# To a proper line end, with a field or the empty line behind it.
_REST_OF_FIELD = re.compile(
    rb"[^\r\n]++(?:" + _EOL + rb"[ \t][^\r\n]*+)*+(\r?\n)"
    rb"(?=\r?\n|[!-9;-~]++[ \t]*+:)"
)
# Not a field, not the body: a byte order mark, or the From_ line of an mbox (RFC 4155).
_NO_FIELD = re.compile(
    rb"(?:\xef\xbb\xbf|>?From [^\s]{1,320}[^\r\n]{1,60}\d\d:\d\d"
    rb"[^\r\n]{0,60}(?:19|20)\d\d[^\r\n]{0,20}" + _EOL + rb")"
    rb"(?=[!-9;-~]+[ \t]*:)"
)
_ANY_LINE = re.compile(rb"[^\r\n]{1,998}+" + _EOL)
_MOST_AHEAD, _FARTHEST = 200, 65_536
"""Fields, and bytes, in which the empty line must follow a line that is passed over."""
_OF_EVERY_MAIL = ONCE_ONLY | {b"received", b"to", b"cc"}
_BLANK_LINE = re.compile(rb"\n[ \t]+[\r\n]")
_BEFORE_COLON = re.compile(rb"\A([!-9;-~]++)[ \t]++:")
_NAME_AND_BLANKS = re.compile(rb"(?:[!-9;-~]++:)?[ \t]*+")
_BLANKS = re.compile(rb"[ \t]*+")
_CONTINUATION_BYTE = range(0x80, 0xC0)
_COLON = ord(":")


@dataclass(frozen=True, slots=True)
class Head:
    """A header, found in its message.

    *spans* are (key, start, colon, end) of each field, in order; a span with
    an empty key is a line that is none.  *first* gives the number of the first
    field of each lower-case name.  *odd* are the numbers of fields that
    are mended when spliced.  *end* is where the header lines end, *body* where
    the body begins; they are equal when the empty line is missing.  *whole* is
    false when the content ended before the header did.
    """

    content: bytes = field(repr=False)
    spans: list[tuple[bytes, int, int, int]] = field(repr=False)
    first: dict[bytes, int] = field(repr=False)
    odd: frozenset[int] = field(repr=False)
    eol: bytes
    end: int
    body: int
    whole: bool

    def get(self, key: bytes) -> bytes | None:
        """The value of the first field of that lower-case name, unfolded."""
        number = self.first.get(key)
        return None if number is None else self.value(number)

    def all(self, key: bytes) -> Iterator[bytes]:
        """Every value of that lower-case name, unfolded, in order."""
        if key in self.first:
            for number, span in enumerate(self.spans):
                if span[0] == key:
                    yield self.value(number)

    def value(self, number: int) -> bytes:
        """The value of one field, unfolded, without the outer blanks."""
        _, _, colon, end = self.spans[number]
        if number in self.odd:
            value = mend(self.raw(number), b"\n").partition(b":")[2].strip()
        else:
            value = self.content[colon + 1 : end].strip()
        if b"\n" in value or b"\r" in value:
            value = value.replace(b"\r", b"").replace(b"\n", b"")
        return value

    def raw(self, number: int) -> bytes:
        """One field as it stands, with its last line end."""
        _, start, _, end = self.spans[number]
        return self.content[start:end]

    def mended(self, number: int) -> bytes:
        """One field as it goes out: as it stands, unless it is odd."""
        raw = self.raw(number)
        return mend(raw, self.eol) if number in self.odd else raw


def read_head(content: bytes) -> Head:
    """Find the header fields of *content*; anything at all can be read."""
    spans: list[tuple[bytes, int, int, int]] = []
    first: dict[bytes, int] = {}
    odd: set[int] = set()
    position = 0
    clean = _has_clean_lines(content)
    match = _CLEAN_FIELD.match if clean else _FIELD.match
    while len(spans) < MAX_FIELDS:
        found = match(content, position)
        within = found is None and not clean and spans and spans[-1][0]
        if within and (found := _stray(content, position)):
            # A line end within a field that is none: the field goes on.
            odd.add(len(spans) - 1)
            key, start, colon, _ = spans[-1]
            spans[-1] = (key, start, colon, found.end())
            position = found.end()
            continue
        if found is None:
            found = _NO_FIELD.match(content, position)
            found = found or (_passed_over(content, position) if spans else None)
            if found is None:
                break
            spans.append((b"", position, position, found.end()))
            position = found.end()
            continue
        colon, end = found.end(1), found.end()
        if content[colon] != _COLON:
            odd.add(len(spans))
            colon = content.index(b":", colon)
        elif end - position > MAX_LINE:
            odd.add(len(spans))
        key = found[1].lower()
        first.setdefault(key, len(spans))
        spans.append((key, position, colon, end))
        position = end
    empty = _EMPTY_LINE.match(content, position)
    eol = b"\r\n"
    head = content[:position]
    if not (clean or _ends_alike(head, eol)) or b"\0" in head or _BLANK_LINE.search(head):
        odd = {number for number, span in enumerate(spans) if span[0]}
    whole = position < len(content) or not content
    body = empty.end() if empty else position
    return Head(content, spans, first, frozenset(odd), eol, position, body, whole)


def _stray(content: bytes, position: int) -> re.Match[bytes] | None:
    """The rest of a field whose middle holds a line end that is not the message's own.

    Only where what follows it reads as a header, lest a body without its empty
    line be taken for one.
    """
    before = content[position - 2 : position]
    if before[1:] != b"\r" and (before[1:] != b"\n" or before == b"\r\n"):
        return None
    rest = _REST_OF_FIELD.match(content, position)
    if before[1:] == b"\n" and rest and rest[1] != b"\r\n":
        return None  # LF is the message's own
    return rest


def _passed_over(content: bytes, position: int) -> re.Match[bytes] | None:
    """The line that can be no field, if the header goes on behind it; bounded in what it reads."""
    line = _ANY_LINE.match(content, position)
    if line is None:
        return None
    at, known = line.end(), False
    for _ in range(_MOST_AHEAD):
        if _EMPTY_LINE.match(content, at):
            return line if known else None
        found = _FIELD.match(content, at)
        if found is None:
            found = _ANY_LINE.match(content, at)
        else:
            known = known or found[1].lower() in _OF_EVERY_MAIL
        if found is None or found.end() - position > _FARTHEST:
            return None
        at = found.end()
    return None


def _has_clean_lines(content: bytes) -> bool:
    """Whether every line up to the first empty one ends with CRLF, and has no other CR or LF."""
    end = content.find(b"\n\r\n", 0, _CLEAN_MOST)
    return end > 0 and _ends_alike(content[: end + 1], b"\r\n")


def _ends_alike(head: bytes, eol: bytes) -> bool:
    """Whether every line ends with *eol*, the last one too, and has no other CR or LF."""
    lines, returns = head.count(b"\n"), head.count(b"\r")
    alike = returns == (lines if eol == b"\r\n" else 0) and head.count(eol) == lines
    return alike and head.endswith(eol)


def mend(raw: bytes, eol: bytes) -> bytes:
    """One field with the line ends *eol*, without NUL, blank lines and over-long lines.

    What stands behind a line end that is none is a fold.  Nothing is left of a
    field whose name alone fills a line.  Linear in time and memory, whatever the
    field holds: a stranger wrote it.
    """
    lines = io.BytesIO(unify_line_ends(raw.replace(b"\0", b"")))
    mended = bytearray(_shortened(_BEFORE_COLON.sub(rb"\1:", lines.readline(), count=1)))
    if mended.find(b":", 0, MAX_LINE) in {-1, MAX_LINE - 1}:
        return b""
    for line in lines:
        if not line.isspace():
            mended += _shortened(line if line[:1] in {b" ", b"\t"} else b" " + line)
    return bytes(mended if eol == b"\n" else mended.replace(b"\n", eol))


def _shortened(line: bytes) -> bytes:
    """The line with its end, in pieces of at most `MAX_LINE` if it is longer, as folds."""
    line = line.removesuffix(b"\n")
    if len(line) <= MAX_LINE:
        return line + b"\n"
    start = _NAME_AND_BLANKS.match(line)
    floor = start.end() if start else 0
    if floor > MAX_LINE // 2:
        # More blanks than a line holds: one says as much.
        line = line[:floor].rstrip(b" \t") + b" " + line[floor:]
        floor = line.find(b" ") + 1
    pieces = []
    begin, room = 0, MAX_LINE
    while len(line) - begin > room:
        cut = _cut(line, max(begin, floor), begin + room)
        pieces.append(line[begin:cut])
        begin, room = _past_blanks(line, cut), MAX_LINE - 1
    pieces.append(line[begin:])
    return b"\n ".join(filter(None, pieces)) + b"\n"


def _cut(line: bytes, floor: int, end: int) -> int:
    """Where to fold: at the last blank that fits, else through a word, never a character."""
    cut = max(line.rfind(b" ", floor, end), line.rfind(b"\t", floor, end))
    if cut > floor:
        return cut
    cut = end
    while cut > end - 4 and line[cut] in _CONTINUATION_BYTE:
        cut -= 1
    return cut


def _past_blanks(line: bytes, position: int) -> int:
    blanks = _BLANKS.match(line, position)
    return blanks.end() if blanks else position


def splice(
    head: Head, on_top: bytes, dropped: Collection[int], replaced: Mapping[int, bytes]
) -> bytes:
    """The header that goes out, with its empty line: *on_top*, then what is kept, in order.

    *dropped* and *replaced* are by field number; what replaces has its own line
    ends.  The fields between are copied in one piece.
    """
    changed = sorted({*dropped, *replaced, *head.odd})
    content, spans = head.content, head.spans
    pieces = [on_top]
    position = 0
    for number in changed:
        _, start, _, end = spans[number]
        if position < start:
            pieces.append(content[position:start])
        position = end
        if number in replaced:
            pieces.append(replaced[number])
        elif number not in dropped:
            pieces.append(mend(content[start:end], head.eol))
    pieces += (content[position : head.end], head.eol)
    return b"".join(pieces)
