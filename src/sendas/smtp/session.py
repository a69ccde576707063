"""One session with an SMTP server, as a client: its steps, logged, and a named end whatever comes.

smtplib hides what a diagnosis needs (the greeting, times, what was discarded, why a handshake
failed), so the few commands are spoken here.  What is done with a session is `dialogue`'s, and
`stranger`'s.
"""

import re
import ssl

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ClassVar

from sendas.dialmap import DialMap
from sendas.errors import UsageError
from sendas.smtp.connection import Connection, Ended, capabilities, connect, resolve
from sendas.smtp.probe import Outcome, Probe, Reply, Stage
from sendas.smtp.transcript import Transcript
from sendas.smtp.verdict import IMPLICIT_TLS_PORTS


_READY, _DONE, _START_MAIL = 220, 250, 354
_ADDRESS_END = 251


class NotOneLine(UsageError):
    """A name or address that would break out of its SMTP command."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What AUTH sends."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TestMessage:
    """The one message that is sent if asked for; *content* is a whole message."""

    __test__: ClassVar[bool] = False  # pytest, this is no test
    reverse_path: str
    forward_path: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Whom to call, and how.

    The certificate must be one that *tls* takes for *host*, wherever *dial_map* leads.
    *timeout* is how long to wait for the connection and for each reply, in seconds; *clock*
    gives seconds, and only its differences matter.  *sender* is asked for with MAIL FROM once
    the login stands, and taken back.

    Raises:
        NotOneLine: A name or an address would break out of its command.
    """

    host: str
    port: int
    tls: ssl.SSLContext
    clock: Callable[[], float]
    implicit_tls: bool = False
    credential: Credential | None = None
    dial_map: DialMap = field(default_factory=DialMap)
    timeout: float = 10.0
    ehlo: str = "localhost"
    send: TestMessage | None = None
    sender: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot stand in a command."""
        addresses = (self.send.reverse_path, self.send.forward_path) if self.send else ()
        sender = (self.sender,) if self.sender else ()
        for text in (self.host, self.ehlo, *addresses, *sender):
            if not text.isprintable() or set(text) & {"<", ">"}:
                msg = f"{text!r} cannot stand in an SMTP command"
                raise NotOneLine(msg)


class Session(ABC):
    """One call: how far it came, what was said, what was learned.

    A kind of session says its steps in `_steps`; each ends by returning, or by `Ended`.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._log = Transcript(call.clock)
        self._stage = Stage.RESOLVE
        self._mechanisms: tuple[str, ...] = ()
        self._connection: Connection | None = None

    def run(self) -> Probe:
        """Go through the steps; however it ends, say so."""
        try:
            outcome, reply, detail = *self._steps(), ""
        except Ended as ended:
            outcome, reply, detail = ended.outcome, ended.reply, self._log.masked(ended.detail)
            if detail:
                self._log.happened(self._stage, detail)
        finally:
            if self._connection:
                self._connection.close()
        return Probe(
            self._call.host,
            self._call.port,
            self._call.implicit_tls,
            self._call.credential.username if self._call.credential else None,
            outcome,
            self._stage,
            reply,
            tuple(self._log.steps),
            detail,
            self._mechanisms,
            self._connection.certificate_ends_at if self._connection else None,
        )

    @abstractmethod
    def _steps(self) -> tuple[Outcome, Reply | None]:
        """What this session is for: how it ended, with the reply that says so."""

    def _connect(self) -> Connection:
        call = self._call
        if self._connection:
            self._connection.close()
        self._stage = Stage.RESOLVE
        host, port = call.dial_map.dial(call.host, call.port)
        addresses = resolve(host, port)
        self._stage = Stage.CONNECT
        connection = Connection(
            connect(addresses, call.timeout, call.clock), call.timeout, call.clock
        )
        self._connection = connection
        self._log.happened(self._stage, f"connected to {call.host} port {call.port}")
        return connection

    def _secure(self, connection: Connection) -> None:
        self._stage = Stage.TLS
        became = connection.start_tls(self._call.tls, self._call.host)
        self._log.happened(self._stage, f"{became}, certificate valid for {self._call.host}")

    def _start_tls(self, connection: Connection) -> None:
        """STARTTLS; what was sent ahead of it is believed no more (RFC 3207, 4.2)."""
        self._stage = Stage.STARTTLS
        self._ask(connection, "STARTTLS", _READY)
        if early := connection.discard():
            self._log.happened(self._stage, f"{early} bytes sent ahead of TLS were discarded")
        self._secure(connection)

    def _plain_greeting(self, connection: Connection) -> None:
        try:
            self._greeting(connection)
        except Ended as ended:
            if self._waits_for_tls(connection, ended):
                detail = "the server keeps silent until TLS begins: this port is implicit TLS"
                raise Ended(Outcome.WRONG_TLS_MODE, detail) from ended
            raise

    def _waits_for_tls(self, connection: Connection, ended: Ended) -> bool:
        """Whether a server that said nothing speaks TLS.

        Who waits longer, it or we, is chance: one that has hung up is asked on a new line.
        """
        if ended.outcome not in {Outcome.TIMED_OUT, Outcome.DISCONNECTED} or ended.reply:
            return False
        if self._call.port in IMPLICIT_TLS_PORTS:
            return True  # what the port is for, and the silence, tell enough
        if ended.outcome is Outcome.TIMED_OUT and connection.answers_tls():
            return True
        try:
            return self._connect().answers_tls()
        except Ended:
            return False
        finally:
            self._stage = Stage.GREETING

    def _greeting(self, connection: Connection) -> None:
        self._stage = Stage.GREETING
        self._expect(self._hear(connection), _READY)

    def _ehlo(self, connection: Connection) -> dict[str, str]:
        self._stage = Stage.EHLO
        return capabilities(self._ask(connection, f"EHLO {self._call.ehlo}", _DONE).lines)

    def _send(self, connection: Connection, message: TestMessage) -> Reply:
        self._stage = Stage.SEND
        self._ask(connection, f"MAIL FROM:<{message.reverse_path}>", _DONE)
        self._ask(connection, f"RCPT TO:<{message.forward_path}>", *range(_DONE, _ADDRESS_END + 1))
        self._ask(connection, "DATA", _START_MAIL)
        connection.send_content(_line_ends(message.content))
        self._log.we_said(self._stage, f"({len(message.content)} bytes of message)")
        return self._expect(self._hear(connection), _DONE)

    def _quit(self, connection: Connection) -> None:
        self._stage = Stage.DONE
        with suppress(Ended):  # the answer stands already, whatever becomes of the goodbye
            self._say(connection, "QUIT", "QUIT")

    def _ask(self, connection: Connection, command: str, *wanted: int) -> Reply:
        return self._expect(self._say(connection, command, command), *wanted)

    def _say(self, connection: Connection, command: str, shown: str) -> Reply:
        self._log.we_said(self._stage, shown)
        connection.send(f"{command}\r\n".encode())
        return self._hear(connection)

    def _hear(self, connection: Connection) -> Reply:
        heard = connection.receive()
        reply = Reply(heard.code, tuple(self._log.masked(line) for line in heard.lines))
        for line in reply.lines:
            self._log.they_said(self._stage, f"{reply.code} {line}".rstrip())
        return reply

    def _expect(self, reply: Reply, *wanted: int) -> Reply:
        if reply.code not in wanted:
            raise Ended(Outcome.REFUSED, "", reply)
        return reply


def auth_mechanisms(offered: dict[str, str]) -> tuple[str, ...]:
    """The mechanisms in the order offered; old servers write ``AUTH=LOGIN``."""
    return tuple(dict.fromkeys(offered.get("AUTH", "").upper().split()))


def _line_ends(content: bytes) -> bytes:
    """The content with CR LF at the end of each line, whatever ended them before."""
    return re.sub(rb"\r\n|\r|\n", b"\r\n", content)
