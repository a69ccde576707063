"""SMTP clients that others wrote, against the lab's SES SMTP."""

import base64
import subprocess

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sendas_lab.world import Lab

from sendas.play.scene import Scene


pytestmark = pytest.mark.peer

Run = Callable[..., subprocess.CompletedProcess[str]]
MAIL = "From: hello@example.com\nTo: jane@example.net\nSubject: {subject}\n\nhello\n"


def listening(lab: Lab, scene: Scene, port: int) -> tuple[str, int]:
    """Where the SES endpoint of the scene's Region really listens."""
    host = f"email-smtp.{scene.region}.amazonaws.com"
    return lab.network.dial_map().dial(host, port)


def arrived(lab: Lab, subject: str) -> bool:
    """Whether Jane has a mail of that subject."""
    lab.settle()
    return subject in [mail.subject for mail in lab.recipients.mailboxes.of("jane@example.net")]


def test_openssl_and_auth_login_by_hand(
    peer: Callable[[str], str], lab: Lab, scene: Scene
) -> None:
    """`openssl s_client -starttls smtp`, then AUTH LOGIN line by line, as people test SES."""
    host, port = listening(lab, scene, 587)
    name = f"email-smtp.{scene.region}.amazonaws.com"
    encoded = [
        base64.b64encode(word.encode()).decode() for word in (scene.key_id, scene.smtp_password)
    ]
    with subprocess.Popen(  # noqa: S603  the peer under test
        [
            peer("openssl"), "s_client", "-quiet", "-crlf", "-starttls", "smtp",
            "-verify_return_error",
            "-connect", f"{host}:{port}", "-servername", name, "-verify_hostname", name,
            "-CAfile", lab.environment()["SSL_CERT_FILE"],
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, bufsize=1,
    ) as session:  # fmt: skip
        said = list(typed(session, ["EHLO me", "AUTH LOGIN", *encoded, "QUIT"]))

    assert "334 VXNlcm5hbWU6" in said
    assert "334 UGFzc3dvcmQ6" in said
    assert "235 Authentication successful." in said


def typed(session: subprocess.Popen[str], lines: list[str]) -> Iterator[str]:
    """Type each line once the last was answered; what the server says."""
    assert session.stdin
    assert session.stdout
    for line in lines:
        session.stdin.write(f"{line}\n")
        session.stdin.flush()
        while answer := session.stdout.readline().rstrip():
            yield answer
            if answer[3:4] == " ":
                break


@pytest.mark.parametrize(
    ("port", "flag"), [(587, "--tls"), (2587, "--tls"), (465, "--tls-on-connect")]
)
def test_swaks(
    peer: Callable[[str], str], run: Run, lab: Lab, scene: Scene, port: int, flag: str
) -> None:
    """Swaks sends over STARTTLS and over implicit TLS."""
    host, really = listening(lab, scene, port)

    done = run(
        peer("swaks"), "--server", host, "--port", str(really), flag, "--auth", "PLAIN",
        "--auth-user", scene.key_id, "--auth-password", scene.smtp_password,
        "--from", f"hello@{scene.domain}", "--to", "jane@example.net",
        "--header", f"Subject: swaks {port}",
    )  # fmt: skip

    assert 0 == done.returncode, done.stdout
    assert " 250 Ok " in done.stdout
    assert arrived(lab, f"swaks {port}")


def test_swaks_is_refused_with_the_raw_secret_key(
    peer: Callable[[str], str], run: Run, lab: Lab, scene: Scene
) -> None:
    """SES's own words for a wrong password, as in incident A."""
    host, port = listening(lab, scene, 587)

    done = run(
        peer("swaks"), "--server", host, "--port", str(port), "--tls", "--auth", "LOGIN",
        "--auth-user", scene.key_id, "--auth-password", "x" * 40, "--quit-after", "AUTH",
    )  # fmt: skip

    assert "535 Authentication Credentials Invalid" in done.stdout


def test_curl(
    peer: Callable[[str], str], run: Run, lab: Lab, scene: Scene, tmp_path: Path
) -> None:
    """Curl sends, checking the certificate for the public name."""
    host, port = listening(lab, scene, 587)
    name = f"email-smtp.{scene.region}.amazonaws.com"
    (tmp_path / "mail").write_text(MAIL.format(subject="curl"))

    done = run(
        peer("curl"), "--silent", "--show-error", "--ssl-reqd", f"smtp://{name}:{port}",
        "--connect-to", f"{name}:{port}:{host}:{port}",
        "--cacert", lab.environment()["SSL_CERT_FILE"],
        "--user", f"{scene.key_id}:{scene.smtp_password}",
        "--mail-from", f"hello@{scene.domain}", "--mail-rcpt", "jane@example.net",
        "--upload-file", str(tmp_path / "mail"),
    )  # fmt: skip

    assert 0 == done.returncode, done.stderr
    assert arrived(lab, "curl")


def test_msmtp(
    peer: Callable[[str], str], run: Run, lab: Lab, scene: Scene, tmp_path: Path
) -> None:
    """msmtp, as a cron job on a server would send."""
    host, port = listening(lab, scene, 587)
    settings = tmp_path / "msmtprc"
    settings.write_text(
        f"account default\nhost {host}\nport {port}\nfrom hello@{scene.domain}\n"
        "tls on\ntls_starttls on\n"
        f"tls_trust_file {lab.environment()['SSL_CERT_FILE']}\n"
        f"tls_host_override email-smtp.{scene.region}.amazonaws.com\n"
        f"auth on\nuser {scene.key_id}\npassword {scene.smtp_password}\n"
    )
    settings.chmod(0o600)

    done = run(
        peer("msmtp"), "-C", str(settings), "jane@example.net", stdin=MAIL.format(subject="msmtp")
    )

    assert 0 == done.returncode, done.stderr
    assert arrived(lab, "msmtp")
