"""Incident B again, Postfix being the second holder: its password is replaced, no mail is lost.

Postfix is the judge of its own copy: what it cannot hand on it defers or bounces, and says so
in its log; the lab's SES and recipient say what arrived.
"""

import os
import re
import shutil
import smtplib
import subprocess
import time

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from own_postfix import running
from owner_setup import Owner, settle, standing_owner
from password_holders import FIRST, HOST, JANE, ME, SECOND, Sender, users_with_keys
from sendas_lab.world import Lab
from typed import Type, Typed

from sendas.credentials.doors import Timing


pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(0 != os.geteuid(), reason="Postfix's master must be started by root"),
]
FILE = """\
region = "us-east-1"
[alarms]
to = ["owner@gmail.com"]
[[domain]]
name = "example.com"
mail_from = "mail"
[domain.dmarc]
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"
held_by = ["gmail:owner@gmail.com", "shop"]
"""
MAIN = """
relayhost = [{host}]:{port}
smtp_sasl_auth_enable = yes
smtp_sasl_security_options = noanonymous
smtp_sasl_password_maps = texthash:{home}/etc/password
smtp_tls_CAfile = {home}/ca.pem
smtp_tls_policy_maps = inline:{{ {{ [{host}]:{port} = verify match={name} }} }}
smtp_connection_cache_on_demand = no
"""


REFUSED = re.compile(
    r"status=(?:deferred|bounced|expired)|SASL authentication failed"
    r"|(?:said|refused to talk to me): [45]\d\d"
)
"""A mail that Postfix could not hand on at once, in the words of its smtp(8) and bounce(8).

The bare number of a refusal stands by chance in process, port, queue and message ids.
"""


@pytest.fixture
def owner(sendas_lab: Lab, type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Owner:
    """An owner whose stack stands; commands go by the lab's clock."""
    assert type_
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    clock = Timing(sendas_lab.clock.now, lambda seconds: time.sleep(min(seconds, 0.05)))
    monkeypatch.setattr("sendas.credentials.doors.real_timing", lambda: clock)
    return standing_owner(sendas_lab, tmp_path, FILE)


@dataclass
class Shop:
    """A shop's Postfix, which holds a copy in its password map."""

    lab: Lab
    program: str
    port: int
    home: Path
    server: str
    sent: list[str] = field(default_factory=list)
    reader: Sender = field(init=False)

    def __post_init__(self) -> None:
        """What reads the printed settings."""
        self.reader = Sender(self.lab, shop=True)

    def take(self, typed: Typed) -> None:
        """Write what was printed into the map, and let Postfix read it."""
        self.reader.take(typed)
        line = f"{self.server} {self.reader.username}:{self.reader.password}\n"
        (self.home / "etc/password").write_text(line)
        subprocess.run(  # noqa: S603  the peer
            [self.program, "-c", str(self.home / "etc"), "reload"], check=True, capture_output=True
        )

    def queue(self, subject: str) -> None:
        """One mail, which Postfix takes and hands on in its own time."""
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            client.sendmail(
                ME, [JANE], f"From: {ME}\r\nTo: {JANE}\r\nSubject: {subject}\r\n\r\nx\r\n"
            )

    def send(self) -> None:
        """One mail, until it is with the recipient."""
        self.sent.append(f"P {len(self.sent) + 1}")
        self.queue(self.sent[-1])
        self.arrived()

    def arrived(self) -> None:
        """Wait until all of them are with the recipient."""
        for _ in range(300):
            settle(self.lab)
            there = {mail.subject for mail in self.lab.recipients.mailboxes.of(JANE)}
            if there.issuperset(self.sent):
                return
            time.sleep(0.1)
        pytest.fail((self.home / "log").read_text())

    def log(self) -> list[str]:
        """What Postfix said, line by line."""
        return (self.home / "log").read_text().splitlines()

    def refused(self) -> list[str]:
        """The lines that tell of a refusal."""
        return [line for line in self.log() if REFUSED.search(line)]


@pytest.fixture
def shop(peer: Callable[[str], str], owner: Owner) -> Iterator[Shop]:
    """Its Postfix runs, and has no password yet."""
    lab, postfix = owner.lab, peer("postfix")
    host, port = lab.network.dial_map().dial(HOST, 587)

    def main(home: Path) -> str:
        shutil.copy(lab.environment()["SSL_CERT_FILE"], home / "ca.pem")
        (home / "etc/password").write_text("")
        return MAIN.format(home=home, host=host, port=port, name=HOST)

    with running(postfix, main) as (listen, home):
        yield Shop(lab, postfix, listen, home, f"[{host}]:{port}")


@pytest.mark.timeout(600)
def test_incident_b_with_postfix_as_the_second_client(
    owner: Owner, shop: Shop, type_: Type
) -> None:
    """0 mails lost, bounced or deferred, evidence of both holders, and the old key is gone."""
    lab = owner.lab
    gmail = Sender(lab, shop=False)

    def mail() -> None:
        gmail.send()
        shop.send()

    first = type_("credentials", "rotate", ME, "--show")
    assert first.status == 0, first.err
    for holder in (gmail, shop):
        holder.take(first)
    mail()
    assert type_("credentials", "rotate", ME).status == 0
    lab.clock.move(timedelta(days=80))
    mail()
    due = type_("credentials", "rotate", ME, "--show")
    assert due.status == 0, due.err
    mail()
    gmail.take(due)
    mail()
    half = type_("credentials", "rotate", ME)
    assert "Gmail of owner@gmail.com: has it since" in half.out
    assert "shop: not seen" in half.out
    shop.take(due)
    lab.clock.move(timedelta(minutes=1))
    mail()
    settled = type_("credentials", "rotate", ME)
    assert "shop: has it since" in settled.out
    assert {FIRST: ["Inactive"], SECOND: ["Active"]} == users_with_keys(owner)
    mail()
    lab.clock.move(timedelta(days=8))
    mail()
    type_("credentials", "rotate", ME)

    assert {FIRST: [], SECOND: ["Active"]} == users_with_keys(owner)
    mail()
    assert 0 == gmail.lost
    arrived = [one.subject for one in lab.recipients.mailboxes.of(JANE)]
    assert sorted(shop.sent) == sorted(one for one in arrived if one.startswith("P "))
    assert gmail.sent == sum(one.startswith("G ") for one in arrived)
    assert len(shop.sent) == sum("status=sent" in line for line in shop.log())
    assert [] == shop.refused()

    shop.take(first)  # the refusal that would have been seen: its key is gone
    shop.queue("with the old password")
    for _ in range(300):
        if shop.refused():
            break
        time.sleep(0.1)
    assert any("said: 535" in line for line in shop.refused()), shop.log()
