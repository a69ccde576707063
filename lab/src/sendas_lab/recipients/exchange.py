"""A server that refuses and accepts in Exchange Online's words.

Texts: Microsoft's NDR list and its page on 5.7.515, as transcribed in bounces
seen in the wild; `docs/lab-world.md` says which is which.
"""

import secrets

from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum

from sendas.auth.dmarc import Policy
from sendas.smtp.server.offer import MEGABYTE, Offer
from sendas_lab.auth import Authentication
from sendas_lab.mail import SmtpReply
from sendas_lab.recipients.mailbox import Mailboxes, StoredMail
from sendas_lab.recipients.receiving import Arriving, ReceivingConversation, Surroundings
from sendas_lab.smtp.conversation import Visit
from sendas_lab.smtp.profile import Profile


class Refusal(StrEnum):
    """What the server can be told to say to every mail, by its enhanced status code."""

    RECIPIENT_NOT_FOUND = "5.1.10"
    MAILBOX_FULL = "5.2.2"
    BLOCK_LIST = "5.7.1"
    FAILS_DMARC = "5.7.509"
    BANNED_SENDER = "5.7.511"
    AUTHENTICATION_LEVEL = "5.7.515"


class ExchangeOnline:
    """The mail exchanger of one tenant's domain.

    *refusal* is what it says to every mail; with None it judges: a mail that
    fails DMARC under ``p=reject`` is refused (5.7.509), ``unknown@`` does not
    exist (5.1.10), ``full@`` is full (5.2.2), everything else is taken.
    """

    def __init__(self, domain: str, surroundings: Surroundings) -> None:
        self.domain = domain
        self.host = f"{domain.replace('.', '-')}.mail.protection.outlook.com"
        self.surroundings = surroundings
        self.mailboxes = Mailboxes()
        self.refusal: Refusal | None = None

    def open(self, visit: Visit) -> ReceivingConversation:
        """A new connection."""
        return _ExchangeConversation(visit, self)

    def at_recipient(self, address: str) -> SmtpReply | None:
        """The refusal of RCPT."""
        if address.lower().rpartition("@")[2] != self.domain:
            return SmtpReply(550, "5.7.64 TenantAttribution; Relay Access Denied SMTP")
        local = address.lower().rpartition("@")[0].partition("+")[0]
        if local == "unknown" or self.refusal is Refusal.RECIPIENT_NOT_FOUND:
            return SmtpReply(
                550,
                "5.1.10 RESOLVER.ADR.RecipientNotFound; "
                f"Recipient {address} not found by SMTP address lookup",
            )
        return None

    def refuse(self, mail: Arriving) -> SmtpReply | None:
        """The refusal at the final dot."""
        refusal = self.refusal or self._judged(mail)
        return _reply(refusal, mail, self.surroundings.clock.now()) if refusal else None

    def keep(self, mail: Arriving, stored: StoredMail) -> SmtpReply:
        """File it, with the queue's words."""
        for forward_path in mail.envelope.forward_paths:
            self.mailboxes.put(forward_path, stored)
        size = len(mail.transmission.content)
        return SmtpReply(
            250,
            f"2.6.0 {mail.message_id} [InternalId={secrets.randbelow(10**14)}, "
            f"Hostname=DB9P192MB0001.EURP192.PROD.OUTLOOK.COM] {size} bytes in 0.112, "
            f"{size / 1024 / 0.112:.3f} KB/sec Queued mail for delivery",
        )

    def reset(self) -> None:
        """Empty mailboxes, no switch set."""
        self.mailboxes.clear()
        self.refusal = None

    def _judged(self, mail: Arriving) -> Refusal | None:
        if mail.authentication.dmarc.disposition is Policy.REJECT:
            return Refusal.FAILS_DMARC
        full = any(path.lower().startswith("full@") for path in mail.envelope.forward_paths)
        return Refusal.MAILBOX_FULL if full else None


def _reply(refusal: Refusal, mail: Arriving, now: datetime) -> SmtpReply:
    where = f"[DB5PEPF00014B8A.eurprd02.prod.outlook.com {now:%Y-%m-%dT%H:%M:%S.000Z} 08DE0000]"
    code = 554 if refusal is Refusal.MAILBOX_FULL else 550
    return SmtpReply(code, f"{refusal} {_text(refusal, mail.authentication)} {where}")


def _text(refusal: Refusal, checks: Authentication) -> str:
    domain = checks.author_domain.upper()
    match refusal:
        case Refusal.RECIPIENT_NOT_FOUND:
            return "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
        case Refusal.MAILBOX_FULL:
            return "mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException"
        case Refusal.BLOCK_LIST:
            return (
                f"Unfortunately, messages from [{checks.source_ip}] weren't sent. Please contact "
                "your Internet service provider since part of their network is on our block list "
                "(S3150). You can also refer your provider to "
                "http://mail.live.com/mail/troubleshooting.aspx#errors."
            )
        case Refusal.FAILS_DMARC:
            return (
                f"Access denied, sending domain {domain} does not pass DMARC verification and "
                "has a DMARC policy of reject."
            )
        case Refusal.BANNED_SENDER:
            return (
                f"Access denied, banned sender[{checks.source_ip}]. To request removal from this "
                "list please forward this message to delist@messaging.microsoft.com. For more "
                "information please go to http://go.microsoft.com/fwlink/?LinkId=526653. AS(1410)"
            )
        case Refusal.AUTHENTICATION_LEVEL:
            return (
                f"Access denied, sending domain {domain} does not meet the required "
                "authentication level. The sender's domain in the 5322.From address doesn't meet "
                "the authentication requirements defined for the sender. To learn how to fix this "
                "see: https://go.microsoft.com/fwlink/p/?linkid=2319303 "
                f"Spf= {_word(passes=checks.spf_passes)} , Dkim= "
                f"{_word(passes=checks.dkim_passes)} , DMARC= {_word(passes=checks.dmarc_passes)}"
            )


def _word(*, passes: bool) -> str:
    return "Pass" if passes else "Fail"


class _ExchangeConversation(ReceivingConversation):
    def __init__(self, visit: Visit, server: ExchangeOnline) -> None:
        super().__init__(visit, server)
        self._server = server
        self.profile = Profile(
            Offer(
                f"{server.host} Hello [{visit.source_ip}]",
                keywords=("PIPELINING", "DSN", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"),
                max_message_bytes=150 * MEGABYTE,
            )
        )

    def greeting(self) -> SmtpReply:
        now = format_datetime(self._server.surroundings.clock.now())
        return SmtpReply(220, f"{self._server.host} Microsoft ESMTP MAIL Service ready at {now}")

    def mail(self, reverse_path: str) -> SmtpReply:  # noqa: ARG002  a hook
        return SmtpReply(250, "2.1.0 Sender OK")

    def recipient(self, reverse_path: str, forward_path: str) -> SmtpReply:  # noqa: ARG002  a hook
        return self._server.at_recipient(forward_path) or SmtpReply(250, "2.1.5 Recipient OK")
