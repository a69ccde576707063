"""An ordinary server (Postfix's words), whose mailboxes do what their names say.

``bounce@``, ``550@`` and ``unknown@`` do not exist; ``temperror@`` fails for
now; ``timeout@`` drops the connection; ``full@`` is full; ``greylist@`` takes
the second try after five minutes; ``spam@`` refuses the content;
``complaint@`` takes the mail and reports it as spam; anybody else takes it.
A label after a plus changes nothing.
"""

import secrets
import threading

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sendas.smtp.server.offer import MEGABYTE, Offer
from sendas_lab.mail import SmtpReply
from sendas_lab.recipients.mailbox import Mailboxes, StoredMail
from sendas_lab.recipients.receiving import Arriving, ReceivingConversation, Surroundings
from sendas_lab.smtp.channel import Gone
from sendas_lab.smtp.conversation import Visit
from sendas_lab.smtp.profile import Profile


GREYLISTED_FOR = timedelta(minutes=5)
"""Postgrey's default delay."""

Complain = Callable[[str, str], None]
"""Told the SES message id and the recipient when ``complaint@`` reports a mail."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """A reply to RCPT; the address takes the place of the braces."""

    code: int
    text: str

    def reply(self, address: str) -> SmtpReply:
        return SmtpReply(self.code, self.text.format(address))


_UNKNOWN = _Refused(
    550, "5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table"
)
_AT_RCPT = {
    "bounce": _UNKNOWN,
    "550": _UNKNOWN,
    "unknown": _UNKNOWN,
    "temperror": _Refused(451, "4.3.0 <{}>: Temporary lookup failure"),
    "full": _Refused(
        552,
        "5.2.2 <{}>: Recipient address rejected: Mailbox is full / Blocks limit exceeded / "
        "Inode limit exceeded",
    ),
}
_GREYLISTED = _Refused(
    450,
    "4.2.0 <{}>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/",
)
_SPAM = SmtpReply(554, "5.7.1 Spam message rejected")


class OrdinaryServer:
    """The mail exchanger of some domains."""

    def __init__(
        self,
        host: str,
        domains: tuple[str, ...],
        surroundings: Surroundings,
        complain: Complain = lambda _message_id, _recipient: None,
    ) -> None:
        self.host = host
        self.domains = domains
        self.surroundings = surroundings
        self.mailboxes = Mailboxes()
        self._complain = complain
        self._lock = threading.Lock()
        self._first_seen: dict[tuple[str, str, str], datetime] = {}

    def open(self, visit: Visit) -> ReceivingConversation:
        """A new connection."""
        return _OrdinaryConversation(visit, self)

    def at_recipient(self, source: str, reverse_path: str, address: str) -> SmtpReply | None:
        """The refusal of RCPT that the mailbox's name asks for."""
        local, _, domain = address.lower().rpartition("@")
        if domain not in self.domains:
            return SmtpReply(554, f"5.7.1 <{address}>: Relay access denied")
        name = local.partition("+")[0]
        if name == "timeout":
            raise Gone
        if name == "greylist":
            return self._greylist((source, reverse_path, address.lower()))
        refused = _AT_RCPT.get(name)
        return refused.reply(address) if refused else None

    def refuse(self, mail: Arriving) -> SmtpReply | None:
        """Only ``spam@`` looks at the content."""
        return _SPAM if any(_is("spam", path) for path in mail.envelope.forward_paths) else None

    def keep(self, mail: Arriving, stored: StoredMail) -> SmtpReply:
        """File it for every recipient; ``complaint@`` reports it then."""
        for forward_path in mail.envelope.forward_paths:
            self.mailboxes.put(forward_path, stored)
            if _is("complaint", forward_path):
                # SES's reverse-path is its message id at its own domain.
                message_id = mail.envelope.reverse_path.partition("@")[0]
                self._complain(message_id, forward_path)
        return SmtpReply(250, f"2.0.0 Ok: queued as {secrets.token_hex(6).upper()[:11]}")

    def reset(self) -> None:
        """Empty mailboxes; nobody was ever seen."""
        self.mailboxes.clear()
        with self._lock:
            self._first_seen.clear()

    def _greylist(self, triple: tuple[str, str, str]) -> SmtpReply | None:
        now = self.surroundings.clock.now()
        with self._lock:
            first = self._first_seen.setdefault(triple, now)
        return None if now - first >= GREYLISTED_FOR else _GREYLISTED.reply(triple[2])


class _OrdinaryConversation(ReceivingConversation):
    def __init__(self, visit: Visit, server: OrdinaryServer) -> None:
        super().__init__(visit, server)
        self._server = server
        self.profile = Profile(
            Offer(
                server.host,
                keywords=("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME"),
                max_message_bytes=50 * MEGABYTE,
            )
        )

    def greeting(self) -> SmtpReply:
        return SmtpReply(220, f"{self._server.host} ESMTP Postfix")

    def recipient(self, reverse_path: str, forward_path: str) -> SmtpReply:
        refused = self._server.at_recipient(self.visit.source_ip, reverse_path, forward_path)
        return refused or SmtpReply(250, "2.1.5 Ok")


def _is(name: str, address: str) -> bool:
    return address.lower().rpartition("@")[0].partition("+")[0] == name
