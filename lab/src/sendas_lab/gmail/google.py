"""Gmail as its users see it."""

import dataclasses
import threading

from datetime import datetime
from typing import Protocol

from sendas_lab.gmail import letters
from sendas_lab.gmail.gmail_account import Account, SendAs, TlsMode
from sendas_lab.gmail.inbound import SPAM, Exchanger
from sendas_lab.gmail.settings import DialogError, Submitter, dialog_text
from sendas_lab.kept import Kept
from sendas_lab.mail import DeliveryResult, Envelope, Transmission
from sendas_lab.recipients.mailbox import INBOX, Mailboxes, StoredMail
from sendas_lab.recipients.receiving import Surroundings


SENT = "sent"
OUTGOING_HOST = "mail-sor-f41.google.com"
OUTGOING_ADDRESS = "198.51.100.129"
OUTGOING_NETWORK = "198.51.100.128/27"
EXCHANGER_HOST = "gmail-smtp-in.l.google.com"
EXCHANGER_ADDRESS = "198.51.100.10"


class Deliver(Protocol):
    """Carries a mail to its recipients' servers."""

    def __call__(self, transmission: Transmission) -> tuple[DeliveryResult, ...]:
        """How it ended for each recipient."""


class Gmail:
    """Accounts at gmail.com, their folders, and the settings they send with."""

    def __init__(self, surroundings: Surroundings, submitter: Submitter, deliver: Deliver) -> None:
        self._surroundings = surroundings
        self._submitter = submitter
        self._deliver = deliver
        self._lock = threading.RLock()
        self._accounts: dict[str, Account] = {}
        self._mailboxes = Mailboxes()
        self.exchanger = Exchanger(surroundings, self._mailboxes, self._accounts)

    # Accounts and folders -----------------------------------------------

    def open_account(self, address: str) -> Account:
        """The account *address*, such as ``owner@gmail.com``; made when it is not there yet."""
        local, _, domain = address.lower().rpartition("@")
        key = f"{local.replace('.', '')}@{domain}"
        with self._lock:
            return self._accounts.setdefault(key, Account(address.lower()))

    def by_mailbox(self) -> tuple[tuple[str, StoredMail], ...]:
        """Every mail in every inbox, with its address."""
        return self._mailboxes.by_mailbox()

    def inbox(self, address: str) -> tuple[StoredMail, ...]:
        """What arrived, oldest first."""
        return self._mailboxes.of(self._account(address).address, INBOX)

    def spam(self, address: str) -> tuple[StoredMail, ...]:
        """What Gmail filed as spam."""
        return self._mailboxes.of(self._account(address).address, SPAM)

    def sent(self, address: str) -> tuple[StoredMail, ...]:
        """What the user sent, delivered or not."""
        return self._mailboxes.of(self._account(address).address, SENT)

    def reset(self) -> None:
        """No account is left."""
        with self._lock:
            self._accounts.clear()
        self._mailboxes.clear()

    # Settings, Accounts and Import, "Send mail as" ----------------------

    def add_send_as(  # noqa: PLR0913  the dialog's fields
        self,
        account: str,
        *,
        address: str,
        name: str,
        host: str,
        port: int,
        username: str,
        password: str,
        tls: TlsMode = TlsMode.TLS,
    ) -> SendAs:
        """Fill in the dialog and press "Add Account": log in, create, mail the confirmation.

        Raises:
            DialogError: Gmail could not log in; nothing was created.
        """
        code = letters.new_code()
        settings = SendAs(
            address.lower(), name, host, port, username, password, tls, confirmed=False, code=code
        )
        self._prove(settings)
        self._store(account, settings)
        self._confirm_by_mail(account, settings)
        return settings

    def edit_send_as(  # noqa: PLR0913  the dialog's fields
        self,
        account: str,
        address: str,
        *,
        host: str | None = None,
        port: int | None = None,
        username: str | None = None,
        password: str | None = None,
        tls: TlsMode | None = None,
    ) -> SendAs:
        """Open "edit info" and press "Save Changes"; a field left out stays.

        Raises:
            DialogError: Gmail could not log in; the old settings stay.
            LookupError: The account does not send as *address*.
        """
        before = self.send_as(account, address)
        settings = dataclasses.replace(
            before,
            host=before.host if host is None else host,
            port=before.port if port is None else port,
            username=before.username if username is None else username,
            password=before.password if password is None else password,
            tls=before.tls if tls is None else tls,
        )
        self._prove(settings)
        self._store(account, settings)
        return settings

    def send_as(self, account: str, address: str) -> SendAs:
        """The stored settings.  Raises LookupError without such a row."""
        return self._account(account).send_as[address.lower()]

    def remember(self, account: str, settings: SendAs) -> None:
        """Let the account hold *settings* as if they had been right once: for playing faults."""
        self._store(account, settings)

    def confirm(self, account: str, address: str, code: str) -> bool:
        """Type the code of the confirmation mail, or open its link; whether it was right."""
        settings = self.send_as(account, address)
        if code != settings.code:
            return False
        self._store(account, dataclasses.replace(settings, confirmed=True))
        return True

    def resend_confirmation(self, account: str, address: str) -> tuple[DeliveryResult, ...]:
        """Press "Resend email"."""
        return self._confirm_by_mail(account, self.send_as(account, address))

    # Writing ------------------------------------------------------------

    def send(
        self,
        account: str,
        *,
        to: str | tuple[str, ...],
        subject: str,
        text: str,
        sender: str | None = None,
    ) -> str:
        """Write a mail and press "Send"; its Message-ID.

        *sender* is a confirmed "Send mail as" address, or the account's own.
        Whatever happens then is told by a mail in the inbox, as in Gmail.

        Raises:
            LookupError: *sender* is not among the account's addresses, or not confirmed.
        """
        recipients = (to,) if isinstance(to, str) else to
        own = self._account(account).address
        now = self._surroundings.clock.now()
        if sender is None or sender.lower() == own:
            message_id, content = letters.written(own, recipients, subject, text, now)
            content = letters.signed(content, "gmail.com")
            self._file(own, own, recipients, content, now)
            self._send_itself(own, recipients, content, now)
            return message_id
        settings = self.send_as(account, sender)
        if not settings.confirmed:
            msg = f"{sender} is not confirmed yet"
            raise LookupError(msg)
        author = letters.author(settings)
        message_id, content = letters.written(author, recipients, subject, text, now)
        self._file(own, settings.address, recipients, content, now)
        envelope = Envelope(settings.address, recipients)
        failed = self._submitter.submit(settings, envelope, content)
        if failed is not None:
            for recipient in recipients:
                mail = letters.Undelivered(own, recipient, failed.response, content, now)
                self._put_bounce(own, letters.send_as_bounce(mail), now)
        return message_id

    def reply(self, account: str, mail: StoredMail, *, text: str, to_all: bool = False) -> str:
        """Press "Reply" or "Reply all" at a mail of the inbox, and "Send"; its Message-ID."""
        own, now = self._account(account).address, self._surroundings.clock.now()
        message_id, recipients, content = letters.answer(own, mail, text, now, to_all=to_all)
        content = letters.signed(content, "gmail.com")
        self._file(own, own, recipients, content, now)
        self._send_itself(own, recipients, content, now)
        return message_id

    def _send_itself(
        self, own: str, recipients: tuple[str, ...], content: bytes, now: datetime
    ) -> None:
        for result in self._carry(own, recipients, content):
            if not result.reply.accepted:
                mail = letters.Undelivered(
                    own, result.forward_path, str(result.reply), content, now, result.remote_mta
                )
                self._put_bounce(own, letters.remote_bounce(mail), now)

    def _confirm_by_mail(self, account: str, settings: SendAs) -> tuple[DeliveryResult, ...]:
        own = self._account(account).address
        content = letters.confirmation(settings, own, self._surroundings.clock.now())
        return self._carry(letters.CONFIRMATION_SENDER, (settings.address,), content)

    def _carry(
        self, reverse_path: str, recipients: tuple[str, ...], content: bytes
    ) -> tuple[DeliveryResult, ...]:
        envelope = Envelope(reverse_path, recipients)
        return self._deliver(
            Transmission(envelope, content, OUTGOING_ADDRESS, OUTGOING_HOST, tls=True)
        )

    def _prove(self, settings: SendAs) -> None:
        failed = self._submitter.try_login(settings)
        if failed is not None:
            raise DialogError(dialog_text(failed), failed.response)

    def _store(self, account: str, settings: SendAs) -> None:
        with self._lock:
            self._account(account).send_as[settings.address] = settings

    def _account(self, address: str) -> Account:
        found = self.exchanger.account(address)
        if found is None:
            raise LookupError(address)
        return found

    def _file(
        self, own: str, author: str, recipients: tuple[str, ...], content: bytes, now: datetime
    ) -> None:
        self._mailboxes.put(
            own, StoredMail(now, Envelope(author, recipients), Kept(content)), SENT
        )

    def _put_bounce(self, own: str, content: bytes, now: datetime) -> None:
        self._mailboxes.put(own, StoredMail(now, Envelope("", (own,)), Kept(content)), INBOX)
