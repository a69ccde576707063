"""`openssl s_client` and `curl`, unmodified, against the endpoint."""

import base64
import shutil
import subprocess

from typing import Any

import pytest


Endpoint = Any
HOST = "email-smtp.us-east-1.amazonaws.com"


def b64(text: str) -> str:
    """As typed."""
    return base64.b64encode(text.encode()).decode()


def program(name: str) -> str:
    """Its path; the test is skipped without it."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def test_openssl_with_auth_login_typed_by_hand(endpoint: Endpoint) -> None:
    """The SES guide's own recipe, certificate and host name verified."""
    typed = "\r\n".join(
        ["EHLO example.com", "AUTH LOGIN", b64("AKIAIOSFODNN7EXAMPLE"), b64("right"),
         "MAIL FROM: a@example.com", "RCPT TO: b@example.net", "DATA", "Subject: x", "", "Hello",
         ".", "QUIT", ""]
    )  # fmt: skip
    done = subprocess.run(  # noqa: S603  openssl by its full path, on our own port
        [program("openssl"), "s_client", "-quiet", "-starttls", "smtp", "-verify_return_error",
         "-CAfile", str(endpoint.certificates.authority_file), "-verify_hostname", HOST,
         "-connect", f"127.0.0.1:{endpoint.clear[1]}"],
        input=typed, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip

    assert 0 == done.returncode, done.stderr
    replies = [line for line in done.stdout.splitlines() if line[:1].isdigit()]
    assert [
        "334 VXNlcm5hbWU6",
        "334 UGFzc3dvcmQ6",
        "235 Authentication successful.",
        "250 Ok",
        "250 Ok",
        "354 End data with <CR><LF>.<CR><LF>",
        "250 Ok 0100-x-000000",
        "221 Bye",
    ] == replies[replies.index("334 VXNlcm5hbWU6") :]


def test_curl(endpoint: Endpoint, tmp_path: Any) -> None:  # noqa: ANN401  a Path
    """Curl finds STARTTLS and AUTH by itself."""
    letter = tmp_path / "letter"
    letter.write_bytes(b"Subject: x\r\n\r\nHello\r\n")
    done = subprocess.run(  # noqa: S603  curl by its full path, on our own port
        [program("curl"), "--silent", "--show-error", "--ssl-reqd",
         "--cacert", str(endpoint.certificates.authority_file),
         "--connect-to", f"::127.0.0.1:{endpoint.clear[1]}", f"smtp://{HOST}:587",
         "--user", "AKIAIOSFODNN7EXAMPLE:right", "--mail-from", "a@example.com",
         "--mail-rcpt", "b@example.net", "--upload-file", str(letter)],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip

    assert 0 == done.returncode, done.stderr
    assert b"Subject: x\r\n\r\nHello\r\n" == endpoint.ses.taken[0].content
