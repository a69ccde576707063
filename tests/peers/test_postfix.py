"""Postfix as an owner's relay: it takes mail on loopback and hands it to the lab's SES SMTP."""

import os
import pwd
import shutil
import smtplib
import time

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from own_postfix import running
from sendas_lab.world import Lab

from sendas.advice import Owner
from sendas.bounce import explain
from sendas.play.scene import Scene


pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(0 != os.geteuid(), reason="Postfix's master must be started by root"),
]

MAIN = """
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
    name = f"email-smtp.{scene.region}.amazonaws.com"
    host, port = lab.network.dial_map().dial(name, 587)

    def main(home: Path) -> str:
        authority = home / "ca.pem"
        shutil.copy(lab.environment()["SSL_CERT_FILE"], authority)
        return MAIN.format(
            home=home, uid=pwd.getpwnam("nobody").pw_uid, host=host, port=port,
            username=scene.key_id, password=scene.smtp_password, authority=authority, name=name,
        )  # fmt: skip

    with running(peer("postfix"), main) as (listen, home):
        yield listen, home / "log"


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
