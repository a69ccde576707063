"""A watcher in the lab: the shipped stack, and runs of the watcher with the owner's own key."""

import os
import time

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from owner_setup import Owner
from sendas_lab.world import Lab

from sendas.aws.telling import Teller
from sendas.config.load import parse_config
from sendas.doctor.doors import default_doors
from sendas.inbound.log import Log
from sendas.setup.template.whole import wanted_of
from sendas.smtp.dialogue import dial
from sendas.smtp.probe import Probe
from sendas.smtp.session import Credential
from sendas.smtp.verdict import IMPLICIT_TLS_PORTS
from sendas.watch.daily.look import Looking
from sendas.watch.daily.run import Ran, Watcher, stored_route
from sendas.watch.decide.settings import Watched


OWNER, ME, USER = "owner@gmail.com", "me@example.com", "sendas-me@example.com"
ROOT = "sendas-example-com"
FILE = """\
region = "us-east-1"
[alarms]
to = ["owner@gmail.com"]
[[domain]]
name = "example.com"
[domain.dmarc]
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"
[[domain.mailbox]]
name = "both"
to = ["owner@gmail.com", "second@gmail.com"]
"""


@dataclass
class Watchman:
    """Runs the watcher of example.com."""

    owner: Owner
    watched: Watched
    logged: list[str] = field(default_factory=list)

    @property
    def lab(self) -> Lab:
        """The world."""
        return self.owner.lab

    @property
    def bucket(self) -> str:
        """The mail bucket."""
        return self.watched.settings.bucket

    def teller(self, kind: Callable[..., Teller] = Teller) -> Teller:
        """The way to S3, SES, SNS and CloudWatch."""
        return kind(
            self.lab.session().signing_key(),
            "us-east-1",
            self.lab.environment(),
            pause=lambda _: None,
        )

    def watcher(self, teller: Teller | None = None) -> Watcher:
        """One process of it."""
        aws = teller or self.teller()
        doors = default_doors({**os.environ, **self.lab.environment()})
        doors = replace(doors, now=self.lab.clock.now, dial=self._dial)
        looking = Looking(self.watched, self.lab.session(), doors, lambda _: None)
        return Watcher(
            self.watched,
            looking,
            lambda: stored_route(aws, self.watched),
            aws,
            clock=self.lab.clock.now,
            log=Log(write=self.logged.append),
        )

    def _dial(self, host: str, port: int, credential: Credential | None) -> Probe:
        """As the door does, trusting the lab's certificates without a variable of the process."""
        return dial(
            host,
            port,
            implicit_tls=port in IMPLICIT_TLS_PORTS,
            tls=self.lab.certificates.client_context(),
            clock=time.monotonic,
            credential=credential,
            dial_map=self.lab.network.dial_map(),
        )

    def run(self) -> Ran:
        """One run; mail that it sent has arrived."""
        ran = self.watcher().run("test", 300)
        self.lab.settle()
        return ran

    def mails(self, begin: int = 0) -> list[str]:
        """The watcher's notices in the owner's inbox, as text under their subject.

        What its topic says besides comes by mail of SNS's.
        """
        return [
            f"{mail.subject}\n{mail.text()}"
            for mail in self.lab.gmail.inbox(OWNER)[begin:]
            if "sendas" in str(mail.content) and "@sns.amazonaws.com" not in mail.author
        ]

    def now(self) -> datetime:
        """The lab's time."""
        return self.lab.clock.now()


def hire(lab: Lab, folder: Path, file: str = FILE) -> Watchman:
    """Let the stack stand, and nothing have been looked at."""
    (folder / "sendas.toml").write_text(file)
    config = parse_config(file)
    owner = Owner(lab, config)
    owner.delegate(domain="example.com")
    lab.ses.grant_production_access("us-east-1")
    for mailbox in (OWNER, "second@gmail.com"):
        lab.gmail.open_account(mailbox)
    owner.apply(config.domains[0])
    return Watchman(owner, wanted_of(config, config.domains[0], "").watched(lab.account_id))
