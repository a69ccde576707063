"""Gmail in the lab: mailboxes, the "Send mail as" dialog, and what it says when it fails."""

from sendas_lab.gmail.gmail_account import SendAs, TlsMode
from sendas_lab.gmail.google import Gmail
from sendas_lab.gmail.settings import DialogError


__all__ = ["DialogError", "Gmail", "SendAs", "TlsMode"]
