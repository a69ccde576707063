"""Lines and message contents over one connection, in the clear or over TLS."""

import contextlib
import socket
import ssl

from sendas_lab.mail import SmtpReply


LINE_BYTES = 2048
"""RFC 5321, 4.5.3.1.4 asks for 512; AUTH PLAIN with a long password needs more (RFC 4954, 4)."""

_CHUNK = 65536
_GOODBYE_SECONDS = 0.5
_END = b"\r\n.\r\n"


class LineTooLong(Exception):
    """The client sent a command without an end."""


class Gone(Exception):
    """The client closed the connection."""


class Channel:
    """Reads what an SMTP client sends; every wait ends after *idle_seconds*."""

    def __init__(self, connection: socket.socket, idle_seconds: float) -> None:
        self._connection = connection
        self._connection.settimeout(idle_seconds)
        self._buffer = bytearray()

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Talk TLS from here on.  Raises OSError if the handshake fails."""
        # RFC 3207, 4.2: whatever came before the handshake is not to be trusted.
        self._buffer.clear()
        self._connection = context.wrap_socket(self._connection, server_side=True)

    def reply(self, answer: SmtpReply) -> None:
        """Send one reply; a text of several lines becomes a multi-line reply."""
        *first, last = answer.text.split("\n")
        lines = [f"{answer.code}-{line}" for line in first]
        lines.append(f"{answer.code} {last}".rstrip() if last else f"{answer.code} ")
        self._connection.sendall(("\r\n".join(lines) + "\r\n").encode("utf-8", "replace"))

    def line(self) -> str:
        """The next line without its end; a bare LF ends a command too, for hands that type.

        Raises:
            LineTooLong: Longer than LINE_BYTES.
            Gone: The client went away.
            TimeoutError: The client said nothing.
        """
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > LINE_BYTES:
                self._buffer.clear()
                raise LineTooLong
            self._more()
        raw = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        if len(raw) > LINE_BYTES:
            raise LineTooLong
        return raw.decode("utf-8", "replace").rstrip("\r\n")

    def content(self, max_bytes: int) -> bytes | None:
        """What follows DATA, dots unstuffed, line ends kept; None if longer than *max_bytes*.

        Only CR LF . CR LF ends it (RFC 5321, 4.1.1.4): anything laxer lets one
        mail hide a second.
        """
        # The line end before the first line counts as the one after DATA.
        taken = bytearray(b"\r\n") + self._buffer
        self._buffer.clear()
        searched, too_long = 0, False
        while (end := taken.find(_END, max(0, searched - len(_END)))) < 0:
            searched = len(taken)
            if searched > max_bytes + len(_END):
                too_long = True
                del taken[: -len(_END)]
                searched = 0
            self._more()
            taken += self._buffer
            self._buffer.clear()
        self._buffer += taken[end + len(_END) :]
        body = bytes(taken[: end + 2]).replace(b"\r\n.", b"\r\n")[2:]
        return None if too_long or len(body) > max_bytes else body

    def close(self) -> None:
        """Hang up, with TLS's own goodbye: without it OpenSSL reports a truncated session."""
        if isinstance(self._connection, ssl.SSLSocket):
            with contextlib.suppress(OSError, ValueError):
                self._connection.settimeout(_GOODBYE_SECONDS)
                self._connection.unwrap()
        self._connection.close()

    def _more(self) -> None:
        chunk = self._connection.recv(_CHUNK)
        if not chunk:
            raise Gone
        self._buffer += chunk
