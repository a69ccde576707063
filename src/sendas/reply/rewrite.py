"""The owner's answer as it goes out: the mailbox as author, no trace of the private address.

Kept is what a correspondent needs: Subject, Date, MIME, what the person wrote.
Gone is what shows the private address or the way it took, and every field
beside those that speaks of an owner's address.  The body's bytes stay, but for the attendee
of an answered invitation, and where the owner wants it the lines over a quote.
"""

import re

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sendas.forward.answering import ReplyMailbox, Scrub
from sendas.forward.author import address_field, is_as_read, phrase
from sendas.forward.rewrite import Rewritten
from sendas.mail.encoded_words import decode_words
from sendas.mail.headers import ONCE_ONLY, Head, splice
from sendas.mail.lines import decode_text
from sendas.mail.message import Headers, content_type_of
from sendas.percent import unquote
from sendas.reply.decision import Answer
from sendas.reply.keys import SigningKeys
from sendas.reply.thread import MESSAGE_ID, hide, reveal
from sendas.text import without_unseen


if TYPE_CHECKING:
    from sendas.reply.body import Leaf


_GONE = frozenset(
    (
        b"", b"from", b"sender", b"reply-to", b"return-path", b"to", b"cc", b"bcc", b"received",
        b"message-id", b"delivered-to", b"dkim-signature", b"domainkey-signature",
        b"authentication-results", b"received-spf", b"autocrypt", b"openpgp", b"feedback-id",
        b"disposition-notification-to", b"return-receipt-to", b"errors-to", b"bounces-to",
        b"apparently-to", b"envelope-to", b"original-from", b"original-recipient", b"face",
    )
)  # fmt: skip
_KEPT = frozenset((b"subject", b"content-type"))
"""A subject is what the person wrote, also where it holds an address; of the other see below."""
_STRUCTURE = frozenset(
    (
        "boundary", "charset", "format", "delsp", "method", "type", "start", "protocol", "micalg",
        "smime-type",
    )
)  # fmt: skip
_GONE_FAMILIES = (b"x-", b"list-", b"resent-", b"arc-", b"dkim-")
_THREAD = (b"in-reply-to", b"references")
_BY_SES = re.compile(rb"@(?:[a-z0-9-]+\.)?amazonses\.com>\Z", re.IGNORECASE)
_MAX_REFERENCES = 60
_MAY_SPEAK = re.compile(rb"[@%=]")
_SEGMENT = re.compile(r";\s*[\w-]+\*\d+\*?=")
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_NO_PART = re.compile(r"[\s\"\\<>]+")
_CALENDAR = re.compile(rb"text/calendar|application/ics", re.IGNORECASE)


def rewrite_answer(head: Head, answer: Answer, domain: str, keys: SigningKeys) -> Rewritten:
    """Make the copy that *answer* wants; the body is a view of what came in."""
    dropped = {
        number
        for number, (key, _, _, _) in enumerate(head.spans)
        if _is_dropped(head, number, key, answer.mailbox)
        or (key == b"subject" and answer.subject is not None)
    }
    on_top = b"".join(_on_top(head, answer, domain, keys))
    changed = _changed_body(head, answer.mailbox)
    body = memoryview(head.content)[head.body :] if changed is None else memoryview(changed)
    return Rewritten(splice(head, on_top, dropped, _structure(head, answer.mailbox.owners)), body)


def _changed_body(head: Head, box: ReplyMailbox) -> bytes | None:
    """The body with the mailbox in the place of its owner; None where nothing is changed."""
    if box.scrub is Scrub.OFF and not _CALENDAR.search(head.content):
        return None
    # Loaded here: most bodies go out as they are, and each cold start loads this module.
    from sendas.reply.attribution import scrubbed  # noqa: PLC0415  as said
    from sendas.reply.body import edited  # noqa: PLC0415  as said
    from sendas.reply.calendar import answered_as  # noqa: PLC0415  as said

    instead = dict.fromkeys(box.owners, box.address)

    def edit(leaf: "Leaf", text: str) -> str:
        match leaf.content_type:
            case "text/calendar" | "application/ics":
                return answered_as(text, box)
            case "text/plain" | "text/html" if box.scrub is Scrub.ATTRIBUTION:
                return scrubbed(text, instead, html=leaf.content_type == "text/html")
            case _:
                return text

    return edited(head.content, head.body, edit)


def _is_dropped(head: Head, number: int, key: bytes, mailbox: ReplyMailbox) -> bool:
    if key in _GONE or key in _THREAD or key.startswith(_GONE_FAMILIES):
        return True
    if key in ONCE_ONLY and head.first[key] != number:
        return True
    return key not in _KEPT and _speaks_of(head.value(number), mailbox.owners)


def _structure(head: Head, owners: Sequence[str]) -> dict[int, bytes]:
    """Content-Type without the name of a file, where that holds an owner's address.

    What the body needs to be read by goes on.
    """
    number = head.first.get(b"content-type")
    if number is None or not _speaks_of(head.value(number), owners):
        return {}
    text = decode_text(head.value(number))
    kind, parameters = content_type_of(Headers((("content-type", text),)))
    fields = [
        f'{name}="{value}"'
        for name, value in parameters.items()
        if name in _STRUCTURE and value.isascii() and value.isprintable()
    ]
    kind = kind if kind.isascii() and kind.isprintable() else "application/octet-stream"
    eol = head.eol
    lines = (one.encode("ascii") for one in (f"Content-Type: {kind}", *fields))
    return {number: (b";" + eol + b" ").join(lines) + eol}


def _speaks_of(value: bytes, owners: Sequence[str]) -> bool:
    """Whether *value* names an owner in any way in which a field may spell an address.

    Encoded words, percent signs, parameters in pieces (RFC 2231, 3), comments, quotes and
    blanks in it, and the spelling with ``=`` that reverse-paths carry (VERP).
    """
    if not _MAY_SPEAK.search(value):
        return False
    text = unquote(decode_words(decode_text(value)), errors="replace")
    text = _SEGMENT.sub("", text)
    bare = _NO_PART.sub("", _COMMENT.sub("", text)).lower()
    return any(
        one in bare or one in text.lower()
        for owner in owners
        for one in (owner.lower(), owner.lower().replace("@", "="))
    )


def _on_top(head: Head, answer: Answer, domain: str, keys: SigningKeys) -> list[bytes]:
    eol, box = head.eol, answer.mailbox
    lines = [address_field(b"From", [(box.display_name, box.address)], eol)]
    for name, boxes in answer.visible:
        if boxes:
            shown = [(without_unseen(one.name), one.address) for one in boxes]
            lines.append(address_field(name.encode("ascii"), shown, eol))
    if answer.subject is not None:
        text = answer.subject
        raw = text.encode("ascii") if is_as_read(text) else phrase(text, eol)
        lines.append(b"Subject: " + raw + eol)
    lines += _thread(head, domain, keys)
    return lines


def _thread(head: Head, domain: str, keys: SigningKeys) -> list[bytes]:
    """In-Reply-To and References for the correspondents' side; the mail's own id joins, hidden.

    What the owner's side knows and they do not: SES gave each forwarded copy an
    id of its own, so the last of SES's ids is the copy's, and what follows it
    are the owner's own mails.
    """
    parents = MESSAGE_ID.findall(head.get(b"in-reply-to") or b"")[:1]
    named = MESSAGE_ID.findall(head.get(b"references") or b"")
    # Correspondents know the owner's own ids hidden; `with_revealed` put the plain one beside
    # each.  Found before the list is cut, and by the key of its time: none may go out plain.
    plain = {known for one in named if (known := reveal(keys, domain, one)) != one}
    chain = [one for one in named[-_MAX_REFERENCES:] if one not in parents] + parents
    by_ses = [number for number, one in enumerate(chain) if _BY_SES.search(one)]
    last = by_ses[-1] if by_ses else -1
    shown = [one for one in chain[: max(last, 0)] if one not in plain]
    shown += [_hidden(keys, domain, one) for one in chain[last + 1 :]]
    shown = list(filter(None, shown))
    own = MESSAGE_ID.search(head.get(b"message-id") or b"")
    every = [*shown, hide(keys, domain, own.group()) if own else b""]
    every = list(filter(None, dict.fromkeys(every)))
    lines = [b"In-Reply-To: " + shown[-1] + head.eol] if shown else []
    return [*lines, *([_ids(b"References", every, head.eol)] if every else [])]


def _hidden(keys: SigningKeys, domain: str, one: bytes) -> bytes:
    return one if reveal(keys, domain, one) != one else hide(keys, domain, one)


def _ids(name: bytes, ids: Sequence[bytes], eol: bytes) -> bytes:
    return name + b": " + (eol + b" ").join(ids) + eol


def with_revealed(value: bytes, domain: str, keys: SigningKeys) -> list[bytes]:
    """The ids of References for the owner's side: beside each of ours what it stands for.

    Clients keep the first id and the last ones.  Wherever such a cut falls, a plain id that
    is left has the hidden one beside it, which tells `rewrite_answer` what it is.
    """
    found: list[bytes] = []
    for one in MESSAGE_ID.findall(value)[-_MAX_REFERENCES:]:
        plain = reveal(keys, domain, one)
        pair = (plain, one) if found else (one, plain)
        found += (one,) if plain == one else pair
    return list(dict.fromkeys(found))
