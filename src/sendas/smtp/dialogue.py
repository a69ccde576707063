"""Dialling an SMTP server: TLS, login, and a halt before anything is sent.

smtplib hides what a diagnosis needs (the greeting, times, what was discarded,
why a handshake failed), so the few commands are spoken here.  Nothing secret
is ever sent outside verified TLS.
"""

import base64
import ssl

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ClassVar

from sendas.dialmap import DialMap
from sendas.errors import UsageError
from sendas.smtp.probe import Outcome, Probe, Reply, Stage
from sendas.smtp.transcript import MASK, Transcript
from sendas.smtp.username import looks_secret
from sendas.smtp.verdict import IMPLICIT_TLS_PORTS
from sendas.smtp.wire import Ended, Wire, connect, resolve


_READY, _DONE, _AUTHENTICATED, _GO_ON, _START_MAIL = 220, 250, 235, 334, 354
_PERMANENT = 500
_ADDRESS_END = 251
_PASSWORDS = ("PLAIN", "LOGIN")
"""The mechanisms tried, in this order."""


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


@dataclass(frozen=True, slots=True)
class _Call:
    """One call as asked for."""

    host: str
    port: int
    implicit_tls: bool
    credential: Credential | None
    tls: ssl.SSLContext
    dial_map: DialMap
    timeout: float
    clock: Callable[[], float]
    ehlo: str
    send: TestMessage | None


def dial(  # noqa: PLR0913  one keyword per circumstance of a call
    host: str,
    port: int,
    *,
    implicit_tls: bool,
    tls: ssl.SSLContext,
    clock: Callable[[], float],
    credential: Credential | None = None,
    dial_map: DialMap | None = None,
    timeout: float = 10.0,
    ehlo: str = "localhost",
    send: TestMessage | None = None,
) -> Probe:
    """Dial *host*, secure the line, log in if a *credential* is given, and stop.

    The certificate must be valid for *host*, wherever *dial_map* leads.
    *timeout* is how long to wait for the connection and for each reply, in
    seconds; *clock* gives seconds, and only its differences matter.

    AUTH PLAIN is tried first; where that is refused for good, LOGIN, on a new
    connection (FACTS 3.1).  Only with *send* is a message offered.

    Raises:
        NotOneLine: *host*, *ehlo* or an address holds a line end.
    """
    addresses = (send.reverse_path, send.forward_path) if send else ()
    for text in (host, ehlo, *addresses):
        if not text.isprintable() or set(text) & {"<", ">"}:
            msg = f"{text!r} cannot stand in an SMTP command"
            raise NotOneLine(msg)
    call = _Call(
        host,
        port,
        implicit_tls,
        credential,
        tls,
        dial_map or DialMap(),
        timeout,
        clock,
        ehlo,
        send,
    )
    return _Dialogue(call).run()


def hand_over(  # noqa: PLR0913  one keyword per circumstance of a call
    host: str,
    message: TestMessage,
    *,
    tls: ssl.SSLContext,
    clock: Callable[[], float],
    port: int = 25,
    dial_map: DialMap | None = None,
    timeout: float = 10.0,
    ehlo: str = "localhost",
) -> Probe:
    """Hand *message* to the mail exchanger *host*, as any sender's server does: no login.

    TLS is used where it is offered (RFC 3207); *tls* says what is asked of the certificate.
    The rest is as for `dial`.

    Raises:
        NotOneLine: As `dial`.
    """
    for text in (host, ehlo, message.reverse_path, message.forward_path):
        if not text.isprintable() or set(text) & {"<", ">"}:
            msg = f"{text!r} cannot stand in an SMTP command"
            raise NotOneLine(msg)
    call = _Call(
        host,
        port,
        implicit_tls=False,
        credential=None,
        tls=tls,
        dial_map=dial_map or DialMap(),
        timeout=timeout,
        clock=clock,
        ehlo=ehlo,
        send=message,
    )
    return _HandingOver(call, message).run()


class _Dialogue:
    """The state of one call: how far it came, and what was learned."""

    def __init__(self, call: _Call) -> None:
        self._call = call
        self._log = Transcript(call.clock)
        self._stage = Stage.RESOLVE
        self._mechanisms: tuple[str, ...] = ()
        self._wire: Wire | None = None
        if call.credential:
            self._log.hide(*_spellings(call.credential))

    def run(self) -> Probe:
        """Go through the steps; however it ends, say so."""
        try:
            outcome, reply, detail = *self._steps(), ""
        except Ended as ended:
            outcome, reply, detail = ended.outcome, ended.reply, self._log.masked(ended.detail)
            if detail:
                self._log.happened(self._stage, detail)
        finally:
            if self._wire:
                self._wire.close()
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
        )

    def _steps(self) -> tuple[Outcome, Reply | None]:
        wire = self._open()
        usable = tuple(name for name in _PASSWORDS if name in self._mechanisms)
        if not usable:
            offered = ", ".join(self._mechanisms) or "no AUTH at all"
            self._stage = Stage.AUTH
            detail = f"the server offers {offered}; AUTH PLAIN or LOGIN is needed"
            raise Ended(Outcome.AUTH_NOT_OFFERED, detail)
        if self._call.credential is None:
            self._quit(wire)
            return Outcome.REACHED, None
        wire, reply = self._log_in(wire, usable, self._call.credential)
        if self._call.send is None:
            self._quit(wire)
            return Outcome.ACCEPTED, reply
        reply = self._send(wire, self._call.send)
        self._quit(wire)
        return Outcome.SENT, reply

    def _open(self) -> Wire:
        """Connect, and come as far as the capabilities announced under TLS."""
        call = self._call
        wire = self._connect()
        if call.implicit_tls:
            self._secure(wire)
            self._greeting(wire)
        else:
            self._plain_greeting(wire)
            if "STARTTLS" not in self._ehlo(wire):
                self._stage = Stage.STARTTLS
                detail = "the server does not offer STARTTLS, so nothing secret can be sent"
                raise Ended(Outcome.STARTTLS_NOT_OFFERED, detail)
            self._stage = Stage.STARTTLS
            self._ask(wire, "STARTTLS", _READY)
            if early := wire.discard():
                self._log.happened(self._stage, f"{early} bytes sent ahead of TLS were discarded")
            self._secure(wire)
        self._mechanisms = _auth_mechanisms(self._ehlo(wire))
        return wire

    def _connect(self) -> Wire:
        call = self._call
        if self._wire:
            self._wire.close()
        self._stage = Stage.RESOLVE
        host, port = call.dial_map.dial(call.host, call.port)
        addresses = resolve(host, port)
        self._stage = Stage.CONNECT
        wire = Wire(connect(addresses, call.timeout, call.clock), call.timeout, call.clock)
        self._wire = wire
        self._log.happened(self._stage, f"connected to {call.host} port {call.port}")
        return wire

    def _secure(self, wire: Wire) -> None:
        self._stage = Stage.TLS
        became = wire.start_tls(self._call.tls, self._call.host)
        self._log.happened(self._stage, f"{became}, certificate valid for {self._call.host}")

    def _plain_greeting(self, wire: Wire) -> None:
        try:
            self._greeting(wire)
        except Ended as ended:
            if self._waits_for_tls(wire, ended):
                detail = "the server keeps silent until TLS begins: this port is implicit TLS"
                raise Ended(Outcome.WRONG_TLS_MODE, detail) from ended
            raise

    def _waits_for_tls(self, wire: Wire, ended: Ended) -> bool:
        """Whether a server that said nothing speaks TLS.

        Who waits longer, it or we, is chance: one that has hung up is asked on a new line.
        """
        if ended.outcome not in {Outcome.TIMED_OUT, Outcome.DISCONNECTED} or ended.reply:
            return False
        if self._call.port in IMPLICIT_TLS_PORTS:
            return True  # what the port is for, and the silence, tell enough
        if ended.outcome is Outcome.TIMED_OUT and wire.answers_tls():
            return True
        try:
            return self._connect().answers_tls()
        except Ended:
            return False
        finally:
            self._stage = Stage.GREETING

    def _greeting(self, wire: Wire) -> None:
        self._stage = Stage.GREETING
        self._expect(self._hear(wire), _READY)

    def _ehlo(self, wire: Wire) -> dict[str, str]:
        """The capabilities: keyword in capitals, and what follows it (RFC 5321, 4.1.1.1)."""
        self._stage = Stage.EHLO
        reply = self._ask(wire, f"EHLO {self._call.ehlo}", _DONE)
        capabilities: dict[str, str] = {}
        for line in reply.lines[1:]:
            keyword, _, rest = line.strip().replace("=", " ").partition(" ")
            name = keyword.upper()
            capabilities[name] = f"{capabilities.get(name, '')} {rest}".strip()
        return capabilities

    def _log_in(
        self, wire: Wire, usable: tuple[str, ...], credential: Credential
    ) -> tuple[Wire, Reply]:
        for mechanism in usable:
            self._stage = Stage.AUTH
            reply = self._auth(wire, mechanism, credential)
            if reply.code == _AUTHENTICATED:
                return wire, reply
            if reply.code < _PERMANENT or mechanism == usable[-1]:
                raise Ended(Outcome.REFUSED, "", reply)
            self._log.happened(self._stage, "a new connection, to try the other mechanism")
            try:
                wire = self._open()
            except Ended:
                # The first refusal is the answer; that a second call failed is not.
                self._stage = Stage.AUTH
                raise Ended(Outcome.REFUSED, "", reply) from None
        raise Ended(Outcome.AUTH_NOT_OFFERED)

    def _auth(self, wire: Wire, mechanism: str, credential: Credential) -> Reply:
        username, password = _octets(credential.username), _octets(credential.password)
        if mechanism == "PLAIN":  # RFC 4616, with the initial response of RFC 4954
            whole = _base64(b"\0" + username + b"\0" + password)
            reply = self._say(wire, f"AUTH PLAIN {whole}", f"AUTH PLAIN {MASK}")
            return self._say(wire, whole, MASK) if reply.code == _GO_ON else reply
        reply = self._say(wire, "AUTH LOGIN", "AUTH LOGIN")
        for answer in (username, password):
            if reply.code != _GO_ON:
                return reply
            reply = self._say(wire, _base64(answer), MASK)
        return reply

    def _send(self, wire: Wire, message: TestMessage) -> Reply:
        self._stage = Stage.SEND
        self._ask(wire, f"MAIL FROM:<{message.reverse_path}>", _DONE)
        self._ask(wire, f"RCPT TO:<{message.forward_path}>", *range(_DONE, _ADDRESS_END + 1))
        self._ask(wire, "DATA", _START_MAIL)
        wire.send(_dotted(message.content))
        self._log.we_said(self._stage, f"({len(message.content)} bytes of message)")
        return self._expect(self._hear(wire), _DONE)

    def _quit(self, wire: Wire) -> None:
        self._stage = Stage.DONE
        with suppress(Ended):  # the answer stands already, whatever becomes of the goodbye
            self._say(wire, "QUIT", "QUIT")

    def _ask(self, wire: Wire, command: str, *wanted: int) -> Reply:
        return self._expect(self._say(wire, command, command), *wanted)

    def _say(self, wire: Wire, command: str, shown: str) -> Reply:
        self._log.we_said(self._stage, shown)
        wire.send(f"{command}\r\n".encode())
        return self._hear(wire)

    def _hear(self, wire: Wire) -> Reply:
        heard = wire.receive()
        reply = Reply(heard.code, tuple(self._log.masked(line) for line in heard.lines))
        for line in reply.lines:
            self._log.they_said(self._stage, f"{reply.code} {line}".rstrip())
        return reply

    def _expect(self, reply: Reply, *wanted: int) -> Reply:
        if reply.code not in wanted:
            raise Ended(Outcome.REFUSED, "", reply)
        return reply


class _HandingOver(_Dialogue):
    """One call to a mail exchanger."""

    def __init__(self, call: _Call, message: TestMessage) -> None:
        super().__init__(call)
        self._message = message

    def _steps(self) -> tuple[Outcome, Reply | None]:
        wire = self._connect()
        self._greeting(wire)
        if "STARTTLS" in self._ehlo(wire):
            self._stage = Stage.STARTTLS
            self._ask(wire, "STARTTLS", _READY)
            wire.discard()
            self._secure(wire)
            self._ehlo(wire)
        reply = self._send(wire, self._message)
        self._quit(wire)
        return Outcome.SENT, reply


def _auth_mechanisms(capabilities: dict[str, str]) -> tuple[str, ...]:
    """The mechanisms in the order offered; old servers write ``AUTH=LOGIN``."""
    return tuple(dict.fromkeys(capabilities.get("AUTH", "").upper().split()))


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _spellings(credential: Credential) -> tuple[str, ...]:
    """The password in every form in which it travels, and a user name that looks like one."""
    username, password = _octets(credential.username), _octets(credential.password)
    plain = _base64(b"\0" + username + b"\0" + password)
    name = (credential.username, _base64(username)) if looks_secret(credential.username) else ()
    return credential.password, _base64(password), plain, *name


def _dotted(content: bytes) -> bytes:
    """The content as DATA carries it: leading dots doubled, a dot at the end (RFC 5321, 4.5.2)."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
    doubled = (b"." + line if line.startswith(b".") else line for line in lines)
    return b"\r\n".join((*doubled, b".", b""))
