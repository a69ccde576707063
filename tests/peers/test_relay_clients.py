"""Real clients submit to the relay: swaks, curl, msmtp, nodemailer, Postfix."""

import json
import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
import time

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from own_postfix import MASTER, wait_for
from relay_world import (
    HOST,
    ME,
    SECRET,
    Running,
    certificates,
    network,
    relay,
    ses,
    settings,
    start,
    trusting,
)

from sendas.relay.decide.offers import Door


__all__ = ["certificates", "relay", "ses", "settings", "start", "trusting"]

pytestmark = pytest.mark.peer
TO = "you@example.net"
INSTALLED = Path(__file__).parents[2] / ".peers/node/node_modules"
MAIL = f"From: {ME}\r\nTo: {TO}\r\nSubject: by {{}}\r\n\r\nhello\r\n.\r\n..dots\r\n"


@pytest.fixture
def authority() -> str:
    """The file that a client has to trust."""
    return os.environ["SSL_CERT_FILE"]


def run_it(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a client to its end."""
    return subprocess.run(  # noqa: S603  the peer
        words, input=stdin, capture_output=True, text=True, check=False, timeout=60
    )


def arrived(running: Running, subject: str) -> bytes:
    """The mail that SES was handed."""
    running.wait(lambda: running.ses.sent, 20)
    (sent,) = running.ses.sent
    assert (TO,) == sent.submission.recipients
    assert f"Subject: {subject}\r\n".encode() in sent.content
    return sent.content


@pytest.mark.parametrize("tls", ["--tls", "--tls-on-connect"])
@pytest.mark.parametrize("auth", ["PLAIN", "LOGIN"])
def test_swaks(peer: Callable[[str], str], relay: Running, tls: str, auth: str) -> None:
    """Both ways of TLS, both mechanisms."""
    door = Door.IMPLICIT if tls == "--tls-on-connect" else Door.STARTTLS
    ran = run_it(
        peer("swaks"), "--server", "127.0.0.1", "--port", str(relay.port(door)), tls,
        "--auth", auth, "--auth-user", ME, "--auth-password", SECRET, "--from", ME, "--to", TO,
        "--header", "Subject: by swaks",
    )  # fmt: skip
    assert 0 == ran.returncode, ran.stdout + ran.stderr
    arrived(relay, "by swaks")


def test_swaks_with_a_wrong_password(peer: Callable[[str], str], relay: Running) -> None:
    """Its status for a refused login is 28; the reply has its code and words."""
    ran = run_it(
        peer("swaks"), "--server", "127.0.0.1", "--port", str(relay.port()), "--tls",
        "--auth", "PLAIN", "--auth-user", ME, "--auth-password", "wrong", "--from", ME, "--to", TO,
    )  # fmt: skip
    assert 28 == ran.returncode
    assert "535 5.7.8" in ran.stdout


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_curl(
    peer: Callable[[str], str], relay: Running, authority: str, tmp_path: Path, scheme: str
) -> None:
    """Uploads a mail, the certificate checked."""
    port = relay.port(Door.IMPLICIT if scheme == "smtps" else Door.STARTTLS)
    file = tmp_path / "mail"
    file.write_text(MAIL.format("curl").replace("\r\n", "\n"))
    ran = run_it(
        peer("curl"), "--silent", "--show-error", "--ssl-reqd", "--cacert", authority,
        "--connect-to", f"{HOST}:{port}:127.0.0.1:{port}", "--url", f"{scheme}://{HOST}:{port}",
        "--user", f"{ME}:{SECRET}", "--mail-from", ME, "--mail-rcpt", TO,
        "--upload-file", str(file),
    )  # fmt: skip
    assert (0, "") == (ran.returncode, ran.stderr)
    assert b"\r\nhello\r\n.\r\n..dots\r\n" in arrived(relay, "by curl")


def test_msmtp(peer: Callable[[str], str], relay: Running, authority: str, tmp_path: Path) -> None:
    """What a printer's gateway or a cron job uses."""
    settings_file = tmp_path / "msmtprc"
    settings_file.write_text(
        f"account default\nhost 127.0.0.1\nport {relay.port()}\ntls on\n"
        f"tls_trust_file {authority}\ntls_host_override {HOST}\nauth plain\nuser {ME}\n"
        f"passwordeval echo {SECRET}\nfrom {ME}\n"
    )
    settings_file.chmod(0o600)
    text = MAIL.format("msmtp").replace("\r\n", "\n")
    ran = run_it(peer("msmtp"), f"--file={settings_file}", TO, stdin=text)
    assert 0 == ran.returncode, ran.stderr
    assert b"\r\nhello\r\n.\r\n..dots\r\n" in arrived(relay, "by msmtp")


NODE = """
const nodemailer = require('nodemailer');
const fs = require('fs');
const given = JSON.parse(process.argv[1]);
const transport = nodemailer.createTransport({
  host: '127.0.0.1', port: given.port, secure: given.secure, pool: true, maxConnections: 5,
  auth: {user: given.user, pass: given.secret},
  tls: {ca: fs.readFileSync(given.authority), servername: given.host},
});
Promise.all(Array.from({length: 20}, (_, n) => transport.sendMail({
  from: given.user, to: given.to, subject: `by nodemailer ${n}`,
  text: '.\\n..\\n' + 'x'.repeat(5000),
}))).then(() => transport.close(), error => { console.error(error); process.exit(1); });
"""


@pytest.mark.parametrize("secure", [False, True])
def test_nodemailer(
    peer: Callable[[str], str],
    relay: Running,
    authority: str,
    monkeypatch: pytest.MonkeyPatch,
    secure: bool,  # noqa: FBT001
) -> None:
    """Twenty mails over a pool of connections, as a shop sends."""
    node = peer("node")
    given = {
        "port": relay.port(Door.IMPLICIT if secure else Door.STARTTLS), "secure": secure,
        "user": ME, "secret": SECRET, "authority": authority, "host": HOST, "to": TO,
    }  # fmt: skip
    monkeypatch.setenv("NODE_PATH", os.environ.get("NODE_PATH") or str(INSTALLED))
    if run_it(node, "-e", "require('nodemailer')").returncode:
        pytest.skip("nodemailer is not installed: make test-peers")
    ran = run_it(node, "-e", NODE, json.dumps(given))
    assert 0 == ran.returncode, ran.stderr
    relay.wait(lambda: 20 == len(relay.ses.sent), 20)
    subjects = {
        n
        for n in range(20)
        if any(f"by nodemailer {n}\r\n".encode() in s.content for s in relay.ses.sent)
    }

    assert set(range(20)) == subjects


def test_smtp_source(peer: Callable[[str], str], start: Callable[..., Running]) -> None:
    """Postfix's own load generator: 200 mails over 20 connections, none lost, none twice."""
    running = start(networks=(network("127.0.0.0/8"),))
    ran = run_it(
        peer("smtp-source"), "-s", "20", "-m", "200", "-l", "10240", "-f", ME, "-t", TO,
        f"127.0.0.1:{running.port()}",
    )  # fmt: skip
    assert 0 == ran.returncode, ran.stderr
    running.wait(lambda: 200 == len(running.ses.sent), 30)


MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = smart.example.com
mydestination =
mynetworks = 127.0.0.0/8
maillog_file = /dev/stdout
maillog_file_prefixes = /dev
disable_dns_lookups = yes
local_recipient_maps =
alias_maps =
relayhost = [127.0.0.1]:{port}
smtp_sasl_auth_enable = yes
smtp_sasl_security_options = noanonymous
smtp_sasl_password_maps = inline:{{ {{ [127.0.0.1]:{port} = {user}:{secret} }} }}
smtp_tls_CAfile = {authority}
smtp_tls_policy_maps = inline:{{ {{ [127.0.0.1]:{port} = verify match={name} }} }}
"""


@pytest.fixture
def smart_host(
    peer: Callable[[str], str], relay: Running, authority: str
) -> Iterator[tuple[int, Path]]:
    """A Postfix whose relayhost is the relay; its port and its log."""
    if os.geteuid():
        pytest.skip("Postfix's master must be started by root")
    postfix = peer("postfix")
    home = Path(tempfile.mkdtemp(prefix="sendas-smart-"))
    home.chmod(0o755)  # its daemons are not root
    for folder in ("queue", "data", "etc"):
        (home / folder).mkdir()
    os.chown(home / "data", pwd.getpwnam("postfix").pw_uid, pwd.getpwnam("postfix").pw_gid)
    shutil.copy(authority, home / "ca.pem")
    listen = relay.port() % 20_000 + 30_000
    (home / "etc/main.cf").write_text(
        MAIN.format(home=home, port=relay.port(), user=ME, secret=SECRET, name=HOST,
                    authority=home / "ca.pem")
    )  # fmt: skip
    (home / "etc/master.cf").write_text(MASTER.format(listen=listen))
    with (
        (home / "log").open("w") as log,
        subprocess.Popen(  # noqa: S603  the peer
            [postfix, "-c", str(home / "etc"), "start-fg"], stdout=log, stderr=log
        ) as process,
    ):
        try:
            wait_for(listen, process, home / "log")
            yield listen, home / "log"
        finally:
            subprocess.run(  # noqa: S603  the peer
                [postfix, "-c", str(home / "etc"), "stop"], check=False, capture_output=True
            )
            process.wait(20)
            shutil.rmtree(home)


def test_postfix_as_a_client(smart_host: tuple[int, Path], relay: Running) -> None:
    """It pipelines, logs in, checks the certificate; a stranger's From comes back from it."""
    port, log = smart_host
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail(ME, [TO], MAIL.format("Postfix"))
        client.sendmail("x@example.org", [TO], MAIL.format("a stranger"))
    assert b"Subject: by Postfix" in arrived(relay, "by Postfix")
    for _ in range(100):
        if "5.7.1" in log.read_text():
            break
        time.sleep(0.1)
    assert "may not send with MAIL FROM x@example.org" in log.read_text()
