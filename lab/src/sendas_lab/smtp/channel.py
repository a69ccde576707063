"""One connection's bytes, in the clear or over TLS."""

import contextlib
import socket
import ssl


_CHUNK = 65536
_GOODBYE_SECONDS = 0.5


class Gone(Exception):
    """The client closed the connection."""


class Channel:
    """What an SMTP client sends and gets; every wait ends after *idle_seconds*."""

    def __init__(self, connection: socket.socket, idle_seconds: float) -> None:
        self._connection = connection
        self._connection.settimeout(idle_seconds)

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Talk TLS from here on.  Raises OSError if the handshake fails."""
        self._connection = context.wrap_socket(self._connection, server_side=True)

    def receive(self) -> bytes:
        """What comes next.

        Raises:
            Gone: The client went away.
            TimeoutError: The client said nothing.
        """
        chunk = self._connection.recv(_CHUNK)
        if not chunk:
            raise Gone
        return chunk

    def send(self, data: bytes) -> None:
        """Send it all."""
        if data:
            self._connection.sendall(data)

    def close(self) -> None:
        """Hang up, with TLS's own goodbye: without it OpenSSL reports a truncated session."""
        if isinstance(self._connection, ssl.SSLSocket):
            with contextlib.suppress(OSError, ValueError):
                self._connection.settimeout(_GOODBYE_SECONDS)
                self._connection.unwrap()
        self._connection.close()
