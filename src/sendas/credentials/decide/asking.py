"""Asking a holder to prove that its copy works: its own mail proves it, no click does; pure."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sendas.credentials.decide.holders import Holder
from sendas.mail.address import Address
from sendas.mail.canary import CANARY


def asking_mail(  # noqa: PLR0913, PLR0917  a letter's fields
    mailbox: Address, holder: Holder, to: Address, once: Address, token: str, now: datetime
) -> bytes:
    """The whole mail, CRLF, from *mailbox* to whoever can let *holder* send.

    It bears the canary's mark, so that the history does not take it for a mail of a holder.
    """
    mail = EmailMessage(SMTP)
    mail["From"] = mailbox
    mail["To"] = to
    mail["Reply-To"] = once
    mail["Subject"] = f"Please answer: does {holder} still send as {mailbox}?"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<sendas-ask-{token}@{mailbox.domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5
    mail[CANARY] = token
    how = (
        f"Answer this mail, and choose {mailbox} in From before you send."
        if holder.is_gmail
        else f"Let {holder} send any mail to {once}."
    )
    mail.set_content(
        f"{holder} keeps a copy of the SMTP password of {mailbox}, and no mail of its own was\n"
        "seen since that password was replaced. If the copy is old, its next mail fails.\n\n"
        f"{how}\n\n"
        "What arrives proves that the copy works. There is nothing to click.\n"
        f"If it fails: sendas credentials rotate {mailbox} --status says what to type.\n",
        cte="quoted-printable",
    )
    return mail.as_bytes()
