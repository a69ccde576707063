"""What sendas does with an SMTP session: it logs in and stops, or hands one message over.

Nothing secret is ever sent outside verified TLS.
"""

import base64
import ssl

from collections.abc import Callable
from contextlib import suppress

from sendas.dialmap import DialMap
from sendas.smtp.connection import Connection, Ended
from sendas.smtp.probe import Outcome, Probe, Reply, Stage
from sendas.smtp.session import Call, Credential, Session, TestMessage, auth_mechanisms
from sendas.smtp.transcript import MASK
from sendas.smtp.username import looks_secret


_DONE, _AUTHENTICATED, _GO_ON = 250, 235, 334
_PERMANENT = 500
_PASSWORDS = ("PLAIN", "LOGIN")
"""The mechanisms tried, in this order."""


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
    sender: str | None = None,
) -> Probe:
    """Dial *host*, secure the line, log in if a *credential* is given, and stop.

    The certificate must be valid for *host*, wherever *dial_map* leads.
    *timeout* is how long to wait for the connection and for each reply, in
    seconds; *clock* gives seconds, and only its differences matter.

    AUTH PLAIN is tried first; where that is refused for good, LOGIN, on a new
    connection (FACTS 3.1).  Only with *send* is a message offered; with *sender* and a login
    MAIL FROM is said, and taken back.

    Raises:
        NotOneLine: *host*, *ehlo* or an address holds a line end.
    """
    call = Call(
        host=host,
        port=port,
        implicit_tls=implicit_tls,
        credential=credential,
        tls=tls,
        dial_map=dial_map or DialMap(),
        timeout=timeout,
        clock=clock,
        ehlo=ehlo,
        send=send,
        sender=sender,
    )
    return _LogIn(call).run()


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
    call = Call(
        host=host,
        port=port,
        tls=tls,
        dial_map=dial_map or DialMap(),
        timeout=timeout,
        clock=clock,
        ehlo=ehlo,
        send=message,
    )
    return _HandingOver(call, message).run()


class _LogIn(Session):
    """A call to a submission server: as far as the login, or one message further."""

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        if call.credential:
            self._log.hide(*_spellings(call.credential))

    def _steps(self) -> tuple[Outcome, Reply | None]:
        connection = self._open()
        usable = tuple(name for name in _PASSWORDS if name in self._mechanisms)
        if not usable:
            offered = ", ".join(self._mechanisms) or "no AUTH at all"
            self._stage = Stage.AUTH
            detail = f"the server offers {offered}; AUTH PLAIN or LOGIN is needed"
            raise Ended(Outcome.AUTH_NOT_OFFERED, detail)
        if self._call.credential is None:
            self._quit(connection)
            return Outcome.REACHED, None
        connection, reply = self._log_in(connection, usable, self._call.credential)
        if self._call.send is None:
            if self._call.sender is not None:
                self._try_sender(connection, self._call.sender)
            self._quit(connection)
            return Outcome.ACCEPTED, reply
        reply = self._send(connection, self._call.send)
        self._quit(connection)
        return Outcome.SENT, reply

    def _try_sender(self, connection: Connection, sender: str) -> None:
        self._stage = Stage.SEND
        self._ask(connection, f"MAIL FROM:<{sender}>", _DONE)
        with suppress(Ended):  # the answer stands already
            self._say(connection, "RSET", "RSET")

    def _open(self) -> Connection:
        """Connect, and come as far as the capabilities announced under TLS."""
        call = self._call
        connection = self._connect()
        if call.implicit_tls:
            self._secure(connection)
            self._greeting(connection)
        else:
            self._plain_greeting(connection)
            if "STARTTLS" not in self._ehlo(connection):
                self._stage = Stage.STARTTLS
                detail = "the server does not offer STARTTLS, so nothing secret can be sent"
                raise Ended(Outcome.STARTTLS_NOT_OFFERED, detail)
            self._start_tls(connection)
        self._mechanisms = auth_mechanisms(self._ehlo(connection))
        return connection

    def _log_in(
        self, connection: Connection, usable: tuple[str, ...], credential: Credential
    ) -> tuple[Connection, Reply]:
        for mechanism in usable:
            self._stage = Stage.AUTH
            reply = self._auth(connection, mechanism, credential)
            if reply.code == _AUTHENTICATED:
                return connection, reply
            if reply.code < _PERMANENT or mechanism == usable[-1]:
                raise Ended(Outcome.REFUSED, "", reply)
            self._log.happened(self._stage, "a new connection, to try the other mechanism")
            try:
                connection = self._open()
            except Ended:
                # The first refusal is the answer; that a second call failed is not.
                self._stage = Stage.AUTH
                raise Ended(Outcome.REFUSED, "", reply) from None
        raise Ended(Outcome.AUTH_NOT_OFFERED)

    def _auth(self, connection: Connection, mechanism: str, credential: Credential) -> Reply:
        username, password = _octets(credential.username), _octets(credential.password)
        if mechanism == "PLAIN":  # RFC 4616, with the initial response of RFC 4954
            whole = _base64(b"\0" + username + b"\0" + password)
            reply = self._say(connection, f"AUTH PLAIN {whole}", f"AUTH PLAIN {MASK}")
            return self._say(connection, whole, MASK) if reply.code == _GO_ON else reply
        reply = self._say(connection, "AUTH LOGIN", "AUTH LOGIN")
        for answer in (username, password):
            if reply.code != _GO_ON:
                return reply
            reply = self._say(connection, _base64(answer), MASK)
        return reply


class _HandingOver(Session):
    """One call to a mail exchanger."""

    def __init__(self, call: Call, message: TestMessage) -> None:
        super().__init__(call)
        self._message = message

    def _steps(self) -> tuple[Outcome, Reply | None]:
        connection = self._connect()
        self._greeting(connection)
        if "STARTTLS" in self._ehlo(connection):
            self._start_tls(connection)
            self._ehlo(connection)
        reply = self._send(connection, self._message)
        self._quit(connection)
        return Outcome.SENT, reply


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
