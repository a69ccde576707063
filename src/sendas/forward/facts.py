"""What the header of a received mail tells those who decide: author, marks, hops, machines."""

import re

from collections.abc import Sequence
from dataclasses import dataclass, field

from sendas.mail.address import addresses_in, domain_of
from sendas.mail.canary import CANARY
from sendas.mail.encoded_words import decode_words
from sendas.mail.headers import Head
from sendas.mail.lines import decode_text
from sendas.mail.mailboxes import MAX_FIELD, Mailbox, read_mailboxes
from sendas.ses.notices import Receipt, Verdict


MARK = b"X-Sendas-Forwarded"
"""The loop mark: the forward-paths that a copy came through.

Plain, without a signature: who forges it keeps but his own mail out of the
inbox and in the quarantine, and a secret in the function would have to be kept.
"""
_MARK = MARK.lower()
MAX_MARKS = 1000
MAX_MARK_BYTES = 320
MAX_MARKS_BYTES = 1 << 18
# What else machines of their time say, for want of Auto-Submitted.
_ANSWERS = frozenset({b"x-autoreply", b"x-autorespond"})
_SUPPRESSED = re.compile(rb"(?:\A|[\s,])(?:all|ndr|autoreply|oof)(?:[\s,]|\Z)", re.IGNORECASE)
_LISTS = frozenset({b"list-id", b"list-unsubscribe", b"list-post", b"list-help", b"list-owner"})
_BULK = frozenset({b"bulk", b"junk", b"list"})
# RFC 3834, 2: "-request", "owner-"; and what lists and mass mailers have their bounces sent to.
_MACHINE = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|donotreply|bounces?)(?:[+=-].*)?"
    r"|owner-.*|.*-(?:owner|request|bounces?)(?:\+.*)?"
)
_NO = re.compile(rb"no[ \t]*(?:[;(]|\Z)", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2060-\u206f]+")


@dataclass(frozen=True, slots=True)
class Facts:
    """*authors* are those of the first From field; *automatic* is RFC 3834's sense.

    *marked* are the forward-paths that the mail has been through, as `mark_of`
    writes them, and *passes* how often a copy was made of it; *delivered_to* the
    mailboxes, in lower case, it has been in; *hops* counts Received fields.
    *bulk* is a list's or a mass mailing's.
    """

    authors: tuple[Mailbox, ...]
    automatic: bool
    bulk: bool
    hops: int
    marked: frozenset[bytes] = field(default=frozenset())
    passes: int = 0
    delivered_to: frozenset[str] = field(default=frozenset())
    canary: bool = False
    """It calls itself a probe of sendas; who forges that keeps but his own mail out."""


def read_facts(head: Head, reverse_path: str) -> Facts:
    """Look at the header once; *reverse_path* is empty when it is the null one."""
    keys = [span[0] for span in head.spans]
    return Facts(
        authors=authors_of(head, reverse_path),
        automatic=_is_automatic(head, reverse_path),
        bulk=_is_bulk(head),
        hops=keys.count(b"received"),
        marked=_marks(head),
        passes=keys.count(_MARK),
        delivered_to=_addresses(head, b"delivered-to"),
        canary=CANARY.lower().encode() in head.first,
    )


def authors_of(head: Head, reverse_path: str) -> tuple[Mailbox, ...]:
    """The authors: From, or without an address there, Sender, or the reverse-path."""
    found: tuple[Mailbox, ...] = ()
    for key in (b"from", b"sender"):
        value = head.get(key)
        boxes = read_mailboxes(value) if value else ()
        if any(box.address for box in boxes):
            return _named_as(found, boxes)
        found = found or boxes
    return _named_as(found, (Mailbox("", reverse_path),)) if reverse_path else found


def _named_as(nameless: Sequence[Mailbox], boxes: tuple[Mailbox, ...]) -> tuple[Mailbox, ...]:
    """The boxes, under the name that From gave without an address."""
    if not nameless or not nameless[0].name or len(boxes) > 1:
        return boxes
    return (Mailbox(nameless[0].name, boxes[0].address),)


def subject_of(head: Head, most: int = 200) -> str:
    """The subject on one line, decoded, for people; empty without one."""
    value = head.get(b"subject") or b""
    text = _UNSEEN.sub(" ", decode_words(decode_text(value[: 8 * most]))).strip()
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _is_automatic(head: Head, reverse_path: str) -> bool:
    """Whether a machine wrote it, so that nothing may be sent in answer (RFC 3834, 2)."""
    if not reverse_path or _MACHINE.fullmatch(reverse_path.partition("@")[0].lower()):
        return True
    submitted = head.get(b"auto-submitted")
    # RFC 3834, 5: "no" means a person; anything else, known or not, a machine.
    if submitted is not None and _NO.match(submitted) is None:
        return True
    kind = head.get(b"content-type") or b""
    if kind[:16].lower() == b"multipart/report" or not _ANSWERS.isdisjoint(head.first):
        return True
    # Exchange's: which answers its author does without (MS-OXCMAIL).
    suppressed = head.get(b"x-auto-response-suppress")
    answered = (head.get(b"precedence") or b"").lower() == b"auto_reply"
    return answered or bool(suppressed and _SUPPRESSED.search(suppressed))


def _is_bulk(head: Head) -> bool:
    precedence = (head.get(b"precedence") or b"").lower()
    return precedence in _BULK or not _LISTS.isdisjoint(head.first)


def mark_of(forward_path: str) -> bytes:
    """One forward-path as the loop mark holds it: one word, lower case, no comma."""
    word = b"".join(forward_path.lower().encode("utf-8", "replace").split())
    return word.replace(b",", b"")[:MAX_MARK_BYTES]


def _marks(head: Head) -> frozenset[bytes]:
    if _MARK not in head.first:
        return frozenset()
    words = b",".join(head.all(_MARK))[:MAX_MARKS_BYTES].lower().split(b",")
    return frozenset(filter(None, map(bytes.strip, words)))


def _addresses(head: Head, key: bytes) -> frozenset[str]:
    if key not in head.first:
        return frozenset()
    text = ",".join(decode_text(value) for value in head.all(key))
    return frozenset(address.lower() for address in addresses_in(text[:MAX_FIELD], MAX_MARKS))


def author_key(facts: Facts, receipt: Receipt) -> str:
    """Who is counted: the first author's address, and how the mail proves to be the author's.

    From alone is anybody's to write: who forges a friend's must not use up the
    friend's hour.  DMARC that passes proves it; else the domain for which SPF
    passes tells one writer from another; else nothing does.
    """
    reverse_path, verdicts = receipt.reverse_path, receipt.verdicts
    address = facts.authors[0].address if facts.authors else reverse_path
    author = f"{address.rpartition('@')[0].lower()}@{domain_of(address)}" if address else "<>"
    if verdicts.dmarc is Verdict.PASS:
        return f"{author} dmarc=pass"
    spf = domain_of(reverse_path) if verdicts.spf is Verdict.PASS else "?"
    return f"{author} dmarc={verdicts.dmarc} spf={spf}"
