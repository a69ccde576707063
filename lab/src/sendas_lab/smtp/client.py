"""A client's side of SMTP, as the lab's Gmail and SES speak it to other servers."""

import base64
import socket
import ssl

from sendas_lab.mail import SmtpReply
from sendas_lab.network import Network


TIMEOUT_SECONDS = 10.0
_CHUNK = 65536


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
        self._buffer = b""
        try:
            self._socket = socket.create_connection(
                network.dial_map().dial(host, port), timeout=TIMEOUT_SECONDS
            )
        except OSError as error:
            raise CouldNotTalk(str(error)) from error
        self._local = self._socket.getsockname()
        # Before a word is said: receivers look the source up at MAIL FROM.
        network.announce(self._local, source)

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Shake hands now."""
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=self._host)
        except ssl.SSLCertVerificationError as error:
            raise TlsRefused(error.verify_message, mismatch=True) from error
        except OSError as error:
            raise TlsRefused(str(error), mismatch=False) from error
        self._buffer = b""

    def reply(self) -> SmtpReply:
        """The next reply; the lines of a longer one are joined by line ends."""
        texts = []
        while True:
            line = self._line()
            if not line[:3].isdigit():
                msg = f"not SMTP: {line[:60]!r}"
                raise CouldNotTalk(msg)
            texts.append(line[4:])
            if line[3:4] != "-":
                return SmtpReply(int(line[:3]), "\n".join(texts))

    def say(self, command: str) -> SmtpReply:
        """Send one command and read its reply."""
        self._send(command.encode() + b"\r\n")
        return self.reply()

    def plain(self, username: str, password: str) -> SmtpReply:
        """AUTH PLAIN (RFC 4616)."""
        token = base64.b64encode(f"\0{username}\0{password}".encode()).decode("ascii")
        return self.say(f"AUTH PLAIN {token}")

    def data(self, content: bytes) -> SmtpReply:
        """DATA and the content, with CRLF line ends; the reply to the final dot, or to DATA."""
        ready = self.say("DATA")
        if ready.code != 354:  # noqa: PLR2004  RFC 5321, 4.2.2
            return ready
        body = content if content.endswith(b"\r\n") else content + b"\r\n"
        stuffed = body.replace(b"\r\n.", b"\r\n..")
        first = b"." if stuffed.startswith(b".") else b""
        self._send(first + stuffed + b".\r\n")
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
        self._socket.close()

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise CouldNotTalk(str(error)) from error

    def _line(self) -> str:
        while b"\n" not in self._buffer:
            try:
                chunk = self._socket.recv(_CHUNK)
            except OSError as error:
                raise CouldNotTalk(str(error)) from error
            if not chunk:
                msg = "the server closed the connection"
                raise CouldNotTalk(msg)
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")


def keywords(hello: SmtpReply) -> dict[str, str]:
    """What the answer to EHLO offers: keyword in capitals to its parameters."""
    pairs = (line.partition(" ") for line in hello.text.split("\n")[1:])
    return {word.upper(): rest for word, _, rest in pairs}
