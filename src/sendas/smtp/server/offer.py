"""What a server offers, what it demands, where it stops, and the words that it says so in."""

from dataclasses import dataclass, field
from typing import NamedTuple

from sendas.smtp.server.reply import Fault, Reply


MEGABYTE = 1024 * 1024


def _client(code: int, status: str, text: str) -> Reply:
    return Reply(code, status, text, fault=Fault.CLIENT)


class Words(NamedTuple):
    """The replies that the machine gives by itself; a server of another make has others."""

    ok: Reply = Reply(250, "2.0.0", "Ok")
    bye: Reply = Reply(221, "2.0.0", "Bye")
    start_tls: Reply = Reply(220, "2.0.0", "Ready to start TLS")
    start_data: Reply = Reply(354, "", "End data with <CR><LF>.<CR><LF>")
    vrfy: Reply = Reply(252, "2.1.5", "Send some mail, I'll try my best")
    need_tls: Reply = _client(530, "5.7.0", "Must issue a STARTTLS command first")
    need_auth: Reply = _client(530, "5.7.0", "Authentication required")
    need_hello: Reply = _client(503, "5.5.1", "Error: send HELO/EHLO first")
    bad_sequence: Reply = _client(503, "5.5.1", "Error: bad sequence of commands")
    bad_command: Reply = _client(500, "5.5.2", "Error: command not recognized")
    bad_argument: Reply = _client(501, "5.5.4", "Syntax error in parameters or arguments")
    bad_reverse_path: Reply = _client(501, "5.1.7", "Bad sender address syntax")
    bad_forward_path: Reply = _client(501, "5.1.3", "Bad recipient address syntax")
    bad_parameter: Reply = _client(555, "5.5.4", "MAIL FROM/RCPT TO parameter not recognized")
    not_ascii: Reply = _client(
        553, "5.6.7", "This address needs SMTPUTF8, which was not asked for"
    )
    bad_auth: Reply = _client(501, "5.5.2", "Invalid authentication data")
    cancelled: Reply = _client(501, "5.7.0", "Authentication cancelled")
    unknown_mechanism: Reply = _client(504, "5.5.4", "Unrecognized authentication type")
    line_too_long: Reply = _client(500, "5.5.2", "Line too long")
    too_long: Reply = _client(552, "5.3.4", "Message is longer than this server takes")
    too_many_recipients: Reply = _client(452, "4.5.3", "Too many recipients; send the rest again")
    too_many_errors: Reply = _client(421, "4.7.0", "Too many errors on this connection")
    plain_prompt: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A server's character.  *host* is what it calls itself in the answer to EHLO.

    *keywords* are announced as they stand; STARTTLS, AUTH and SIZE are added where they
    apply.  *last_line* follows all, as SES's ``250 Ok``.
    """

    host: str
    keywords: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
    last_line: str = ""
    mechanisms: tuple[str, ...] = ()
    offers_tls: bool = True
    needs_tls: bool = False
    needs_auth: bool = False
    hides_auth: bool = True
    """Whether AUTH is announced under TLS only, where TLS is needed; SES announces it always."""
    announces_size: bool = True
    takes_unknown_parameters: bool = False
    max_message_bytes: int = 40 * MEGABYTE
    max_line_bytes: int = 2048
    """RFC 5321, 4.5.3.1.4 asks for 512; parameters and AUTH need more."""
    max_auth_line_bytes: int = 12_288
    """RFC 4954, 4."""
    max_recipients: int = 1000
    """RFC 5321, 4.5.3.1.8: at least 100."""
    max_errors: int = 20
    max_idle_commands: int | None = None
    """Commands between two mails that bring neither nearer a third; each further is an error."""
    words: Words = field(default_factory=Words)

    @property
    def utf8(self) -> bool:
        """Whether addresses beyond ASCII are taken (RFC 6531)."""
        return "SMTPUTF8" in self.keywords

    def hello(self, *, extended: bool, tls: bool) -> Reply:
        """The answer to HELO or EHLO."""
        if not extended:
            return Reply(250, "", self.host)
        lines = [self.host, *self.keywords]
        if self.announces_size:
            lines.append(f"SIZE {self.max_message_bytes}")
        if self.offers_tls and not tls:
            lines.append("STARTTLS")
        # RFC 4954, 4: a mechanism that this connection may not use is not announced.
        if self.mechanisms and (tls or not self.needs_tls or not self.hides_auth):
            lines.append(f"AUTH {' '.join(self.mechanisms)}")
        if self.last_line:
            lines.append(self.last_line)
        return Reply(250, "", "\n".join(lines))
