"""What a client did that the server's shell has to decide."""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class MailParameters:
    """What follows the reverse-path.

    *size* in bytes as the client announces it (RFC 1870), *body* is ``7BIT``, ``8BITMIME``
    or empty (RFC 6152), *auth* the decoded mailbox of AUTH= (RFC 4954, 5; never trusted),
    *ret* and *envid* of RFC 3461, 4.3 and 4.4.
    """

    size: int | None = None
    body: str = ""
    utf8: bool = False
    auth: str = ""
    ret: str = ""
    envid: str = ""


@dataclass(frozen=True, slots=True)
class RecipientParameters:
    """What follows the forward-path (RFC 3461, 4.1 and 4.2); *notify* is empty if not given."""

    notify: frozenset[str] = frozenset()
    orcpt: str = ""


@dataclass(frozen=True, slots=True)
class Hello:
    """EHLO, or HELO where not *extended*; answered by the machine, told to the shell."""

    name: str
    extended: bool


@dataclass(frozen=True, slots=True)
class StartTls:
    """The client wants TLS: 220, then the handshake, then `tls_started`."""


@dataclass(frozen=True, slots=True)
class Login:
    """A complete AUTH exchange; 235 lets the client in."""

    username: str
    password: str = field(repr=False)
    mechanism: str = "PLAIN"


@dataclass(frozen=True, slots=True)
class Mail:
    """MAIL FROM; *reverse_path* is empty for ``<>``."""

    reverse_path: str
    parameters: MailParameters = MailParameters()


@dataclass(frozen=True, slots=True)
class Recipient:
    """RCPT TO."""

    reverse_path: str
    forward_path: str
    parameters: RecipientParameters = RecipientParameters()


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message, dots unstuffed, line ends as they came."""

    mail: Mail
    recipients: tuple[Recipient, ...]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Closed:
    """The dialogue is over: send the output, hang up."""


Event: TypeAlias = Hello | StartTls | Login | Mail | Recipient | Message | Closed
"""All but `Hello` and `Closed` wait for `ServerMachine.answer`."""
