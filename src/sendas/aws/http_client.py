"""HTTP to AWS for a process that makes a handful of calls: the standard library's client.

One connection for each host is kept open between calls.  What matters more than
speed is to know, when nobody answered, whether the whole request had left: a
send that may have happened must not be repeated carelessly, one that cannot
have happened must be.
"""

import http.client
import os
import select
import ssl
import time

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

from sendas.aws.refusals import NoReply


_CONNECT_SECONDS = 4.0
_PIECE = 1 << 20
_IDLE_SECONDS = 4.0
"""S3 and SES close idle connections; a frozen function wakes up with dead ones."""


class Source(Protocol):
    """A body that is made while it is sent."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to *size* bytes, none at the end."""

    def seek(self, position: int, /) -> object:
        """Back to *position*."""

    def tell(self) -> int:
        """Where it stands."""

    def __len__(self) -> int:
        """All of it, in bytes."""


Body: TypeAlias = bytes | Source


@dataclass(frozen=True, slots=True)
class Reply:
    """What AWS answered; names of headers are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Wire:
    """Connections of one process; not for use by two threads at once."""

    def __init__(
        self, authorities: str | None = None, trust: ssl.SSLContext | None = None
    ) -> None:
        self._authorities = authorities
        self._trust = trust
        self._open: dict[tuple[str, str], tuple[http.client.HTTPConnection, float]] = {}

    def exchange(  # noqa: PLR0913  a request has these parts
        self,
        action: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body = b"",
        *,
        seconds: float,
    ) -> Reply:
        """Send and hear the answer, waiting at most *seconds* for each sign of life.

        Raises:
            NoReply: Nobody answered, or the answer broke off.
        """
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        where = (parts.scheme, parts.netloc)
        connection = self._take(where, seconds)
        sending = _Sending(connection, seconds)
        try:
            sending.send(method, target, parts.netloc, headers, body)
            reply = _heard(connection)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise NoReply(action, type(error).__name__, sent=sending.complete) from error
        if not sending.complete:
            connection.close()
        else:
            self._open[where] = (connection, time.monotonic())
        return reply

    def close(self) -> None:
        """Hang up everywhere."""
        for connection, _ in self._open.values():
            connection.close()
        self._open.clear()

    def _take(self, where: tuple[str, str], seconds: float) -> http.client.HTTPConnection:
        kept = self._open.pop(where, None)
        if kept is not None:
            connection, since = kept
            if time.monotonic() - since < _IDLE_SECONDS and _still_open(connection):
                if connection.sock is not None:
                    connection.sock.settimeout(seconds)
                return connection
            connection.close()
        scheme, netloc = where
        timeout = min(seconds, _CONNECT_SECONDS)
        if scheme == "https":
            return http.client.HTTPSConnection(
                netloc, timeout=timeout, context=self._context(), blocksize=_PIECE
            )
        return http.client.HTTPConnection(netloc, timeout=timeout, blocksize=_PIECE)

    def _context(self) -> ssl.SSLContext:
        if self._trust is None:
            self._trust = ssl.create_default_context(cafile=self._authorities)
        return self._trust


class _Sending:
    """One request on its way; knows whether all of it has left."""

    def __init__(self, connection: http.client.HTTPConnection, seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds
        self.complete = False

    def send(
        self, method: str, target: str, host: str, headers: Mapping[str, str], body: Body
    ) -> None:
        connection = self._connection
        if connection.sock is None:
            connection.connect()
        connection.sock.settimeout(self._seconds)
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host)
        for name, value in headers.items():
            connection.putheader(name, value)
        if len(body) or method in {"PUT", "POST"}:
            connection.putheader("Content-Length", str(len(body)))
        if isinstance(body, bytes):
            # Once the last bytes are handed over nobody knows what became of them.
            connection.endheaders(body or None)
            self.complete = True
            return
        connection.endheaders()
        try:
            self._pour(body)
        except (BrokenPipeError, ConnectionResetError):
            # Refused before the end, as S3 and SES do with what is too big: the
            # answer may be there to be read; the request cannot have had its effect.
            return

    def _pour(self, body: Source) -> None:
        left = len(body)
        for piece in _pieces(body):
            left -= len(piece)
            self.complete = left <= 0
            self._connection.send(piece)


def _pieces(body: Source) -> Iterator[bytes]:
    while piece := body.read(_PIECE):
        yield piece


def _heard(connection: http.client.HTTPConnection) -> Reply:
    """The whole answer; http.client raises IncompleteRead when it ends early."""
    response = connection.getresponse()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, headers, response.read())


def _still_open(connection: http.client.HTTPConnection) -> bool:
    """Whether the other side has neither closed nor spoken unasked: both can be read."""
    return connection.sock is not None and not select.select([connection.sock], [], [], 0)[0]


def authorities(environment: Mapping[str, str] | None = None) -> str | None:
    """The file of trusted certificates that AWS's tools are told to use, if any."""
    return (os.environ if environment is None else environment).get("AWS_CA_BUNDLE") or None
