"""Exim submits to the relay: as a smart host's client, with TLS and a login."""

import os
import shutil
import subprocess
import tempfile

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from relay_world import (
    HOST,
    ME,
    SECRET,
    Running,
    certificates,
    relay,
    ses,
    settings,
    start,
    trusting,
)


__all__ = ["certificates", "relay", "ses", "settings", "start", "trusting"]

pytestmark = pytest.mark.peer
TO = "you@example.net"
NUMBER = 64_123
"""The user that Debian's Exim becomes: by number, in a namespace of its own."""

CONF = """
primary_hostname = exim.example.com
spool_directory = {home}/spool
log_file_path = {home}/spool/log_%s
exim_path = {exim}
keep_environment =
add_environment =
qualify_domain = example.com

begin routers
smart:
  driver = manualroute
  transport = relay
  route_list = * 127.0.0.1
  self = send

begin transports
relay:
  driver = smtp
  port = {port}
  hosts_require_auth = *
  hosts_require_tls = *
  tls_verify_certificates = {home}/ca.pem
  tls_verify_hosts = *
  tls_verify_cert_hostnames =
  tls_sni = {host}

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  client_send = ^{user}^{secret}
"""


@pytest.fixture
def exim(peer: Callable[[str], str], relay: Running) -> Iterator[Callable[[str, str], str]]:
    """Hand a mail to Exim, from somebody; gives its log."""
    if os.geteuid():
        pytest.skip("Exim must be started by root")
    binary = peer("exim4")
    home = Path(tempfile.mkdtemp(prefix="sendas-exim-"))
    home.chmod(0o755)
    (home / "spool").mkdir()
    os.chown(home / "spool", NUMBER, NUMBER)
    shutil.copy(os.environ["SSL_CERT_FILE"], home / "ca.pem")
    for name, line in (
        ("passwd", f"Debian-exim:x:{NUMBER}:{NUMBER}::/nonexistent:/usr/sbin/nologin\n"),
        ("group", f"Debian-exim:x:{NUMBER}:\n"),
    ):
        (home / name).write_text(Path("/etc", name).read_text() + line)
    (home / "conf").write_text(
        CONF.format(home=home, exim=binary, port=relay.port(), host=HOST, user=ME, secret=SECRET)
    )

    def submit(sender: str, content: str) -> str:
        script = (
            f"mount --bind {home}/passwd /etc/passwd && mount --bind {home}/group /etc/group"
            f" && exec {binary} -C {home}/conf -odf -oi -f {sender} {TO}"
        )
        subprocess.run(  # noqa: S603  the peer
            ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script],
            input=content, text=True, check=True, timeout=60, capture_output=True,
        )  # fmt: skip
        return (home / "spool/log_main").read_text()

    yield submit
    shutil.rmtree(home)


def test_exim_as_a_client(exim: Callable[[str, str], str], relay: Running) -> None:
    """It logs in under a verified TLS; a stranger's From is refused for good and comes back."""
    log = exim(ME, f"From: {ME}\nTo: {TO}\nSubject: by Exim\n\nhello\n.\n..dots\n")
    assert "A=plain" in log
    assert "CV=yes" in log
    relay.wait(lambda: relay.ses.sent)
    (sent,) = relay.ses.sent
    assert (TO,) == sent.submission.recipients
    assert b"\r\nhello\r\n.\r\n..dots\r\n" in sent.content
    log = exim("x@example.org", "From: x@example.org\nSubject: x\n\nx\n")
    assert "may not send with MAIL FROM x@example.org" in log
