"""TLS towards AWS: one context that trusts as botocore's own does."""

import datetime as dt
import ssl
import threading

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sendas.aws import session as session_module
from sendas.aws.session import Session, open_session
from sendas.aws.sesv2 import account
from sendas.aws.trust import LoadedOnce
from sendas.outcome import NoAnswer, Why
from sendas.ses.account_state import Account
from sendas.ses.regions import Region


KEY = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40}
REGIONS = (Region("us-east-1"), Region("eu-west-1"), Region("sa-east-1"))


class _Handler(BaseHTTPRequestHandler):
    """GetAccount of nobody, once per connection."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:  # type: ignore[override]  # silent, whatever is said
        """Say nothing."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "aws.example")])
    now = dt.datetime.now(dt.UTC)  # noqa: TID251  TLS checks dates by the machine's clock
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path_factory.mktemp("tls") / "aws.pem"
    path.write_bytes(pem)
    return path


@pytest.fixture
def endpoint(certificate: Path) -> Iterator[str]:
    """An AWS over TLS on loopback."""
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake is meant
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second tries, and no configuration of the machine's."""
    monkeypatch.setattr(session_module, "_ATTEMPTS", 1)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent/config")
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)


def _session(endpoint: str) -> Session:
    return open_session(None, KEY | {"AWS_ENDPOINT_URL": endpoint})


@pytest.mark.usefixtures("quick")
def test_nobody_s_certificate_is_refused(endpoint: str) -> None:
    """A server whose certificate nobody vouches for is not talked to."""
    seen = account(_session(endpoint), REGIONS[0])

    assert isinstance(seen, NoAnswer)
    assert Why.UNREACHABLE is seen.why
    assert "CERTIFICATE_VERIFY_FAILED" in seen.detail


@pytest.mark.usefixtures("quick")
def test_certificates_are_read_once(
    endpoint: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_CA_BUNDLE is heeded, and read once for any number of connections."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    read: list[object] = []
    load = ssl.SSLContext.load_verify_locations

    def counted(context: ssl.SSLContext, *files: str | None) -> None:
        read.append(files[0])
        load(context, *files)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    session = _session(endpoint)

    assert all(isinstance(account(session, region), Account) for region in REGIONS)
    assert [str(certificate)] == read


def test_another_file_is_read_all_the_same(certificate: Path) -> None:
    """Only what is trusted already is passed over."""
    context = LoadedOnce(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(str(certificate))
    context.load_verify_locations(str(certificate))
    assert 1 == context.cert_store_stats()["x509"]

    with pytest.raises(FileNotFoundError):
        context.load_verify_locations("/nonexistent.pem")
