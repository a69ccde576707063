"""Who holds a copy of a mailbox's SMTP password in the lab: Gmail, and a shop's program."""

import re
import ssl
import time

from contextlib import suppress
from dataclasses import dataclass

from owner_setup import Owner
from sendas_lab.world import Lab
from typed import Typed

from sendas.smtp.dialogue import dial
from sendas.smtp.probe import Outcome
from sendas.smtp.session import Credential, TestMessage


OWNER, ME, JANE = "owner@gmail.com", "me@example.com", "jane@example.net"
HOST = "email-smtp.us-east-1.amazonaws.com"
FIRST, SECOND = "sendas-me@example.com", "sendas-me@example.com=b"


@dataclass
class Sender:
    """Gmail, or the shop's program, with its copy of the password."""

    lab: Lab
    shop: bool
    username: str = ""
    password: str = ""
    sent: int = 0
    lost: int = 0

    def take(self, typed: Typed) -> None:
        """Type in what the command printed, word for word."""
        name = "User name" if self.shop else "Username"
        part = typed.out.split("\nshop:\n")[-1 if self.shop else 0]
        (self.username,) = re.findall(rf"^  {name}\s+(\S+)", part, re.MULTILINE)
        (self.password,) = re.findall(r"^  Password\s+(\S{44})(?:\s|$)", part, re.MULTILINE)
        if self.shop:
            return
        gmail = self.lab.gmail
        fields = {"host": HOST, "port": 587, "username": self.username, "password": self.password}
        with suppress(LookupError):
            gmail.edit_send_as(OWNER, address=ME, **fields)
            return
        added = gmail.add_send_as(OWNER, address=ME, name="Me", **fields)
        gmail.confirm(OWNER, ME, added.code)

    def send(self, to: str = JANE) -> None:
        """One mail; whatever is not taken, or bounces, is lost."""
        self.sent += 1
        if not self.shop:
            before = len(self.lab.gmail.inbox(OWNER))
            self.lab.gmail.send(OWNER, to=to, subject=f"G {self.sent}", text="x\n", sender=ME)
            self.lab.settle()
            bounces = self.lab.gmail.inbox(OWNER)[before:]
            self.lost += any("Delivery Status" in one.subject for one in bounces)
            return
        content = (
            f"From: {ME}\r\nTo: {to}\r\nSubject: S {self.sent}\r\n"
            f"Message-ID: <{self.sent}@shop.example.com>\r\n\r\nx\r\n"
        )
        probe = dial(
            HOST, 587, implicit_tls=False, tls=ssl.create_default_context(),
            clock=time.monotonic, credential=Credential(self.username, self.password),
            dial_map=self.lab.network.dial_map(), send=TestMessage(ME, to, content.encode()),
        )  # fmt: skip
        self.lost += probe.outcome is not Outcome.SENT


def users_with_keys(owner: Owner) -> dict[str, list[str]]:
    """What AWS has, by its own answer."""
    users = {one["UserName"] for one in owner.call("iam", "ListUsers")["Users"]}
    return {
        user: [
            key["Status"]
            for key in owner.call("iam", "ListAccessKeys", UserName=user)["AccessKeyMetadata"]
        ]
        for user in (FIRST, SECOND)
        if user in users
    }
