"""A client's side of SMTP, as the lab's Gmail and SES speak it to other servers.

The connection is sendas's; what is said, and what failures are called, is that of who plays here.
"""

import base64
import ssl
import time

from collections.abc import Iterator
from contextlib import contextmanager

from sendas.smtp.connection import Connection, Ended, connect, resolve
from sendas.smtp.probe import Outcome
from sendas_lab.mail import SmtpReply
from sendas_lab.network import Network


TIMEOUT_SECONDS = 10.0
_START_MAIL = 354


class CouldNotTalk(Exception):
    """No connection, no TLS, or no SMTP: there is no reply to show."""


class TlsRefused(CouldNotTalk):
    """The handshake failed; *mismatch* says that it was over the certificate's name or issuer."""

    def __init__(self, detail: str, *, mismatch: bool) -> None:
        super().__init__(detail)
        self.mismatch = mismatch


class Client:
    """One connection to the public *host* at *port*, coming from *source*.

    Raises:
        CouldNotTalk: From any method, when the other side does not answer.
    """

    def __init__(self, network: Network, host: str, port: int, source: str) -> None:
        self._network = network
        self._host = host
        with _named():
            dialled = connect(
                resolve(*network.dial_map().dial(host, port)), TIMEOUT_SECONDS, time.monotonic
            )
        self._connection = Connection(dialled, TIMEOUT_SECONDS, time.monotonic)
        self._local = self._connection.local
        # Before a word is said: receivers look the source up at MAIL FROM.
        network.announce(self._local, source)

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Negotiate TLS now."""
        self._connection.discard()
        try:
            self._connection.start_tls(context, self._host)
        except Ended as ended:
            mismatch = ended.outcome is Outcome.BAD_CERTIFICATE
            raise TlsRefused(ended.detail, mismatch=mismatch) from ended

    def reply(self) -> SmtpReply:
        """The next reply; the lines of a longer one are joined by line ends."""
        with _named():
            heard = self._connection.receive()
        return SmtpReply(heard.code, "\n".join(heard.lines))

    def say(self, command: str) -> SmtpReply:
        """Send one command and read its reply."""
        with _named():
            self._connection.send(command.encode() + b"\r\n")
        return self.reply()

    def plain(self, username: str, password: str) -> SmtpReply:
        """AUTH PLAIN (RFC 4616)."""
        token = base64.b64encode(f"\0{username}\0{password}".encode()).decode("ascii")
        return self.say(f"AUTH PLAIN {token}")

    def data(self, content: bytes) -> SmtpReply:
        """DATA and the content, with CRLF line ends; the reply to the final dot, or to DATA."""
        ready = self.say("DATA")
        if ready.code != _START_MAIL:  # RFC 5321, 4.2.2
            return ready
        with _named():
            self._connection.send_content(content)
        return self.reply()

    def quit(self) -> None:
        """Say goodbye and hang up; whatever the other side says, it is over."""
        try:
            self.say("QUIT")
        except CouldNotTalk:
            pass
        finally:
            self.close()

    def close(self) -> None:
        """Hang up."""
        self._network.forget(self._local)
        self._connection.close()


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except Ended as ended:
        raise CouldNotTalk(ended.detail) from ended
