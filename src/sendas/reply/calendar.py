"""An answer to an invitation names who answers: the mailbox, not the private address; pure.

RFC 5546, 3.2.3: a REPLY carries one ATTENDEE, whom the organiser looks up among those he
invited.  He invited the mailbox, and knows nobody of the private address.
"""

import re

from sendas.forward.answering import ReplyMailbox


_REPLY = re.compile(r"^METHOD:[ \t]*REPLY[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
# A property with its folded lines (RFC 5545, 3.1).
_ATTENDEE = re.compile(
    r"^ATTENDEE(?=[;:])[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE
)
_FOLD = re.compile(r"\r?\n[ \t]")
_MAX_OCTETS = 75


def answered_as(text: str, box: ReplyMailbox) -> str:
    """The iCalendar *text* with the owner as attendee exchanged for the mailbox.

    Only in an answer (``METHOD:REPLY``); what the owner proposes himself stays as it is.
    """
    if not _REPLY.search(text):
        return text
    return _ATTENDEE.sub(lambda found: _translated(found.group(), box), text)


def _translated(written: str, box: ReplyMailbox) -> str:
    eol = "\r\n" if "\r\n" in written or "\n" not in written else "\n"
    line = _FOLD.sub("", written)
    for owner in box.owners:
        line = re.sub(
            rf"(?<![\w.+%-]){re.escape(owner)}(?![\w-]|\.\w)",
            lambda _: box.address,
            line,
            flags=re.IGNORECASE,
        )
    return written if line == _FOLD.sub("", written) else _folded(line, eol)


def _folded(line: str, eol: str) -> str:
    """Lines of at most 75 octets, no character cut in two."""
    pieces, piece, octets = [], "", 0
    for char in line:
        size = len(char.encode("utf-8", "surrogatepass"))
        if octets + size > _MAX_OCTETS:
            pieces.append(piece)
            piece, octets = "", 1
        piece += char
        octets += size
    return f"{eol} ".join((*pieces, piece))
