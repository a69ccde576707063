"""What `sendas gmail settings --client msmtp` makes, read and used by msmtp itself."""

import subprocess
import sys

from collections.abc import Callable
from pathlib import Path

import pytest

from sendas_lab.world import Lab

from sendas.play.scene import Scene


pytestmark = [pytest.mark.peer, pytest.mark.usefixtures("scene")]

Run = Callable[..., subprocess.CompletedProcess[str]]
SENDAS = str(Path(sys.executable).parent / "sendas")
ME = "hello@example.com"
MAIL = "From: hello@example.com\nTo: jane@example.net\nSubject: {subject}\n\nhello\n"


def made(run: Run, *more: str) -> str:
    """The file, once the mailbox has its credential."""
    region = ("--region", "us-east-2")
    added = run(SENDAS, "gmail", "add", ME, *region)
    assert 0 == added.returncode, added.stderr
    done = run(SENDAS, "gmail", "settings", ME, "--client", "msmtp", *region, *more)
    assert 0 == done.returncode, done.stderr
    return done.stdout


def into_the_lab(text: str, lab: Lab, scene: Scene) -> str:
    """The same with the lab's address; everything else is as it was made."""
    name = f"email-smtp.{scene.region}.amazonaws.com"
    host, port = lab.network.dial_map().dial(name, 587)
    assert f"host {name}\nport 587\n" in text
    trust = f"tls_trust_file {lab.environment()['SSL_CERT_FILE']}\ntls_host_override {name}\n"
    moved = text.replace(f"host {name}\nport 587\n", f"host {host}\nport {port}\n{trust}")
    # msmtp's shell need not find this checkout's program on its path.
    return moved.replace('"sendas gmail', f'"{SENDAS} gmail')


@pytest.mark.parametrize("more", [(), ("--with-password",)], ids=["asks", "holds"])
def test_msmtp_sends_with_what_was_made(
    peer: Callable[[str], str],
    run: Run,
    lab: Lab,
    scene: Scene,
    tmp_path: Path,
    more: tuple[str, ...],
) -> None:
    """With the password asked for each time, and with it in the file."""
    program = peer("msmtp")
    settings = tmp_path / "msmtprc"
    settings.write_text(into_the_lab(made(run, *more), lab, scene))
    settings.chmod(0o600)
    subject = f"msmtp settings {len(more)}"

    done = run(
        program, "-C", str(settings), "jane@example.net", stdin=MAIL.format(subject=subject)
    )

    assert 0 == done.returncode, done.stderr
    lab.settle()
    arrived = [
        mail for mail in lab.recipients.mailboxes.of("jane@example.net") if mail.subject == subject
    ]
    assert [True] == [mail.authentication.dmarc_passes for mail in arrived]


def test_msmtp_reads_the_file_as_it_is_made(
    peer: Callable[[str], str], run: Run, tmp_path: Path
) -> None:
    """`--pretend` parses the file and sends nothing."""
    settings = tmp_path / "msmtprc"
    # Without the password it would already ask for it.
    settings.write_text(made(run, "--with-password"))
    settings.chmod(0o600)

    done = run(peer("msmtp"), "-C", str(settings), "--pretend", "jane@example.net")

    assert 0 == done.returncode, done.stderr
    assert "host = email-smtp.us-east-2.amazonaws.com" in " ".join(done.stdout.split())
