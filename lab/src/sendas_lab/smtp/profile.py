"""How one kind of server speaks: what it offers, in which words, and how long it waits."""

from dataclasses import dataclass

from sendas.smtp.server.offer import Offer
from sendas.smtp.server.reply import Reply
from sendas_lab.mail import SmtpReply


_IDLE = Reply(421, "4.4.2", "Error: timeout exceeded")


@dataclass(frozen=True, slots=True)
class Profile:
    """A server's character: its *offer*, and after *idle_seconds* of silence its *idle*."""

    offer: Offer
    idle_seconds: float = 300.0
    idle: Reply = _IDLE


def said(reply: Reply) -> SmtpReply:
    """One of the machine's replies, as the lab's servers hand them to each other."""
    return SmtpReply(reply.code, f"{reply.status} {reply.text}".strip())
