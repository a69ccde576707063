"""What a receiving server's reply means to SES: bounce, delay or delivery.

Source: FACTS 10 and 11 (SES guide, "Bounce types"): the subtypes follow the
enhanced status code; a 4xx is tried again and reported as a delay.
"""

import re

from dataclasses import dataclass

from sendas_lab.mail import SmtpReply


_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
_SUBTYPES = {
    "5.2.2": ("Transient", "MailboxFull"),
    "5.2.3": ("Transient", "MessageTooLarge"),
    "5.3.4": ("Transient", "MessageTooLarge"),
    "5.6.1": ("Transient", "ContentRejected"),
}
_DELAYS = {
    "4.2.2": "MailboxFull",
    "4.7.28": "SpamDetected",
    "4.7.1": "RecipientServerError",
    "4.4.1": "TransientCommunicationFailure",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A bounce's type and subtype."""

    type: str
    subtype: str

    @property
    def hard(self) -> bool:
        """Counts to the bounce rate, and puts the recipient on the list."""
        return self.type == "Permanent"


SUPPRESSED = Kind("Permanent", "OnAccountSuppressionList")
EXPIRED = Kind("Transient", "General")
"""A soft bounce that SES has given up on."""


def enhanced_status(reply: SmtpReply) -> str:
    """The code in the reply's text, or the one its first digit implies."""
    found = _ENHANCED.match(reply.text)
    if found:
        return found[1]
    return {250: "2.0.0", 550: "5.1.1", 552: "5.2.2", 450: "4.2.0", 421: "4.4.1"}.get(
        reply.code, f"{reply.code // 100}.0.0"
    )


def diagnostic(reply: SmtpReply) -> str:
    """As in a DSN: ``smtp; 550 5.1.1 user unknown``."""
    return f"smtp; {reply}"


def bounce_kind(reply: SmtpReply) -> Kind:
    """How SES names a refusal for good."""
    # Refusals of content and of forwarded spam (5.7.x) count as hard bounces:
    # the public letter in aws-lambda-ses-forwarder#150 (FACTS 11).
    return Kind(*_SUBTYPES.get(enhanced_status(reply), ("Permanent", "General")))


def delay_type(reply: SmtpReply) -> str:
    """How SES names a refusal for now."""
    return _DELAYS.get(enhanced_status(reply), "TransientCommunicationFailure")
