"""Other people's mail servers: an ordinary one, and one like Exchange Online."""

from sendas.lab.recipients.exchange import ExchangeOnline, Refusal
from sendas.lab.recipients.mailbox import Mailboxes, StoredMail
from sendas.lab.recipients.ordinary import OrdinaryServer


__all__ = ["ExchangeOnline", "Mailboxes", "OrdinaryServer", "Refusal", "StoredMail"]
