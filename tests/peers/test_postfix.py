"""Postfix as an owner's relay: it takes mail on loopback and hands it to the lab's SES SMTP."""

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
from ports import free_port
from sendas_lab.world import Lab

from sendas.advice import Owner
from sendas.bounce import explain
from sendas.play.scene import Scene


pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(0 != os.geteuid(), reason="Postfix's master must be started by root"),
]

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.com
mydestination =
mynetworks = 127.0.0.0/8
maillog_file = /dev/stdout
maillog_file_prefixes = /dev
disable_dns_lookups = yes
local_recipient_maps =
alias_maps =
virtual_mailbox_domains = sender.example
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = static:box
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
virtual_minimum_uid = 1
relayhost = [{host}]:{port}
smtp_sasl_auth_enable = yes
smtp_sasl_security_options = noanonymous
smtp_sasl_password_maps = inline:{{ {{ [{host}]:{port} = {username}:{password} }} }}
smtp_tls_CAfile = {authority}
smtp_tls_policy_maps = inline:{{ {{ [{host}]:{port} = verify match={name} }} }}
"""


@pytest.fixture
def relay(peer: Callable[[str], str], lab: Lab, scene: Scene) -> Iterator[tuple[int, Path]]:
    """A Postfix of its own on a free port; the port, and its log."""
    postfix = peer("postfix")
    home = Path(tempfile.mkdtemp(prefix="sendas-postfix-"))
    home.chmod(0o755)  # its daemons are not root
    owner = pwd.getpwnam("postfix")
    host, port = lab.network.dial_map().dial(f"email-smtp.{scene.region}.amazonaws.com", 587)
    listen = free_port()
    for folder in ("queue", "data", "etc", "mail"):
        (home / folder).mkdir()
    os.chown(home / "data", owner.pw_uid, owner.pw_gid)
    nobody = pwd.getpwnam("nobody")
    os.chown(home / "mail", nobody.pw_uid, nobody.pw_uid)
    authority = home / "ca.pem"
    shutil.copy(lab.environment()["SSL_CERT_FILE"], authority)
    (home / "etc/main.cf").write_text(
        MAIN.format(
            home=home, uid=nobody.pw_uid, host=host, port=port, username=scene.key_id,
            password=scene.smtp_password, authority=authority,
            name=f"email-smtp.{scene.region}.amazonaws.com",
        )
    )  # fmt: skip
    (home / "etc/master.cf").write_text(MASTER.format(listen=listen))
    log = (home / "log").open("w")
    with (
        log,
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


def test_mail_relayed_by_postfix_arrives(relay: tuple[int, Path], lab: Lab, scene: Scene) -> None:
    """Postfix checks the certificate, logs in, and the recipient has the mail, signed."""
    port, log = relay
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail(
            f"hello@{scene.domain}",
            ["jane@example.net"],
            f"From: hello@{scene.domain}\r\nTo: jane@example.net\r\n"
            "Subject: by Postfix\r\n\r\nhello\r\n",
        )

    for _ in range(100):
        lab.settle()
        mails = [
            m for m in lab.recipients.mailboxes.of("jane@example.net") if "by Postfix" == m.subject
        ]
        if mails:
            break
        time.sleep(0.1)
    else:
        pytest.fail(log.read_text())
    assert mails[0].authentication.dmarc_passes
    assert (
        "Verified TLS connection established" in log.read_text()
        or "status=sent" in log.read_text()
    )


def test_its_bounce_is_explained(relay: tuple[int, Path]) -> None:
    """SES refuses a stranger's From; the DSN that Postfix then writes is read to the cause."""
    port, log = relay
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail(
            "owner@sender.example",
            ["jane@example.net"],
            "From: owner@sender.example\r\nTo: jane@example.net\r\nSubject: no\r\n\r\nno\r\n",
        )
    box = log.parent / "mail/box"
    for _ in range(150):
        if box.exists() and box.stat().st_size:
            break
        time.sleep(0.1)
    else:
        pytest.fail(log.read_text())

    (told,) = explain(box.read_bytes()).recipients

    assert ("jane@example.net", "554") == (told.recipient, told.reply_code)
    assert "not verified" in told.text
    assert Owner.SES is told.owner
    assert "ID001" in told.rules
