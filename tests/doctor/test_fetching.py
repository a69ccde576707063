"""An MTA-STS policy is fetched from a real server over TLS, as RFC 8461, 3.3 wants it."""

import ssl
import threading

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from sendas_lab.certificates import Certificates, Flaw

from sendas.auth.mta_sts import MAX_BYTES, POLICY_PATH, Served
from sendas.dialmap import DialMap
from sendas.doctor.fetching import fetch_policy
from sendas.outcome import NoAnswer, Seen


HOST = "mta-sts.example.com"
POLICY = "version: STSv1\nmode: none\nmax_age: 60\n"


@contextmanager
def serving(certificates: Certificates, status: int, body: bytes) -> Iterator[DialMap]:
    """A web server that answers everything so, where the policy's host is."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer only what senders ask for."""
            self.send_response(status if self.path == POLICY_PATH else 500)
            self.send_header("Location", f"https://{HOST}/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = certificates.server_context(HOST).wrap_socket(
            server.socket, server_side=True
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield DialMap({f"{HOST}:443": ("127.0.0.1", server.server_address[1])})
        finally:
            server.shutdown()
            thread.join()


def fetched(
    folder: Path, status: int, body: str = POLICY, flaw: Flaw | None = None
) -> Seen[Served]:
    """What senders get."""
    certificates = Certificates(folder)
    certificates.flaw(HOST, flaw)
    with serving(certificates, status, body.encode()) as dial_map:
        return fetch_policy(HOST, certificates.client_context(), dial_map)


def test_what_is_served_with_200_is_the_policy(tmp_path: Path) -> None:
    """To the letter."""
    assert Served(POLICY) == fetched(tmp_path, 200)


@pytest.mark.parametrize("status", [301, 404, 503])
def test_nothing_but_200_is_taken(tmp_path: Path, status: int) -> None:
    """Senders follow no redirect."""
    assert Served("", f"it answers {status}") == fetched(tmp_path, status)


@pytest.mark.parametrize("flaw", Flaw)
def test_a_certificate_that_does_not_hold_is_an_answer(tmp_path: Path, flaw: Flaw) -> None:
    """Senders take no policy over it; that is no silence."""
    found = fetched(tmp_path, 200, flaw=flaw)

    assert isinstance(found, Served)
    assert "certificate" in found.fault


def test_a_policy_without_end_is_not_read_on(tmp_path: Path) -> None:
    """RFC 8461, 3.2: senders may limit what they read."""
    found = fetched(tmp_path, 200, "x" * (MAX_BYTES + 1))

    assert isinstance(found, Served)
    assert "longer" in found.fault


def test_nobody_there_is_no_answer(tmp_path: Path) -> None:
    """Whether there is a policy is then not known."""
    certificates = Certificates(tmp_path)
    with serving(certificates, 200, b"") as dial_map:
        gone = dial_map

    assert isinstance(fetch_policy(HOST, certificates.client_context(), gone), NoAnswer)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1"])
def test_nobody_is_sent_to_a_private_address(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's DNS may name what only this machine reaches; no sender does."""
    dialled: list[object] = []
    monkeypatch.setattr("socket.create_connection", lambda *place: dialled.append(place))

    found = fetch_policy(host, ssl.create_default_context(), DialMap())

    assert isinstance(found, NoAnswer)
    assert "no public address" in found.detail
    assert [] == dialled
