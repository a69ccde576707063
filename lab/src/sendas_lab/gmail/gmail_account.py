"""A Gmail account: its switches, and the addresses it sends as."""

from dataclasses import dataclass, field
from enum import StrEnum


class TlsMode(StrEnum):
    """The dialog's two buttons: "Secured connection using TLS" (STARTTLS), or SSL."""

    TLS = "tls"
    SSL = "ssl"


@dataclass(frozen=True, slots=True)
class SendAs:
    """One row of Settings, Accounts and Import, "Send mail as"."""

    address: str
    name: str
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    tls: TlsMode = TlsMode.TLS
    confirmed: bool = False
    code: str = field(default="", repr=False)
    """The confirmation mail's code; the link carries it too."""


@dataclass(slots=True)
class Account:
    """One user of Gmail, with what can be switched against it."""

    address: str
    send_as: dict[str, SendAs] = field(default_factory=dict)
    refuses_spam: bool = False
    """Every arriving mail is "likely unsolicited": 550 5.7.1."""
    receives_too_fast: bool = False
    """450 4.2.1, as after a burst of forwarded mail."""
    full: bool = False
    """452 4.2.2: out of storage."""
    files_as_spam: bool = False
    """Mail is taken and filed under Spam."""
