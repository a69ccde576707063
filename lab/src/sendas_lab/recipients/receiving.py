"""What every receiving server does with a mail: judge it, mark it, keep it or refuse it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Protocol

from sendas.dns.answers import Answer, Question
from sendas_lab.auth import Authentication, authenticate, authentication_results
from sendas_lab.clock import Clock
from sendas_lab.kept import Kept
from sendas_lab.mail import Envelope, SmtpReply, Transmission
from sendas_lab.recipients.mailbox import Mailboxes, StoredMail
from sendas_lab.ses.message import crlf, parse
from sendas_lab.smtp.conversation import Conversation, Visit


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a receiving server needs of the lab."""

    clock: Clock
    resolve: Callable[[Question], Answer]


class Policy(Protocol):
    """Where one kind of receiver differs from another."""

    surroundings: Surroundings
    mailboxes: Mailboxes
    host: str
    """Its name in Received and Authentication-Results."""

    def refuse(self, mail: "Arriving") -> SmtpReply | None:
        """A refusal at the final dot, or None to take the mail."""

    def keep(self, mail: "Arriving", stored: StoredMail) -> SmtpReply:
        """File the mail, and the 250 for it."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """A mail at the final dot, with what the three checks said."""

    transmission: Transmission
    authentication: Authentication

    @property
    def envelope(self) -> Envelope:
        """Who it is from, and to whom."""
        return self.transmission.envelope

    @property
    def message_id(self) -> str:
        """The Message-ID field; empty without one."""
        return parse(crlf(self.transmission.content)).get("Message-ID") or ""


class ReceivingConversation(Conversation):
    """A mail exchanger's side of one connection."""

    def __init__(self, visit: Visit, policy: Policy) -> None:
        super().__init__(visit)
        self._policy = policy

    def message(self, envelope: Envelope, content: bytes) -> SmtpReply:
        """Judge it; then the policy decides."""
        surroundings = self._policy.surroundings
        transmission = Transmission(
            envelope, content, self.visit.source_ip, self.visit.helo, self.visit.tls
        )
        authentication = authenticate(transmission, surroundings.resolve, self._policy.host)
        arriving = Arriving(transmission, authentication)
        refused = self._policy.refuse(arriving)
        if refused is not None:
            return refused
        now = surroundings.clock.now()
        stored = StoredMail(
            now,
            envelope,
            Kept(marked(arriving, self._policy.host, now)),
            authentication,
            self.visit.tls,
        )
        return self._policy.keep(arriving, stored)


def marked(mail: Arriving, host: str, now: datetime) -> bytes:
    """The content under the fields of final delivery (RFC 5321, 4.4, and RFC 8601)."""
    transmission = mail.transmission
    protocol = "ESMTPS" if transmission.tls else "ESMTP"
    received = (
        f"from {transmission.helo} ([{transmission.source_ip}])\r\n"
        f"        by {host} with {protocol}\r\n"
        f"        for <{transmission.envelope.forward_paths[0]}>;\r\n"
        f"        {format_datetime(now)}"
    )
    fields = (
        ("Return-Path", f"<{transmission.envelope.reverse_path}>"),
        ("Received", received),
        ("Authentication-Results", authentication_results(mail.authentication, host)),
    )
    return bytes(parse(crlf(transmission.content)).with_on_top(fields))
