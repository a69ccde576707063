"""Bytes to and from an SMTP server, with every way it can go wrong named.

A line, a reply and a wait are bounded, so that no server can fill the memory
or hold the caller: whatever exceeds the bounds is not SMTP, or timed out.
"""

import errno
import re
import socket
import ssl

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sendas.smtp.probe import Outcome, Reply


MAX_LINE_BYTES = 4096
"""RFC 5321, 4.5.3.1.5, allows 512; servers exceed it."""
MAX_REPLY_LINES = 128
_CHUNK = 4096
_SHORTEST_TRY_SECONDS = 0.5
_REPLY_LINE = re.compile(r"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_TLS_RECORDS = range(20, 25)
"""Content types of TLS records (RFC 8446, 5.1): anything else is not TLS."""
_DETECT_SECONDS = 3.0
_NOT_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}
"""What releases of OpenSSL say to bytes that are no TLS record."""


class Ended(Exception):
    """The dialogue cannot go on; *outcome* says why, *reply* what the server said last."""

    def __init__(self, outcome: Outcome, detail: str = "", reply: Reply | None = None) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail
        self.reply = reply


_BY_LIKELIHOOD = (Outcome.NO_ROUTE, Outcome.BLOCKED, Outcome.CONNECTION_REFUSED)
"""Where addresses fail differently, the later says more."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on *clock*, in its seconds."""

    clock: Callable[[], float]
    at: float

    @classmethod
    def within(cls, seconds: float, clock: Callable[[], float]) -> "Deadline":
        """The moment *seconds* from now."""
        return cls(clock, clock() + seconds)

    def left(self) -> float:
        """The seconds that remain.

        Raises:
            TimeoutError: None do.
        """
        seconds = self.at - self.clock()
        if seconds <= 0:
            raise TimeoutError
        return seconds


def resolve(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
    """The addresses of *host*, with their family.

    Raises:
        Ended: The name is unknown, or nobody answers for it.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            detail = f"no name server answers for {host}: no network, or a broken resolver"
            raise Ended(Outcome.NO_ROUTE, detail) from error
        raise Ended(Outcome.NAME_UNKNOWN, f"no such host: {host}") from error
    except (UnicodeError, ValueError, OverflowError) as error:
        raise Ended(Outcome.NAME_UNKNOWN, f"no such host: {host}") from error
    return [(family, (str(a[0]), int(a[1]))) for family, _, _, _, a in found]


def connect(
    addresses: list[tuple[int, tuple[str, int]]], seconds: float, clock: Callable[[], float]
) -> socket.socket:
    """Connect to the first address that lets us, within *seconds* in all.

    Raises:
        Ended: None does; the outcome says how the most telling of them failed.
    """
    deadline = Deadline.within(seconds, clock)
    failures: list[Ended] = []
    for tried, (family, address) in enumerate(addresses):
        try:
            share = max(deadline.left() / (len(addresses) - tried), _SHORTEST_TRY_SECONDS)
        except TimeoutError:
            break
        try:
            return _connect(family, address, min(share, seconds))
        except OSError as error:
            failures.append(_connect_failure(error, address))
    if not failures:
        raise Ended(Outcome.BLOCKED, "no address was tried: the time allowed is too short")
    raise max(failures, key=lambda ended: _BY_LIKELIHOOD.index(ended.outcome))


def _connect(family: int, address: tuple[str, int], seconds: float) -> socket.socket:
    dialled = socket.socket(family, socket.SOCK_STREAM)
    try:
        dialled.settimeout(seconds)
        dialled.connect(address)
        dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        dialled.close()
        raise
    return dialled


def _connect_failure(error: OSError, address: tuple[str, int]) -> Ended:
    where = f"{address[0]} port {address[1]}"
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return Ended(Outcome.BLOCKED, f"{where} does not answer")
    if isinstance(error, ConnectionRefusedError):
        return Ended(Outcome.CONNECTION_REFUSED, f"nothing listens at {where}")
    return Ended(Outcome.NO_ROUTE, f"{where}: {error.strerror or error}")


class Connection:
    """One connection, plain or under TLS.  Every method may raise Ended."""

    def __init__(self, dialled: socket.socket, seconds: float, clock: Callable[[], float]) -> None:
        self._socket = dialled
        self._seconds = seconds
        self._clock = clock
        self._buffer = bytearray()
        self._greeted = False
        self.certificate_ends_at: datetime | None = None
        """Of the server's certificate, once TLS has begun."""

    @property
    def local(self) -> tuple[str, int]:
        """Our end: address and port."""
        address = self._socket.getsockname()
        return str(address[0]), int(address[1])

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send all of *data*."""
        try:
            self._socket.settimeout(self._seconds)
            self._socket.sendall(data)
        except TimeoutError as error:
            raise Ended(Outcome.TIMED_OUT, "the server stopped reading") from error
        except OSError as error:
            raise Ended(Outcome.DISCONNECTED, "the server hung up while we spoke") from error

    def send_content(self, content: bytes) -> None:
        """Send what follows DATA: leading dots doubled, a dot at the end (RFC 5321, 4.5.2).

        Lines of *content* end in CR LF; nothing else of it is changed.
        """
        whole = content if content.endswith(b"\r\n") else content + b"\r\n"
        stuffed = (b"\r\n" + whole).replace(b"\r\n.", b"\r\n..").removeprefix(b"\r\n")
        self.send(stuffed + b".\r\n")

    def receive(self) -> Reply:
        """One reply, with all its lines (RFC 5321, 4.2.1)."""
        deadline = Deadline.within(self._seconds, self._clock)
        code, lines = "", list[str]()
        while len(lines) < MAX_REPLY_LINES:
            line = self._line(deadline)
            match = _REPLY_LINE.fullmatch(line)
            if match is None or (code and match[1] != code):
                raise Ended(Outcome.NOT_SMTP, f"not an SMTP reply: {line[:60]!r}")
            code = match[1]
            lines.append(match[3] or "")
            if match[2] != "-":
                return Reply(int(code), tuple(lines))
        raise Ended(Outcome.NOT_SMTP, f"a reply of more than {MAX_REPLY_LINES} lines")

    def _line(self, deadline: Deadline) -> str:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > MAX_LINE_BYTES:
                raise Ended(Outcome.NOT_SMTP, f"a line of more than {MAX_LINE_BYTES} bytes")
            self._fill(deadline)
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        if len(line) > MAX_LINE_BYTES:
            raise Ended(Outcome.NOT_SMTP, f"a line of more than {MAX_LINE_BYTES} bytes")
        return line.decode("utf-8", "replace")

    def _fill(self, deadline: Deadline) -> None:
        try:
            self._socket.settimeout(deadline.left())
            data = self._socket.recv(_CHUNK)
        except TimeoutError as error:
            raise Ended(Outcome.TIMED_OUT, "silence where a reply was due") from error
        except OSError as error:
            raise Ended(Outcome.DISCONNECTED, f"the server hung up ({error})") from error
        if not data and self._buffer:
            raise Ended(Outcome.NOT_SMTP, f"it ended inside a line: {bytes(self._buffer[:60])!r}")
        if not data:
            raise Ended(Outcome.DISCONNECTED, "the server hung up")
        if not self._buffer and data[0] in _TLS_RECORDS:
            raise Ended(Outcome.WRONG_TLS_MODE, "the server speaks TLS from the first byte")
        self._buffer += data
        self._greeted = True

    def discard(self) -> int:
        """Throw away what was received ahead of its time; how many bytes that was.

        RFC 3207, 4.2: nothing that came before TLS may be believed after it.
        """
        early = len(self._buffer)
        self._buffer.clear()
        return early

    def start_tls(self, context: ssl.SSLContext, host: str) -> str:
        """Go over to TLS, verified for *host*; which version and cipher it became."""
        try:
            secured = self._handshake(context, host)
        except TimeoutError as error:
            raise Ended(Outcome.TIMED_OUT, "silence during the TLS handshake") from error
        except ssl.SSLCertVerificationError as error:
            raise Ended(Outcome.BAD_CERTIFICATE, certificate_fault(error, host)) from error
        except ssl.SSLError as error:
            if error.reason in _NOT_TLS:
                raise self._plain_text() from error
            reason = (error.reason or str(error)).replace("_", " ").lower()
            raise Ended(Outcome.TLS_FAILED, f"the TLS handshake failed: {reason}") from error
        except ValueError as error:  # a name that no certificate can hold, such as "a..b"
            raise Ended(Outcome.TLS_FAILED, f"no certificate can name {host}") from error
        except OSError as error:
            raise Ended(Outcome.TLS_FAILED, "the server hung up in the TLS handshake") from error
        self._socket = secured
        self.certificate_ends_at = _end_of(secured)
        cipher = secured.cipher()
        return f"{secured.version()} {cipher[0] if cipher else ''}".strip()

    def _handshake(self, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
        raw = self._socket
        peeker = raw.dup()
        try:
            secured = context.wrap_socket(raw, server_hostname=host, do_handshake_on_connect=False)
            self._socket = secured  # so that close() closes it whatever happens
            secured.settimeout(0)
            try:
                secured.do_handshake()  # sends our part; theirs may be there already
            except ssl.SSLWantReadError:
                self._expect_tls(peeker)
            secured.settimeout(self._seconds)
            secured.do_handshake()
            return secured
        finally:
            peeker.close()

    def _expect_tls(self, peeker: socket.socket) -> None:
        """Look at the first bytes of the answer, without taking them."""
        peeker.settimeout(self._seconds)
        first = peeker.recv(64, socket.MSG_PEEK)
        if first and first[0] not in _TLS_RECORDS:
            raise self._plain_text(first.split(b"\n")[0].decode("latin-1").strip())

    def _plain_text(self, said: str = "") -> Ended:
        """Plain text where TLS was begun: the wrong mode, unless STARTTLS had been agreed."""
        outcome = Outcome.TLS_FAILED if self._greeted else Outcome.WRONG_TLS_MODE
        quoted = f": {said[:60]!r}" if said else ""
        return Ended(outcome, f"the server speaks plain text where TLS was begun{quoted}")

    def answers_tls(self) -> bool:
        """Whether a server that keeps silent was waiting for TLS; the connection is spent."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # Only asks whether TLS is spoken: nothing is sent inside, so nothing need be verified.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._seconds = min(self._seconds, _DETECT_SECONDS)
        try:
            self.start_tls(context, "localhost")
        except Ended:
            return False
        return True


def _end_of(secured: ssl.SSLSocket) -> datetime | None:
    """When the certificate ends; None of one that was not verified."""
    end = (secured.getpeercert() or {}).get("notAfter")
    return (
        datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC)
        if isinstance(end, str)
        else None
    )


def capabilities(hello: Sequence[str]) -> dict[str, str]:
    """What the lines of a reply to EHLO offer (RFC 5321, 4.1.1.1).

    A keyword in capitals, and its parameters; old servers write `AUTH=LOGIN`.
    """
    found: dict[str, str] = {}
    for line in hello[1:]:
        keyword, _, rest = line.strip().replace("=", " ").partition(" ")
        name = keyword.upper()
        found[name] = f"{found.get(name, '')} {rest}".strip()
    return found


_SELF_SIGNED = (18, 19)
_EXPIRED, _NOT_YET, _NO_ISSUER, _HOST_MISMATCH, _ADDRESS_MISMATCH = 10, 9, 20, 62, 64


def certificate_fault(error: ssl.SSLCertVerificationError, host: str) -> str:
    """What is wrong with the certificate, in words (codes of OpenSSL's X509_V_ERR)."""
    match error.verify_code:
        case code if code in _SELF_SIGNED:
            return "the certificate is self-signed"
        case code if code == _EXPIRED:
            return "the certificate has expired"
        case code if code == _NOT_YET:
            return "the certificate is not valid yet"
        case code if code == _NO_ISSUER:
            return "the certificate is from an authority that this machine does not trust"
        case code if code in {_HOST_MISMATCH, _ADDRESS_MISMATCH}:
            return f"the certificate is not for {host}"
        case _:
            return f"the certificate cannot be verified: {error.verify_message}"
