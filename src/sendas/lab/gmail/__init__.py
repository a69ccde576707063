"""Gmail in the lab: mailboxes, the "Send mail as" dialog, and what it says when it fails."""

from sendas.lab.gmail.account import SendAs, TlsMode
from sendas.lab.gmail.google import Gmail
from sendas.lab.gmail.settings import DialogError


__all__ = ["DialogError", "Gmail", "SendAs", "TlsMode"]
