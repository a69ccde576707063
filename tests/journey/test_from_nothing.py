"""From an empty account to a mail sent and received, typed as an owner types it.

Every command is a process of its own in the lab's environment; Gmail's dialog
is filled in with what `gmail add` printed, and nothing else.
"""

import os
import re
import subprocess
import sys
import time

from collections.abc import Callable
from pathlib import Path

import pytest

from sendas_lab.recipients import StoredMail
from sendas_lab.world import Lab


REGION, DOMAIN, ME = "us-east-1", "example.com", "me@example.com"
OWNER, JANE = "owner@gmail.com", "jane@example.net"
Type = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def typed(sendas_lab: Lab, tmp_path: Path) -> Type:
    """Type a command in an empty folder; the process, still running."""

    def begin(*words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "sendas", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={"PATH": os.defpath, "HOME": str(tmp_path), **sendas_lab.environment()},
        )

    return begin


def ended(process: "subprocess.Popen[str]", status: int = 0) -> str:
    """What it printed, once it has ended with *status*."""
    out, err = process.communicate(timeout=110)
    assert status == process.returncode, f"{out}\n{err}"
    return out


def buy_the_domain(lab: Lab) -> None:
    """What an owner has beforehand: a delegated zone, production access, a Gmail account."""
    made = lab.session().call(
        "route53", "CreateHostedZone", region=lab.region, Name=DOMAIN, CallerReference="mine"
    )
    lab.dns.registry.delegate(DOMAIN, made["DelegationSet"]["NameServers"])
    lab.ses.grant_production_access(REGION)
    lab.gmail.open_account(OWNER)


def type_into_gmail(lab: Lab, added: str) -> None:
    """The dialog's fields, as `gmail add --show` printed them."""
    fields = dict(re.findall(r"^  (\w[\w ]*?)  +(\S+)", added, re.MULTILINE))
    lab.gmail.add_send_as(
        OWNER,
        address=fields["Email address"],
        name="The Owner",
        host=fields["SMTP Server"],
        port=int(fields["Port"]),
        username=fields["Username"],
        password=fields["Password"],
    )


def test_from_an_empty_account_to_mail_both_ways(sendas_lab: Lab, typed: Type) -> None:
    """init, apply, gmail add, confirm, verify: mail in and out, DMARC passing at both ends."""
    buy_the_domain(sendas_lab)
    answers = ("--region", REGION, "--mailbox", f"me={OWNER}", "--dns", "route53", "--yes")
    ended(typed("init", DOMAIN, *answers))
    ended(typed("plan", "--exit-code"), status=1)
    assert "All" in ended(typed("apply", "--yes"))
    assert "Nothing to do" in ended(typed("plan", "--exit-code"))

    added = ended(typed("gmail", "add", ME, "--show"))
    type_into_gmail(sendas_lab, added)
    sendas_lab.settle()
    code = re.search(r"Confirmation code +(\d+)", ended(typed("gmail", "confirm", ME)))
    assert code
    assert sendas_lab.gmail.confirm(OWNER, ME, code[1])

    verifying = typed("gmail", "verify", ME, "--timeout", "60")
    assert verifying.stderr
    once = next(
        found[1]
        for line in verifying.stderr
        if (found := re.search(r"to (\S+@\S+), and send it", line))
    )
    sendas_lab.gmail.send(OWNER, to=once, subject="x", text="x", sender=ME)
    sendas_lab.settle()
    assert "works" in ended(verifying)

    sendas_lab.gmail.send(OWNER, to=JANE, subject="Out", text="Hello.", sender=ME)
    sendas_lab.write_to_owner(ME, sender=JANE, subject="In")
    sendas_lab.settle()
    (at_jane,) = sendas_lab.recipients.mailboxes.of(JANE)
    assert at_jane.authentication
    assert at_jane.authentication.dmarc_passes
    forwarded = forwarded_to_gmail(sendas_lab, "In")
    assert forwarded.authentication
    assert forwarded.authentication.dmarc_passes
    assert JANE in (forwarded.header("Reply-To") or "")


def forwarded_to_gmail(lab: Lab, subject: str) -> StoredMail:
    """The one mail of that subject, once the queue's function has forwarded it."""
    for _ in range(300):
        lab.settle()
        found = [mail for mail in lab.gmail.inbox(OWNER) if subject == mail.subject]
        if found:
            (forwarded,) = found
            return forwarded
        time.sleep(0.1)
    pytest.fail(f"no {subject!r} in {[mail.subject for mail in lab.gmail.inbox(OWNER)]}")
