"""Other people's mail servers: an ordinary one, and one like Exchange Online."""

from sendas_lab.recipients.exchange import ExchangeOnline, Refusal
from sendas_lab.recipients.mailbox import Mailboxes, StoredMail
from sendas_lab.recipients.ordinary import OrdinaryServer


__all__ = ["ExchangeOnline", "Mailboxes", "OrdinaryServer", "Refusal", "StoredMail"]
