"""Small SMTP servers on loopback that behave, and misbehave, as told."""

import datetime as dt
import socket
import ssl
import threading

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sendas.dialmap import DialMap


HOST = "mail.example.com"


class Talk:
    """The server's end of one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.connection.settimeout(5)
        self.heard: list[bytes] = []

    def say(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.connection.sendall(data)

    def hear(self) -> bytes:
        """One line from the client, without its end; empty when it hung up."""
        line = b""
        while not line.endswith(b"\n"):
            byte = self.connection.recv(1)
            if not byte:
                break
            line += byte
        self.heard.append(line.strip())
        return line.strip()

    def tls(self, context: ssl.SSLContext) -> None:
        """Go over to TLS."""
        self.connection = context.wrap_socket(self.connection, server_side=True)


Play = Callable[[Talk], None]


class Server:
    """Listens on a free port of loopback; plays one part for each connection."""

    def __init__(self, *plays: Play) -> None:
        self.plays = plays
        self.talks: list[Talk] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for play in self.plays:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            talk = Talk(connection)
            self.talks.append(talk)
            try:
                play(talk)
            except OSError:
                pass
            finally:
                talk.connection.close()

    def close(self) -> None:
        """Stop listening and wait for the thread."""
        self._listener.close()
        self._thread.join(timeout=0.2)

    def dial_map(self, port: int = 587) -> DialMap:
        """A map on which the public host at *port* is this server."""
        return DialMap({f"{HOST}:{port}": ("127.0.0.1", self.port)})


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers; they are stopped at the end of the test."""
    servers: list[Server] = []

    def start(*plays: Play) -> Server:
        servers.append(Server(*plays))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@dataclass(frozen=True)
class Authority:
    """A throw-away certificate authority."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def server(self, name: str = HOST, *, days: int = 1, signed: bool = True) -> ssl.SSLContext:
        """A server's context with a certificate for *name*, valid until *days* from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key, self if signed else None, days=days, authority=False)
        stem = self.folder / f"{name}-{days}-{signed}.pem"
        stem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(stem)
        return context

    def client(self) -> ssl.SSLContext:
        """A client's context that trusts this authority and nobody else."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def pem_file(self) -> Path:
        """The authority's certificate, as SSL_CERT_FILE wants it."""
        path = self.folder / "authority.pem"
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: Authority | None,
    *,
    days: int,
    authority: bool,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)  # noqa: TID251  certificates live in real time
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=9))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    return builder.sign(issuer.key if issuer else key, hashes.SHA256())


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority of this test session."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate("Throw-away CA", key, None, days=1, authority=True)
    return Authority(tmp_path_factory.mktemp("authority"), key, certificate)
