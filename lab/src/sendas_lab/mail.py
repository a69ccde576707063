"""What the lab's servers hand to each other: envelopes, contents, replies."""

from dataclasses import dataclass, field


_SUCCESS, _TRANSIENT = 2, 4
"""Reply classes, the first digit of a code (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """RFC 5321, 2.3.1: who it is from, for bounces, and to whom it goes."""

    reverse_path: str
    """Empty for the null reverse-path."""
    forward_paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transmission:
    """One mail object on its way over SMTP; *content* is bytes with CRLF line ends."""

    envelope: Envelope
    content: bytes = field(repr=False)
    source_ip: str = "127.0.0.1"
    helo: str = "localhost"
    tls: bool = True


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """What a server answers."""

    code: int
    text: str

    @property
    def accepted(self) -> bool:
        """Class 2."""
        return self.code // 100 == _SUCCESS

    @property
    def transient(self) -> bool:
        """Class 4: worth another try."""
        return self.code // 100 == _TRANSIENT

    def __str__(self) -> str:
        """As on the wire: ``550 5.1.1 no such user``."""
        return f"{self.code} {self.text}"


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """How delivery to one forward-path ended at one host."""

    forward_path: str
    reply: SmtpReply
    remote_mta: str
