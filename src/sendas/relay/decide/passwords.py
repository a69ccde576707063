"""Passwords of our own: made by us, kept as digests, one or more for each mailbox.

A digest is one SHA-256 over a salt and the secret, on purpose.  A slow digest (scrypt,
Argon2) protects what people choose, which can be guessed; nobody guesses 160 random bits,
slowly or quickly, while every login that a stranger tries would cost us what the slow
digest costs.  NIST SP 800-63B, 5.1.2.2: secrets of at least 112 bits of entropy "SHALL be
hashed with an approved one-way function".  So none can be chosen here: they are made.
"""

import base64
import hashlib
import hmac
import re

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sendas.config import readers
from sendas.errors import UsageError
from sendas.mail.address import Address, same_address


SECRET_BYTES, SALT_BYTES = 20, 16
"""160 bits: 32 letters and digits, none of which looks like another."""

_BLANKS = re.compile(r"[\s-]+")


class BadLabel(UsageError):
    """The text cannot be a password's label."""


@dataclass(frozen=True, slots=True)
class Password:
    """One password of a mailbox, as it is kept: nobody can log in with what stands here.

    *mailbox* is the user name.  *senders* are the addresses that it may send as, whole or
    ``*@domain``.  With *after_ses* a client hears 250 only once SES took the mail.
    """

    mailbox: Address
    label: str
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    senders: tuple[str, ...]
    after_ses: bool
    created_at: datetime
    last_used_at: datetime | None = None
    last_used_from: str = ""
    """The network, never the whole address (`guessing.network_of`)."""

    @property
    def name(self) -> str:
        """What names it in logs, tags and lists: mailbox and label."""
        return f"{self.mailbox}/{self.label}"


def secret_from(random: bytes) -> str:
    """The text that is typed, from `SECRET_BYTES` random bytes."""
    if len(random) != SECRET_BYTES:
        msg = f"{SECRET_BYTES} random bytes, not {len(random)}"
        raise ValueError(msg)
    return base64.b32encode(random).decode("ascii").lower()


def make_password(  # noqa: PLR0913  one password has these parts
    secret: str,
    salt: bytes,
    *,
    mailbox: Address,
    label: str,
    senders: Iterable[str],
    after_ses: bool,
    now: datetime,
) -> Password:
    """What is kept of *secret*."""
    kept = tuple(dict.fromkeys(senders))
    return Password(mailbox, label, salt, digest_of(secret, salt), kept, after_ses, now)


def digest_of(secret: str, salt: bytes) -> bytes:
    """The digest, of the secret as it is read: blanks, dashes and case do not count.

    People type it from paper, and Google writes its own in groups.
    """
    read = _BLANKS.sub("", secret).lower()
    return hashlib.sha256(salt + read.encode("utf-8", "replace")).digest()


_NOBODY = Password(
    Address("nobody@invalid.example"),
    "none",
    bytes(SALT_BYTES),
    bytes(32),
    senders=(),
    after_ses=False,
    created_at=datetime.min,  # noqa: DTZ901  compared with, never shown
)


def matching(secret: str, mailbox: str, known: Iterable[Password]) -> Password | None:
    """The password of *mailbox* that *secret* is; None for a wrong one and an unknown user alike.

    Each takes the same time, but for the number of passwords of a mailbox that exists.
    """
    ours = [one for one in known if same_address(one.mailbox, mailbox)] or [_NOBODY]
    found = None
    for one in ours:
        equal = hmac.compare_digest(digest_of(secret, one.salt), one.digest)
        if equal and one is not _NOBODY:
            found = one
    return found


def parse_label(text: str) -> str:
    """A label: it becomes the value of an SES message tag, so letters, digits and dashes.

    Raises:
        BadLabel: Anything else.
    """
    try:
        return readers.label(text.strip().lower())
    except readers.Wrong as wrong:
        msg = str(wrong)
        raise BadLabel(msg) from None
