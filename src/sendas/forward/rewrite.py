"""The bytes that go out: a splice on the header, the body as it came.

What changes, and what for (docs/receiving.md says it at length):

- From is ours, or DMARC fails at the target; Reply-To carries the author.
- Return-Path, Sender and Message-ID are renamed to X-Original-…: SES wants the
  first two verified, and replaces the last (FACTS 7.1).  It replaces Date too,
  which Google asks to leave alone (FACTS 19.2): it stays, with a copy.
- The Message-ID joins References, so that answers find their thread at the
  author's side although SES gives the forward an id of its own.
- Dropped: signatures that can no longer hold, X-SES-… by which a stranger
  could steer our sending, Delivered-To and Feedback-ID, which SES or the target
  set again, and the second of what SES allows once.
- Added: the loop mark, X-Forwarded-For and -To, SES's own verdicts and
  Authentication-Results under names of ours.
"""

import re

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sendas.forward.author import from_field, reply_to_field
from sendas.forward.decision import Forward
from sendas.forward.facts import MARK, mark_of
from sendas.mail.address import is_strict_list
from sendas.mail.canary import CANARY
from sendas.mail.headers import MAX_LINE, ONCE_ONLY, Head, mend, splice
from sendas.mail.mailboxes import Mailbox, read_mailboxes


DROPPED = frozenset(
    {
        b"",
        b"dkim-signature",
        b"domainkey-signature",
        b"delivered-to",
        b"feedback-id",
        b"bounces-to",
    }
)
"""Lower-case names that never go out; the empty one is a line that is no field."""
RENAMED = frozenset({b"from", b"sender", b"return-path", b"message-id"})
"""Lower-case names that go out with X-Original- in front."""
NEVER_PASSED = (b"x-ses-", b"x-sendas-")
"""Beginnings of names that only SES and we write; our loop mark passes."""

_MARK = MARK.lower()
_NOTHING: Mapping[bytes, bytes] = MappingProxyType({})
_AUTHENTICATION = b"authentication-results"
_HANDLED = DROPPED | {b"references", _AUTHENTICATION}
MAX_FIELD_BYTES = 262_144
"""A longer field is left out: SES and Gmail would refuse the mail for it, after seconds of work
for each target."""
_MESSAGE_ID = re.compile(rb"<[!-;=?-~]{1,900}>")
# RFC 8601, 2.2: the authserv-id stands first; SES's own is this.
# It may be quoted, with a version, comments around it: who forges it writes what he likes.
_COMMENTS = rb"(?:\s|\([^()]{0,200}\)){0,20}+"
_BY_SES = re.compile(
    _COMMENTS + rb"\"?amazonses\.com\"?" + _COMMENTS + rb"(?:\d{1,9}" + _COMMENTS + rb")?(?:;|\Z)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What goes out: *head* with its empty line, then *body*, a view of what came in."""

    head: bytes = field(repr=False)
    body: memoryview = field(repr=False)

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.head) + len(self.body)

    def __bytes__(self) -> bytes:
        """Both in one piece: copies the body once."""
        return b"".join((self.head, self.body))


def rewrite(
    head: Head,
    forward: Forward,
    ses_message_id: str,
    authors: Sequence[Mailbox],
    instead: Mapping[bytes, bytes] = _NOTHING,
) -> Rewritten:
    """Make the copy that *forward* wants of the mail that *head* was found in.

    *instead* are whole fields, with their line ends, in place of the mail's own
    of those lower-case names: what `sendas.reply` writes for its mailboxes.
    Never raises; what SES then refuses (a line of the body that is too long,
    say) is SES's to tell.  *forward* holds plain ASCII addresses.
    """
    own = frozenset(map(_bare, (*forward.forward_paths, forward.from_address)))
    edit = _Edit(head, instead, own)
    edit.run()
    on_top = edit.on_top(forward, ses_message_id, authors)
    new = splice(head, on_top, edit.dropped, edit.replaced)
    return Rewritten(new, memoryview(head.content)[head.body :])


class _Edit:
    """What happens to each field, by its number; one pass over them."""

    def __init__(self, head: Head, instead: Mapping[bytes, bytes], own: frozenset[str]) -> None:
        self.head = head
        self._own = own
        self.instead = instead
        self.dropped: set[int] = set()
        self.replaced: dict[int, bytes] = {}
        self._answered = b"reply-to" in instead
        self._threaded = b"references" in instead
        self._authenticated = b""

    def run(self) -> None:
        """Decide on every field that is not simply kept."""
        first = self.head.first
        for number, (key, start, _, end) in enumerate(self.head.spans):
            if key in self.instead:
                self.dropped.add(number)
            elif key in RENAMED and end - start <= MAX_FIELD_BYTES:
                self.replaced[number] = self._renamed(number, b"X-Original-")
            elif end - start > MAX_FIELD_BYTES:
                self.dropped.add(number)
            elif key == b"reply-to":
                self._reply_to(number)
            elif key in ONCE_ONLY and first[key] != number:
                self.dropped.add(number)
            elif key in _HANDLED:
                self._handle(number, key)
            elif key.startswith(NEVER_PASSED) and key != _MARK:
                self.dropped.add(number)

    def _handle(self, number: int, key: bytes) -> None:
        if key == b"references":
            self._threaded = True
            self.replaced[number] = self._references(number)
        elif key == _AUTHENTICATION:
            self._authentication(number)
        else:
            self.dropped.add(number)

    def _reply_to(self, number: int) -> None:
        """The first that can be answered (PEERS 1.3, row 11), rewritten where readers differ."""
        value = self.head.value(number)
        boxes = () if self._answered else read_mailboxes(value)
        answerable = [box for box in boxes if box.address and not self._is_own(box.address)]
        if not answerable:
            self.dropped.add(number)
            return
        self._answered = True
        well = len(answerable) == len(boxes) and is_strict_list(value.decode("latin-1"))
        if not well:
            new = reply_to_field(answerable, self.head.eol)
            self._answered = bool(new)
            self.replaced[number] = new

    def _is_own(self, address: str) -> bool:
        """Whether an answer to it comes back to the owner, or to nobody: an address of ours."""
        return _bare(address) in self._own

    def _authentication(self, number: int) -> None:
        """SES's topmost one is renamed; others in SES's name are forged (RFC 8601, 5)."""
        if not _BY_SES.match(self.head.value(number)):
            return
        self.dropped.add(number)
        if not self._authenticated:
            self._authenticated = self._renamed(number, b"X-Sendas-")

    def _renamed(self, number: int, prefix: bytes) -> bytes:
        raw = prefix + self.head.mended(number)
        return mend(raw, self.head.eol) if len(raw) > MAX_LINE else raw

    def _references(self, number: int) -> bytes:
        raw = self.head.mended(number)
        for one in self._new_ids(raw):
            raw += b" " + one + self.head.eol
        return raw

    def _new_ids(self, known: bytes) -> list[bytes]:
        """The mail's own id, when it is one and not among *known*."""
        found = _MESSAGE_ID.search(self.head.get(b"message-id") or b"")
        return [found.group()] if found and found.group() not in known else []

    def _new_references(self) -> bytes:
        """References for a mail without: its parent's id and its own (RFC 5322, 3.6.4)."""
        answered = self.head.get(b"in-reply-to")
        found = _MESSAGE_ID.search(answered) if answered else None
        parent = [found.group()] if found else []
        own = self._new_ids(b"".join(parent))
        eol = self.head.eol
        return b"References: " + (eol + b" ").join(parent + own) + eol if own else b""

    def on_top(self, forward: Forward, ses_message_id: str, authors: Sequence[Mailbox]) -> bytes:
        """Our own fields."""
        eol = self.head.eol
        paths = _listed(forward.forward_paths, eol)
        lines = [
            MARK + b": " + paths + eol,
            b"X-Sendas-Id: " + ses_message_id.encode("ascii", "replace") + eol,
        ]
        if forward.marks:
            lines.append(b"X-Sendas-Verdicts: " + " ".join(forward.marks).encode("ascii") + eol)
        lines += (
            self._authenticated,
            b"X-Forwarded-To: " + forward.target.encode("ascii", "replace") + eol,
            b"X-Forwarded-For: " + paths + eol,
            from_field(authors, forward.from_address, eol),
        )
        date = self.head.first.get(b"date")
        if date is not None:
            lines.append(self._renamed(date, b"X-Original-"))
        if not self._answered:
            lines.append(reply_to_field(authors, eol))
        if forward.canary:
            lines.append(f"{CANARY}: {forward.canary}".encode("ascii") + eol)
        lines += self.instead.values()
        if not self._threaded:
            lines.append(self._new_references())
        return b"".join(lines)


def _bare(address: str) -> str:
    """An address without its detail, in lower case."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _listed(addresses: Sequence[str], eol: bytes) -> bytes:
    if len(addresses) == 1:
        return mark_of(addresses[0])
    return (b"," + eol + b" ").join(map(mark_of, addresses))
