"""A submitted mail looked at, mended where the RFCs let a submission server, or refused.

Mended (RFC 6409, 8): a missing Date, Message-ID or From; bare LF and bare CR; lines longer
than SES takes; a From that readers read differently.  Dropped: Bcc, Return-Path, and the
X-SES- fields by which a client could choose another configuration set or identity.
Refused, with a reply that names what is wrong: a From or Sender that is not the user's, a
field that may stand once and stands twice, a loop.
"""

import base64
import email
import email.message
import email.policy
import email.utils

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sendas.forward.author import address_field
from sendas.mail.address import is_plain_address, is_strict_list
from sendas.mail.domain import ascii_domain
from sendas.mail.headers import MAX_LINE, ONCE_ONLY, Head, read_head, splice
from sendas.mail.lines import unify_line_ends
from sendas.mail.mailboxes import Mailbox, mailboxes_of
from sendas.relay.decide.senders import refused_author, shown
from sendas.smtp.server.reply import Fault, Reply


MAX_RECEIVED = 50
"""RFC 5321, 6.3: "at least 100 Received entries" is the threshold of relays; nothing that is
submitted here has been through half as many."""
MAX_REWRITTEN = 10 * 1024 * 1024
"""Bytes of a mail whose long lines are mended; a longer one is refused for them."""
_CRLF = b"\r\n"
_DROPPED = frozenset({b"", b"bcc", b"resent-bcc", b"return-path"})
_STEERING = (b"x-ses-", b"x-sendas-")
_REPEATABLE = frozenset({b"dkim-signature", b"domainkey-signature"})
"""May stand several times by their RFCs, and not at SES: all go, and SES signs again."""


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who hands a mail in: the name in replies and logs, and what it may send as."""

    name: str
    senders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a mail came: *token* is our id of it, *protocol* as RFC 3848 names it."""

    host: str
    token: str
    protocol: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Prepared:
    """What goes to SES: *head* with its empty line, then *body*."""

    head: bytes = field(repr=False)
    body: memoryview = field(repr=False)
    author: str
    """The first address in From."""
    message_id: str
    mended: tuple[str, ...]
    """What was done to it, for the log."""

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.head) + len(self.body)


def prepare(
    content: bytes, submitter: Submitter, reverse_path: str, arrival: Arrival
) -> Prepared | Reply:
    """Look at *content* as it came after DATA; what goes on, or the refusal."""
    mended: list[str] = []
    content = _with_line_ends(content, mended)
    # A long line of the header is folded by `splice`; only the body needs to be encoded again.
    if has_long_line(content) and has_long_line(content, read_head(content).body):
        wrapped = _wrapped(content)
        if wrapped is None:
            text = f"A line is longer than {MAX_LINE} characters (RFC 5322, 2.1.1)"
            return _refused("5.6.0", text)
        content = wrapped
        mended.append("long lines")
    head = read_head(content)
    authors = mailboxes_of(head, b"from")
    refusal = _refusal(head, authors, submitter, reverse_path)
    if refusal is not None:
        return refusal
    edit = _Edit(head, authors, reverse_path, arrival, mended)
    new = splice(head, edit.on_top(), edit.dropped, edit.replaced)
    return Prepared(
        new, memoryview(content)[head.body :], edit.author, edit.message_id, tuple(mended)
    )


def _refusal(
    head: Head, authors: Sequence[Mailbox], submitter: Submitter, reverse_path: str
) -> Reply | None:
    seen: set[bytes] = set()
    for key, *_ in head.spans:
        if key in seen and key in ONCE_ONLY and key not in _REPEATABLE | _DROPPED:
            # RFC 5322, 3.6; SES guide, "Header fields": SES refuses it later anyway.
            name = shown(key.decode("latin-1"))
            return _refused("5.6.0", f"The header field {name} stands twice; it may stand once")
        seen.add(key)
    if sum(key == b"received" for key, *_ in head.spans) > MAX_RECEIVED:
        return _refused("5.4.6", "Too many Received fields: this mail goes in a circle")
    named = [box.address for box in authors if box.address]
    if len(named) < len(authors) and (named or not reverse_path):
        return _refused("5.6.0", "From holds what is no address")
    if not authors and not reverse_path:
        return _refused("5.6.0", "There is no From, and MAIL FROM names nobody")
    others = [box.address for box in mailboxes_of(head, b"sender")]
    return refused_author(
        submitter.name, submitter.senders, "From", named or [reverse_path]
    ) or refused_author(submitter.name, submitter.senders, "Sender", others)


def _refused(status: str, text: str) -> Reply:
    return Reply(554, status, text, log=text, fault=Fault.CLIENT)


class _Edit:
    """What happens to each field, and what is added."""

    def __init__(
        self,
        head: Head,
        authors: Sequence[Mailbox],
        reverse_path: str,
        arrival: Arrival,
        mended: list[str],
    ) -> None:
        self._head, self._arrival = head, arrival
        self._mended = mended
        self.dropped: set[int] = set()
        self.replaced: dict[int, bytes] = {}
        self._added: list[bytes] = []
        self.author = next((box.address for box in authors if box.address), reverse_path)
        found = head.get(b"message-id")
        self.message_id = (found or b"").decode("ascii", "replace")
        self._from(authors)
        for number, (key, *_) in enumerate(head.spans):
            twice = key in _REPEATABLE and sum(one[0] == key for one in head.spans) > 1
            if twice or key in _DROPPED or key.startswith(_STEERING):
                self.dropped.add(number)
        self._date = _date(arrival.now.replace(microsecond=0))
        if head.get(b"date") is None:
            self._add("Date", self._date)
        if not self.message_id:
            self.message_id = f"<{arrival.token}@{arrival.host}>"
            self._add("Message-ID", self.message_id)

    def _from(self, authors: Sequence[Mailbox]) -> None:
        """Keep From where every reader reads the same in it; else write what was checked."""
        number = self._head.first.get(b"from")
        if number is not None and all(box.address for box in authors) and authors:
            value = self._head.value(number).decode("latin-1")
            if is_strict_list(value):
                return
        name = authors[0].name if authors else ""
        boxes = [(box.name, _plain(box.address)) for box in authors if box.address]
        boxes = boxes or [(name, _plain(self.author))]
        new = address_field(b"From", boxes, _CRLF)
        self._mended.append("From")
        if number is None:
            self._added.append(new)
        else:
            self.replaced[number] = new

    def _add(self, name: str, value: str) -> None:
        self._mended.append(name)
        self._added.append(f"{name}: {value}\r\n".encode("ascii"))

    def on_top(self) -> bytes:
        """Our trace field (RFC 5321, 4.4), without the client's address, then what was missing."""
        arrival = self._arrival
        trace = (
            f"Received: by {arrival.host} (sendas relay) with {arrival.protocol}\r\n"
            f" id {arrival.token}; {self._date}\r\n"
        )
        return trace.encode("ascii") + b"".join(self._added)


@lru_cache(maxsize=4)
def _date(second: datetime) -> str:
    """RFC 5322, 3.3; the mails of one second share it."""
    return email.utils.format_datetime(second)


def _plain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    plain = f"{local}@{ascii_domain(domain)}"
    if not is_plain_address(plain):  # what `may_send_as` let through is one
        msg = "an address that was allowed is no plain one"
        raise ValueError(msg)
    return plain


def _with_line_ends(content: bytes, mended: list[str]) -> bytes:
    """Every line ended by CRLF (RFC 5321, 2.3.8), the last one too."""
    ends = content.count(b"\n")
    if ends != content.count(_CRLF) or ends != content.count(b"\r"):
        mended.append("line ends")
        content = unify_line_ends(content).replace(b"\n", _CRLF)
    return content if content.endswith(_CRLF) or not content else content + _CRLF


def has_long_line(content: bytes, start: int = 0) -> bool:
    """Whether a line behind *start* is longer than SES takes; looks once for several lines."""
    longest = MAX_LINE + len(_CRLF)
    position = start
    while len(content) - position > longest:
        end = content.rfind(b"\n", position, position + longest)
        if end < 0:
            return True
        position = end + 1
    return False


def _wrapped(content: bytes) -> bytes | None:
    """The mail with the parts that hold long lines encoded again; None if that does not help."""
    if len(content) > MAX_REWRITTEN:
        return None
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    for part in message.walk():
        payload = part.get_payload(decode=True)
        if part.is_multipart() or not isinstance(payload, bytes):
            continue
        if has_long_line(payload) or _as_it_stands(part):
            del part["Content-Transfer-Encoding"]
            part["Content-Transfer-Encoding"] = "base64"
            part.set_payload(base64.encodebytes(payload).decode("ascii"))
    policy = email.policy.compat32.clone(linesep="\r\n", max_line_length=None)
    made = message.as_bytes(policy=policy)
    made = unify_line_ends(made).replace(b"\n", _CRLF)
    return None if has_long_line(made, read_head(made).body) else made


def _as_it_stands(part: "email.message.Message[str, str]") -> bool:
    """Whether the encoded text of *part* has long lines, as base64 without line ends has."""
    text = part.get_payload()
    return isinstance(text, str) and has_long_line(text.encode("ascii", "replace"))
