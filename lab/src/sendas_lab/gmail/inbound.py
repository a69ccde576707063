"""Gmail's mail exchanger: who gets in, and into which folder."""

import secrets

from sendas.auth.dmarc import Policy as DmarcPolicy
from sendas.smtp.server.offer import MEGABYTE, Offer
from sendas_lab.gmail import texts
from sendas_lab.gmail.gmail_account import Account
from sendas_lab.mail import SmtpReply
from sendas_lab.recipients.mailbox import INBOX, Mailboxes, StoredMail
from sendas_lab.recipients.receiving import Arriving, ReceivingConversation, Surroundings
from sendas_lab.smtp.conversation import Visit
from sendas_lab.smtp.profile import Profile


SPAM = "spam"


class Exchanger:
    """``gmail-smtp-in.l.google.com``; calls itself mx.google.com."""

    host = "mx.google.com"

    def __init__(
        self, surroundings: Surroundings, mailboxes: Mailboxes, accounts: dict[str, Account]
    ) -> None:
        self.surroundings = surroundings
        self.mailboxes = mailboxes
        self._accounts = accounts
        self.anybody = False
        """Whoever is written to has an account: for people who pick an address and open none."""

    def open(self, visit: Visit) -> ReceivingConversation:
        """A new connection."""
        return _Conversation(visit, self)

    def account(self, address: str) -> Account | None:
        """The account that gets mail for *address*: Gmail ignores dots and plus labels."""
        local, _, domain = address.lower().rpartition("@")
        if domain != "gmail.com":
            return None
        name = local.partition("+")[0]
        key = f"{name.replace('.', '')}@{domain}"
        if self.anybody:
            self._accounts.setdefault(key, Account(f"{name}@{domain}"))
        return self._accounts.get(key)

    def at_recipient(self, address: str) -> SmtpReply | None:
        """The refusal of RCPT."""
        account = self.account(address)
        if account is None:
            return texts.no_such_user()
        if account.receives_too_fast:
            return texts.rate()
        return texts.full() if account.full else None

    def refuse(self, mail: Arriving) -> SmtpReply | None:
        """The refusal at the final dot."""
        checks = mail.authentication
        if not checks.spf_passes and not checks.dkim_passes:
            return texts.unauthenticated(checks)
        if checks.dmarc.disposition is DmarcPolicy.REJECT:
            return texts.dmarc(checks)
        if any(account.refuses_spam for account in self._addressed(mail)):
            return texts.spam(checks.source_ip)
        return None

    def keep(self, mail: Arriving, stored: StoredMail) -> SmtpReply:
        """File it; a mail that fails DMARC under p=quarantine goes to Spam."""
        quarantined = mail.authentication.dmarc.disposition is DmarcPolicy.QUARANTINE
        for account in self._addressed(mail):
            folder = SPAM if account.files_as_spam or quarantined else INBOX
            self.mailboxes.put(account.address, stored, folder)
        seconds = int(stored.at.timestamp())
        return SmtpReply(250, f"2.0.0 OK  {seconds} {texts.tail()}")

    def _addressed(self, mail: Arriving) -> list[Account]:
        found = map(self.account, mail.envelope.forward_paths)
        return [account for account in found if account is not None]


class _Conversation(ReceivingConversation):
    def __init__(self, visit: Visit, exchanger: Exchanger) -> None:
        super().__init__(visit, exchanger)
        self._exchanger = exchanger
        self.profile = Profile(
            Offer(
                "mx.google.com at your service",
                keywords=("8BITMIME", "ENHANCEDSTATUSCODES", "PIPELINING", "SMTPUTF8"),
                max_message_bytes=150 * MEGABYTE,
            )
        )

    def greeting(self) -> SmtpReply:
        return SmtpReply(220, f"mx.google.com ESMTP {secrets.token_hex(12)} - gsmtp")

    def mail(self, reverse_path: str) -> SmtpReply:  # noqa: ARG002  a hook
        return SmtpReply(250, f"2.1.0 OK {texts.tail()}")

    def recipient(self, reverse_path: str, forward_path: str) -> SmtpReply:  # noqa: ARG002  a hook
        refused = self._exchanger.at_recipient(forward_path)
        return refused or SmtpReply(250, f"2.1.5 OK {texts.tail()}")
