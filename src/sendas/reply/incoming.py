"""What a forwarded mail says instead, so that just answering it writes as the mailbox.

Reply-To becomes an alias of the author (or of whom the author's own Reply-To
names); everybody else in To and Cc an alias of theirs, so that Reply All
works too; References get the owner's own ids back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sendas.forward.answering import ReplyMailbox
from sendas.forward.author import address_field, shown_name
from sendas.mail.address import is_plain_address, same_address
from sendas.mail.headers import Head
from sendas.mail.mailboxes import Mailbox, mailboxes_of
from sendas.reply.alias import Aliases, Kind
from sendas.reply.rewrite import with_revealed
from sendas.reply.thread import MESSAGE_ID
from sendas.text import without_unseen


_LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
MAX_ALIASED = 50
"""Of one field: more is a list, which nobody answers to all of."""
_ANSWERED_BY_PROGRAMS = {
    name.lower(): name
    for name in (
        b"Disposition-Notification-To", b"Return-Receipt-To", b"X-Confirm-Reading-To",
        b"Mail-Followup-To", b"Mail-Reply-To",
    )
}  # fmt: skip
"""Where programs write to besides: a receipt (RFC 8098, 2.1), or instead of Reply-To.

What they write there would come from the owner's private address.
"""


@dataclass(frozen=True, slots=True)
class Instead:
    """Fields to write in place of the mail's own, by lower-case name; each with its line end.

    *to_keep* is what the bucket must hold before the copy goes out: hash, address.
    """

    fields: dict[bytes, bytes]
    to_keep: tuple[tuple[str, str], ...] = ()


def instead(
    head: Head, authors: Sequence[Mailbox], box: ReplyMailbox, aliases: Aliases, expires: date
) -> Instead:
    """The fields for a copy that goes to an owner of *box*."""
    maker = _Maker(aliases, box, expires, head.eol)
    answered = [box for box in mailboxes_of(head, b"reply-to") if box.address]
    fields: dict[bytes, bytes] = {}
    for key, name, boxes in (
        (b"reply-to", b"Reply-To", answered or list(authors)),
        (b"to", b"To", mailboxes_of(head, b"to")),
        (b"cc", b"Cc", mailboxes_of(head, b"cc")),
    ):
        written = maker.field(name, boxes[:MAX_ALIASED])
        if written:
            fields[key] = written
    for key, name in _ANSWERED_BY_PROGRAMS.items():
        if key in head.first:
            fields[key] = maker.field(name, mailboxes_of(head, key)[:MAX_ALIASED])
    threaded = _references(head, aliases)
    if threaded:
        fields[b"references"] = threaded
    return Instead(fields, tuple(dict.fromkeys(maker.to_keep)))


def _references(head: Head, aliases: Aliases) -> bytes:
    """References with the owner's own ids beside ours, and the mail's own id behind all."""
    before = head.get(b"references") or head.get(b"in-reply-to") or b""
    own = MESSAGE_ID.search(head.get(b"message-id") or b"")
    chain = with_revealed(before, aliases.domain, aliases.keys)
    chain += [own.group()] if own and own.group() not in chain else []
    fold = head.eol + b" "
    return b"References: " + fold.join(chain) + head.eol if chain else b""


class _Maker:
    """Writes address fields, and collects what has to be kept."""

    def __init__(self, aliases: Aliases, box: ReplyMailbox, expires: date, eol: bytes) -> None:
        self._aliases = aliases
        self._box = box
        self._expires = expires
        self._eol = eol
        self.to_keep: list[tuple[str, str]] = []

    def field(self, name: bytes, boxes: Sequence[Mailbox]) -> bytes:
        """The field; empty if nobody in it can be written to, so that the old one stays."""
        found = (self._mailbox(box) for box in boxes if box.address)
        written = dict.fromkeys(filter(None, found))
        return address_field(name, list(written), self._eol) if written else b""

    def _mailbox(self, box: Mailbox) -> tuple[str, str] | None:
        """Name and address as the copy shows them; None for whom nobody can write to."""
        if same_address(box.address, self._box.address) or self._is_alias(box.address):
            return without_unseen(box.name), self._box.address
        if not is_plain_address(box.address):
            return None
        made = self._aliases.make(
            Kind.REPLY, self._box.address, _without_capitals(box.address), self._expires
        )
        if made.to_keep is not None:
            self.to_keep.append(made.to_keep)
        return shown_name((box,)), made.address

    def _is_alias(self, address: str) -> bool:
        """Whether it stands for the mailbox: a stranger's mail to an alias is for that."""
        local, _, domain = address.rpartition("@")
        if domain.lower() != self._aliases.domain:
            return False
        read = self._aliases.read(local, (self._box.address,), _LONG_AGO)
        return read is not None and read[1] is not None


def _without_capitals(address: str) -> str:
    """The domain in lower case; a local-part keeps its capitals (RFC 5321, 2.4)."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"
