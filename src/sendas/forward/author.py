"""The author of a forwarded mail, as the owner sees it and can answer.

DMARC protects the author's domain, so a forwarded mail cannot carry the
author's address in From (FACTS 19.2).  From becomes a mailbox of ours whose
name says who wrote: ``"Jane Doe (jane at example.net)" <forwarded@example.com>``.
The @ is written as a word, since some servers refuse and some readers hide a
name that looks like an address (PEERS 1.3, row 9).
"""

import binascii

from collections.abc import Iterator, Sequence

from sendas.mail.address import is_plain_address
from sendas.mail.domain import ascii_domain
from sendas.mail.mailboxes import Mailbox
from sendas.text import without_unseen


MAX_NAME = 64
MAX_ADDRESS = 100
MAX_REPLY_TO = 20
"""Characters of a name and of an address that a list of mails can show; authors answered to."""
KEPT_END = 60
"""Characters at the end of an address that are always shown: whose it is stands there."""
NOBODY = "unknown author"

# C0, C1, DEL; zero width, direction marks and overrides, line and paragraph separators, BOM.
# RFC 2047, 2: 76 characters a line, with "Reply-To: =?utf-8?b?" and "?="; base64 gives 4 for 3.
_BYTES_PER_WORD = 39


def shown_name(authors: Sequence[Mailbox]) -> str:
    """One line for people that says who wrote, whatever the field looked like."""
    if not authors:
        return NOBODY
    first = authors[0]
    name, address = _short_name(without_at(first.name)), _short_address(without_at(first.address))
    if name.lower() in {"", address.lower()}:
        shown = address or NOBODY
    elif address:
        shown = f"{name} ({address})"
    else:
        shown = name
    return f"{shown} and {len(authors) - 1} more" if len(authors) > 1 else shown


def _short_name(name: str) -> str:
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1].rstrip() + "…"


def _short_address(address: str) -> str:
    """Cut in the middle, so that a long local-part does not hide the domain."""
    if len(address) <= MAX_ADDRESS:
        return address
    return address[: MAX_ADDRESS - KEPT_END - 1].rstrip() + "…" + address[-KEPT_END:]


def without_at(text: str) -> str:
    """A stranger's text on one line, each ``@`` a word, the wide and the small one too."""
    text = text.replace("@", " at ")
    if not text.isascii():
        text = text.replace("\uff20", " at ").replace("\ufe6b", " at ")
    return without_unseen(text)


def from_field(authors: Sequence[Mailbox], from_address: str, eol: bytes) -> bytes:
    """The From field that goes out, with its line end: one mailbox, ours."""
    return address_field(b"From", [(shown_name(authors), from_address)], eol)


def reply_to_field(authors: Sequence[Mailbox], eol: bytes) -> bytes:
    """A Reply-To field with every author that can be answered; empty without any."""
    wanted = []
    for one in authors[:MAX_REPLY_TO]:
        address = _sendable(one.address)
        if address:
            wanted.append((_named(one, address), address))
    return address_field(b"Reply-To", wanted, eol) if wanted else b""


def _named(author: Mailbox, address: str) -> str:
    name = without_unseen(author.name)[:MAX_NAME]
    return "" if name.lower() == address.lower() else name


def _sendable(address: str) -> str:
    """The address as an ASCII field can carry it; empty when none can."""
    local, _, domain = address.rpartition("@")
    address = f"{local}@{ascii_domain(domain)}"
    if is_plain_address(address):
        return address
    quoted = local[:1] == '"' == local[-1:] and local[1:-1].isascii() and local.isprintable()
    odd = '"' in local[1:-1] or "\\" in local
    return address if quoted and not odd and is_plain_address(f"x@{ascii_domain(domain)}") else ""


def address_field(name: bytes, mailboxes: Sequence[tuple[str, str]], eol: bytes) -> bytes:
    """A field of *mailboxes*, each a name on one line and an ASCII address, with its line end."""
    fold = b"," + eol + b" "
    return name + b": " + fold.join([_mailbox(*box, eol) for box in mailboxes]) + eol


def _mailbox(name: str, address: str, eol: bytes) -> bytes:
    spec = address.encode("ascii")
    if not name:
        return spec
    return phrase(name, eol) + eol + b" <" + spec + b">"


def phrase(name: str, eol: bytes) -> bytes:
    """A display name as RFC 5322, 3.2.5 wants it: quoted, or encoded words in UTF-8.

    Many readers decode what looks like an encoded word inside quotes too: such
    a name is encoded, so that they show it as it is.
    """
    if is_as_read(name):
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'.encode("ascii")
    return (eol + b" ").join(_encoded_words(name))


def is_as_read(text: str) -> bool:
    """Whether a field can carry it as it is: ASCII that no reader decodes."""
    return text.isascii() and text.isprintable() and "=?" not in text


def _encoded_words(text: str) -> Iterator[bytes]:
    # RFC 2047, 5 (3): each word holds whole characters.
    piece = b""
    for char in text:
        raw = char.encode("utf-8", "replace")
        if len(piece) + len(raw) > _BYTES_PER_WORD:
            yield _word(piece)
            piece = b""
        piece += raw
    yield _word(piece)


def _word(raw: bytes) -> bytes:
    return b"=?utf-8?b?" + binascii.b2a_base64(raw, newline=False) + b"?="
