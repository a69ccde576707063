"""A canary: a mail that we send ourselves to prove a path end to end, known by its marks; pure.

It goes to an address of its own beside the mailbox, which SES receives by the
mailbox's rule (FACTS 8.1) and no suppression list can hold, for no two are alike.
The forwarder, the history and whoever waits for it know it by the same two marks.
"""

import re

from datetime import datetime
from email.utils import format_datetime

from sendas.mail.address import Address


CANARY = "X-Sendas-Canary"
"""The header field; its value is the canary's token."""
_DETAIL = "+sendas-canary-"
_TOKEN = re.compile(r"[0-9a-f]{8,32}")
_MAX_LOCAL = 64
"""RFC 5321, 4.5.3.1.1."""


def canary_address(mailbox: Address, token: str) -> Address:
    """Where the canary *token* of *mailbox* goes: hexadecimal, new for each.

    A detail of the mailbox's own goes, and a long local-part is cut: then only a
    rule for the whole domain receives it.

    Raises:
        ValueError: *token* is none.
    """
    if not _TOKEN.fullmatch(token):
        msg = "a token is 8 to 32 hexadecimal digits"
        raise ValueError(msg)
    local = mailbox.local_part.partition("+")[0]
    room = _MAX_LOCAL - len(_DETAIL) - len(token)
    return Address(f"{local[:room].rstrip('.')}{_DETAIL}{token}@{mailbox.domain}")


def is_canary_address(text: str) -> bool:
    """Whether a mail to *text* can be a canary."""
    return bool(token_of(text))


def token_of(text: str) -> str:
    """The token in a canary's address; empty in any other."""
    local, _, _ = text.lower().rpartition("@")
    _, detail, token = local.partition(_DETAIL)
    return token if detail and _TOKEN.fullmatch(token) else ""


def canary_mail(mailbox: Address, token: str, now: datetime) -> bytes:
    """The whole mail, CRLF; whoever reads it learns what it is and that it may go."""
    fields = (
        ("From", mailbox),
        ("To", canary_address(mailbox, token)),
        ("Subject", f"sendas canary {token}"),
        ("Date", format_datetime(now)),
        ("Message-ID", f"<sendas-canary-{token}@{mailbox.domain}>"),
        ("Auto-Submitted", "auto-generated"),  # RFC 3834, 5: nothing answers it
        (CANARY, token),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=us-ascii"),
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    body = (
        f"sendas sent this to itself, to prove that mail from {mailbox} leaves and arrives.\r\n"
        "Nobody needs to read it; it may be deleted.\r\n"
    )
    return f"{head}\r\n{body}".encode("ascii")
