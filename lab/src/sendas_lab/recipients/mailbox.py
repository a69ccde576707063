"""Mail that has arrived, kept where its reader would look for it."""

import threading

from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from sendas_lab.auth import Authentication
from sendas_lab.kept import Kept
from sendas_lab.mail import Envelope
from sendas_lab.ses.message import parse


INBOX = "inbox"


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One mail in one mailbox; *kept* begins with the fields its server added.

    *authentication* is what the server computed; None for what it wrote itself.
    """

    at: datetime
    envelope: Envelope
    kept: Kept = field(repr=False)
    authentication: Authentication | None = field(default=None, repr=False)
    tls: bool = False

    @property
    def content(self) -> bytes:
        """The mail as it was stored."""
        return bytes(self.kept)

    def header(self, name: str) -> str | None:
        """The topmost field of that name, unfolded."""
        return parse(self.content).get(name)

    @property
    def subject(self) -> str:
        """The Subject field; empty without one."""
        return self.header("Subject") or ""

    @property
    def author(self) -> str:
        """The From field, as it is written."""
        return self.header("From") or ""

    def parsed(self) -> EmailMessage:
        """The content as the standard library reads it."""
        return BytesParser(policy=policy.default).parsebytes(self.content)

    def text(self) -> str:
        """What a person reads: the plain text part, with line feeds."""
        body = self.parsed().get_body(preferencelist=("plain",))
        return str(body.get_content()).replace("\r\n", "\n") if body is not None else ""


class Mailboxes:
    """Every mailbox of a server: address, then folder, then mails, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mails: dict[tuple[str, str], list[StoredMail]] = {}

    def put(self, address: str, mail: StoredMail, folder: str = INBOX) -> None:
        """File *mail* as the newest."""
        with self._lock:
            self._mails.setdefault((address.lower(), folder), []).append(mail)

    def of(self, address: str, folder: str = INBOX) -> tuple[StoredMail, ...]:
        """The mails in one folder."""
        with self._lock:
            return tuple(self._mails.get((address.lower(), folder), ()))

    def all(self) -> tuple[StoredMail, ...]:
        """Every mail in every inbox."""
        with self._lock:
            return tuple(m for key, mails in self._mails.items() if key[1] == INBOX for m in mails)

    def by_mailbox(self) -> tuple[tuple[str, StoredMail], ...]:
        """Every mail in every inbox, with its address, oldest first."""
        with self._lock:
            found = [
                (key[0], mail)
                for key, mails in self._mails.items()
                if key[1] == INBOX
                for mail in mails
            ]
        return tuple(sorted(found, key=lambda one: one[1].at))

    def clear(self) -> None:
        """Empty every mailbox."""
        with self._lock:
            self._mails.clear()
