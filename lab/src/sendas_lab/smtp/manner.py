"""How one kind of server speaks: what it offers, when, and in which words."""

from dataclasses import dataclass, field
from typing import NamedTuple

from sendas_lab.mail import SmtpReply


MEGABYTE = 1024 * 1024


class Words(NamedTuple):
    """The texts that differ from server to server."""

    ok: SmtpReply = SmtpReply(250, "2.0.0 Ok")
    bye: SmtpReply = SmtpReply(221, "2.0.0 Bye")
    start_tls: SmtpReply = SmtpReply(220, "2.0.0 Ready to start TLS")
    start_data: SmtpReply = SmtpReply(354, "End data with <CR><LF>.<CR><LF>")
    need_tls: SmtpReply = SmtpReply(530, "5.7.0 Must issue a STARTTLS command first")
    need_auth: SmtpReply = SmtpReply(530, "5.7.0 Authentication Required")
    need_hello: SmtpReply = SmtpReply(503, "5.5.1 Error: send HELO/EHLO first")
    bad_sequence: SmtpReply = SmtpReply(503, "5.5.1 Error: bad sequence of commands")
    bad_command: SmtpReply = SmtpReply(500, "5.5.2 Error: command not recognized")
    bad_argument: SmtpReply = SmtpReply(501, "5.5.4 Syntax: error in parameters or arguments")
    bad_reverse_path: SmtpReply = SmtpReply(501, "5.1.7 Bad sender address syntax")
    bad_forward_path: SmtpReply = SmtpReply(501, "5.1.3 Bad recipient address syntax")
    bad_auth: SmtpReply = SmtpReply(501, "5.5.2 Invalid authentication data")
    unknown_mechanism: SmtpReply = SmtpReply(504, "5.5.4 Unrecognized authentication type")
    too_long: SmtpReply = SmtpReply(552, "5.3.4 Error: message file too big")
    idle: SmtpReply = SmtpReply(421, "4.4.2 Error: timeout exceeded")
    plain_prompt: str = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """A server's character.  *host* is what it calls itself in the answer to EHLO."""

    host: str
    keywords: tuple[str, ...] = ("8BITMIME",)
    last_line: str | None = None
    """A line after the keywords, as SES's ``250 Ok``."""
    mechanisms: tuple[str, ...] = ()
    offers_tls: bool = True
    needs_tls: bool = False
    needs_auth: bool = False
    max_bytes: int = 40 * MEGABYTE
    announces_size: bool = True
    idle_seconds: float = 300.0
    words: Words = field(default_factory=Words)

    def hello(self, *, extended: bool, tls: bool) -> tuple[str, ...]:
        """The lines of 250 that answer EHLO or HELO."""
        if not extended:
            return (self.host,)
        size = (f"SIZE {self.max_bytes}",) if self.announces_size else ()
        secure = ("STARTTLS",) if self.offers_tls and not tls else ()
        auth = (f"AUTH {' '.join(self.mechanisms)}",) if self.mechanisms else ()
        last = (self.last_line,) if self.last_line else ()
        return (self.host, *self.keywords, *size, *secure, *auth, *last)
