"""Whether a mail is the owner's own: by what SES verified, never by what the mail says of itself.

From, envelope and knowledge of an alias prove nothing: anybody can write them
(FACTS 22).  SES's DMARC verdict does, for the one From that it is about.
"""

from dataclasses import dataclass
from enum import StrEnum, auto

from sendas.forward.answering import ReplyMailbox
from sendas.mail.address import same_address
from sendas.mail.headers import Head
from sendas.mail.mailboxes import mailboxes_of
from sendas.ses.notices import Verdict, Verdicts


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
    doubt = _doubt(head, fields, len(boxes), author)
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
    if not value.isascii() or b"\x00" in value or value.count(b"@") != 1 + _in_name(value):
        return "its From field can be read in several ways"
    if any(not same_address(one.address, author) for one in mailboxes_of(head, b"sender")):
        return "its Sender is not its author"
    return ""


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
