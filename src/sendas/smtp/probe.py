"""What happened when an SMTP server was dialled: steps, timings, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """How far the dialogue came."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    SEND = "send"
    DONE = "done"


class Outcome(StrEnum):
    """How it ended, in a closed vocabulary."""

    ACCEPTED = "accepted"
    """235: user name and password are right.  Says nothing of policy."""
    SENT = "sent"
    """250 after DATA: the test message was accepted."""
    REACHED = "reached"
    """TLS and AUTH are offered; no credential was given to try."""
    NAME_UNKNOWN = "name-unknown"
    NO_ROUTE = "no-route"
    BLOCKED = "blocked"
    """Connecting timed out: a filter swallows the packets."""
    CONNECTION_REFUSED = "connection-refused"
    WRONG_TLS_MODE = "wrong-tls-mode"
    BAD_CERTIFICATE = "bad-certificate"
    TLS_FAILED = "tls-failed"
    STARTTLS_NOT_OFFERED = "starttls-not-offered"
    AUTH_NOT_OFFERED = "auth-not-offered"
    REFUSED = "refused"
    """The server answered 4xx or 5xx: see the reply."""
    TIMED_OUT = "timed-out"
    """Silence inside the session."""
    DISCONNECTED = "disconnected"
    NOT_SMTP = "not-smtp"


@dataclass(frozen=True, slots=True)
class Reply:
    """One SMTP reply: the code and the lines of text after it (RFC 5321, 4.2)."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines joined by blanks."""
        return " ".join(self.lines)

    def __str__(self) -> str:
        """As a client would log it: ``535 Authentication Credentials Invalid``."""
        return f"{self.code} {self.text}"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the transcript; secrets are masked before they come here.

    *direction* is ``>`` (we said), ``<`` (they said) or ``*`` (it happened).
    *elapsed_seconds* is how long it took, counted from the line before.
    """

    stage: Stage
    direction: str
    text: str
    elapsed_seconds: float


@dataclass(frozen=True, slots=True)
class Probe:
    """One dialogue, whole."""

    host: str
    port: int
    implicit_tls: bool
    username: str | None
    outcome: Outcome
    stage: Stage
    reply: Reply | None
    steps: tuple[Step, ...]
    detail: str = ""
    mechanisms: tuple[str, ...] = ()
    certificate_ends_at: datetime | None = None
    """Of the server's own certificate, once it was found good."""
