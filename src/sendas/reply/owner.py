"""Whether a mail is the owner's own: by what SES verified, never by what the mail says of itself.

From, envelope and knowledge of an alias prove nothing: anybody can write them
(FACTS 22).  SES's DMARC verdict does, for the one From that it is about.
"""

import re

from dataclasses import dataclass
from enum import StrEnum, auto

from sendas.forward.answering import ReplyMailbox
from sendas.mail.address import same_address
from sendas.mail.encoded_words import decode_words
from sendas.mail.headers import Head
from sendas.mail.mailboxes import mailboxes_of
from sendas.ses.notices import Verdict, Verdicts


_ONCE = (
    b"subject", b"to", b"cc", b"message-id", b"content-type", b"content-transfer-encoding",
)  # fmt: skip
"""Once at most (RFC 5322, 3.6; RFC 2045).  From and Sender are judged by themselves."""


_CHARSETS = re.compile(rb"=\?([^?]*)\?")
_READ_ALIKE = re.compile(
    rb"(?:utf-8|us-ascii|iso-8859-\d+|windows-\d+|koi8-[ru]|gb\w+|big5|shift_jis|euc-\w+"
    rb"|iso-2022-\w+)(?:\*[a-z-]+)?",
    re.IGNORECASE,
)
"""Charsets in which ``@`` is ``@`` for every reader: in UTF-7 it hides."""


class Proof(StrEnum):
    """What is known of who wrote."""

    PROVEN = auto()
    """SES verified that the author domain's owner sent it, and the author is an owner of ours."""
    UNPROVEN = auto()
    """It says that the owner wrote it, and nothing shows that."""
    SOMEBODY_ELSE = auto()
    """It does not even say so."""


@dataclass(frozen=True, slots=True)
class Authorship:
    """The proof, and for people why."""

    proof: Proof
    why: str


def authorship(
    head: Head, verdicts: Verdicts, mailbox: ReplyMailbox, *, aligned: bool
) -> Authorship:
    """Judge who wrote the mail.

    *aligned*: a DKIM signature or SPF that passed stands, by SES's own
    Authentication-Results, for the very domain of From.  It counts only where
    the author domain has no DMARC record at all (SES's GRAY).
    """
    fields = list(head.all(b"from"))
    boxes = mailboxes_of(head, b"from")
    author = boxes[0].address if boxes else ""
    claimed = any(mailbox.is_owner(box.address) for box in boxes)
    if not claimed:
        return Authorship(Proof.SOMEBODY_ELSE, "it is not from an owner of the mailbox")
    doubt = _doubt_of_header(head) or _doubt(head, fields, len(boxes), author)
    if doubt:
        return Authorship(Proof.UNPROVEN, doubt)
    match verdicts.dmarc:
        case Verdict.PASS:
            return Authorship(Proof.PROVEN, "DMARC passed")
        case Verdict.GRAY if aligned:
            why = "its domain has no DMARC record; DKIM or SPF passed for that very domain"
            return Authorship(Proof.PROVEN, why)
        case Verdict.GRAY:
            why = (
                "its domain has no DMARC record, and neither DKIM nor SPF passed for that very "
                "domain: publish a DMARC record there"
            )
        case Verdict.FAIL:
            why = "DMARC failed: somebody else may have written it"
        case _:
            why = "SES could not tell whether DMARC passes"
    return Authorship(Proof.UNPROVEN, why)


def _doubt(head: Head, fields: list[bytes], boxes: int, author: str) -> str:
    """What makes it unclear which From SES's verdict is about; empty if nothing does."""
    if len(fields) != 1 or boxes != 1:
        return "it names more than one author"
    value = fields[0]
    odd = not value.isascii() or value.count(b"@") != 1 + _in_name(value)
    if odd or _hides_address(value):
        return "its From field can be read in several ways"
    if any(not same_address(one.address, author) for one in mailboxes_of(head, b"sender")):
        return "its Sender is not its author"
    return ""


def _doubt_of_header(head: Head) -> str:
    """What lets another reader find another header than we do; empty if nothing does.

    Line ends that are not the header's own, NUL, a line that is no field, no empty line behind
    it: SES may have found the header to end elsewhere, and another From.  A field twice: of
    what is added on top of a signed mail no signature tells (RFC 6376, 8.15).
    """
    lines = head.content[: head.body].replace(head.eol, b"")
    if head.body == head.end or b"\r" in lines or b"\n" in lines or b"\x00" in lines:
        return "its header can be read in several ways"
    keys = [span[0] for span in head.spans]
    if b"" in keys:
        return "its header holds a line that is no field"
    twice = next((key for key in _ONCE if key in head.first and keys.count(key) > 1), b"")
    return f"its header holds {twice.decode('ascii').title()} twice" if twice else ""


def _hides_address(value: bytes) -> bool:
    """Whether encoded words in it hold what a reader that decodes first takes for an address."""
    if b"=?" not in value:
        return False
    if not all(_READ_ALIKE.fullmatch(one) for one in _CHARSETS.findall(value)):
        return True
    decoded = decode_words(value.decode("ascii"))
    return decoded.count("@") != value.count(b"@") or decoded.count("<") != value.count(b"<")


def _in_name(value: bytes) -> int:
    """How many ``@`` stand in front of the address proper, as in ``"me@work" <me@example.net>``.

    Only a quoted name may hold one: what an unquoted one holds, readers take
    for the address.
    """
    name, _, _ = value.rpartition(b"<")
    quoted = name.strip()
    inside = quoted[1:-1]
    is_one = quoted[:1] == quoted[-1:] == b'"' and b'"' not in inside and b"\\" not in inside
    return inside.count(b"@") if is_one else 0
