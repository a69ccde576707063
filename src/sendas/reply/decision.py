"""An answer that goes out."""

from dataclasses import dataclass

from sendas.forward.answering import ReplyMailbox
from sendas.forward.decision import Reason
from sendas.mail.mailboxes import Mailbox


@dataclass(frozen=True, slots=True)
class Answer:
    """Send the owner's mail to *target* as *mailbox*; one copy for each correspondent.

    *visible* is what To and Cc shall say, field by field: correspondents, never
    aliases.  *subject* replaces the mail's own where it held the recipients.
    """

    target: str
    forward_paths: tuple[str, ...]
    mailbox: ReplyMailbox
    visible: tuple[tuple[str, tuple[Mailbox, ...]], ...]
    subject: str | None = None
    reason: Reason = Reason.ANSWERED
    why: str = ""
