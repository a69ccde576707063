"""Rotation in the lab, by the commands an owner types, with mail flowing all the time.

Incident B began with a key that was rotated while Gmail kept the old password.  Here the
same key is rotated: Gmail and a second program send before, between and after
every step, and the lab's SES, Gmail and recipient say what became of each mail.
"""

import json
import re
import time

from datetime import timedelta
from pathlib import Path

import pytest

from owner_setup import Owner, settle, standing_owner
from password_holders import FIRST, HOST, JANE, ME, OWNER, SECOND, Sender, users_with_keys
from sendas_lab.world import Lab
from typed import Type

from sendas.credentials.doors import Timing


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


@pytest.fixture
def owner(sendas_lab: Lab, type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Owner:
    """An owner whose stack stands; commands go by the lab's clock."""
    assert type_
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    clock = Timing(sendas_lab.clock.now, lambda seconds: time.sleep(min(seconds, 0.05)))
    monkeypatch.setattr("sendas.credentials.doors.real_timing", lambda: clock)
    return standing_owner(sendas_lab, tmp_path, FILE)


def test_incident_b_without_the_incident(owner: Owner, type_: Type) -> None:
    """A rotation loses no mail of either program, has evidence of both, and ends the old key."""
    lab = owner.lab
    gmail, shop = Sender(lab, shop=False), Sender(lab, shop=True)
    first = type_("credentials", "rotate", ME, "--show")
    assert first.status == 0, first.err
    assert "It is the first of all" in first.out
    assert "Add another email address" in first.out
    assert "The old one stays" not in first.out
    gmail.take(first)
    shop.take(first)

    def mail() -> None:
        for one in (gmail, shop):
            one.send()
        settle(lab)

    mail()
    assert type_("credentials", "rotate", ME).status == 0
    lab.clock.move(timedelta(days=80))
    mail()

    due = type_("credentials", "rotate", ME, "--show")
    assert due.status == 0, due.err
    assert users_with_keys(owner) == {FIRST: ["Active"], SECOND: ["Active"]}
    mail()
    gmail.take(due)
    mail()
    half = type_("credentials", "rotate", ME)
    assert "Gmail of owner@gmail.com: has it since" in half.out
    assert "shop: not seen" in half.out
    mail()
    shop.take(due)
    lab.clock.move(timedelta(minutes=1))
    mail()

    settled = type_("credentials", "rotate", ME)
    assert "is inactive, and is deleted from" in settled.out, settled
    assert users_with_keys(owner) == {FIRST: ["Inactive"], SECOND: ["Active"]}
    mail()
    lab.clock.move(timedelta(days=8))
    mail()
    done = type_("credentials", "rotate", ME, "--json")

    assert json.loads(done.out)["step"] == "idle"
    assert users_with_keys(owner) == {FIRST: [], SECOND: ["Active"]}
    mail()
    assert [0, 0] == [one.lost for one in (gmail, shop)]
    arrived = [
        one for one in lab.recipients.mailboxes.of(JANE) if one.subject.startswith(("G ", "S "))
    ]
    assert gmail.sent + shop.sent == len(arrived)
    everything = "".join(one.out + one.err for one in (half, settled, done))
    assert gmail.password not in everything
    canaries = [one for one in lab.gmail.inbox(OWNER) if "canary" in one.subject.lower()]
    assert canaries == []


def test_who_uses_the_old_one_is_named(owner: Owner, type_: Type) -> None:
    """An alarm with the holder and its address, exit status 1, and the old key lives on."""
    lab = owner.lab
    gmail, shop = Sender(lab, shop=False), Sender(lab, shop=True)
    first = type_("credentials", "rotate", ME, "--show")
    for one in (gmail, shop):
        one.take(first)
        one.send()
    settle(lab)
    type_("credentials", "rotate", ME)
    old = (shop.username, shop.password)
    second = type_("credentials", "rotate", ME, "--early", "--show")
    lab.clock.move(timedelta(minutes=1))
    for one in (gmail, shop):
        one.take(second)
        one.send()
    forgotten = Sender(lab, shop=True, username=old[0], password=old[1])
    lab.clock.move(timedelta(minutes=1))
    forgotten.send()
    settle(lab)

    told = type_("credentials", "rotate", ME)

    assert told.status == 1
    assert re.search(r"ALARM: the old credential \(\S+\) was used by shop from [0-9.]+", told.out)
    assert users_with_keys(owner) == {FIRST: ["Active"], SECOND: ["Active"]}
    assert forgotten.lost == 0


def test_an_alias_that_nobody_confirmed(owner: Owner, type_: Type) -> None:
    """Added again in Gmail with the new password, and its link not opened (FACTS 17.4).

    Gmail lets nobody send as it, so nothing is seen: it grows late, and the old key lives on.
    """
    lab = owner.lab
    gmail, shop = Sender(lab, shop=False), Sender(lab, shop=True)
    first = type_("credentials", "rotate", ME, "--show")
    for one in (gmail, shop):
        one.take(first)
        one.send()
    settle(lab)
    type_("credentials", "rotate", ME)
    second = type_("credentials", "rotate", ME, "--early", "--show")
    read = Sender(lab, shop=False)
    fields = re.findall(r"^  (?:Username|Password)\s+(\S+)", second.out, re.MULTILINE)
    username, password = fields[:2]
    added = lab.gmail.add_send_as(
        OWNER, address=ME, name="Me", host=HOST, port=587, username=username, password=password
    )
    with pytest.raises(LookupError, match="not confirmed"):
        read.send()
    lab.clock.move(timedelta(days=15))

    late = type_("credentials", "rotate", ME)

    assert late.status == 1
    assert "Gmail of owner@gmail.com: not seen" in late.out
    assert "LATE" in late.out
    assert users_with_keys(owner) == {FIRST: ["Active"], SECOND: ["Active"]}
    assert lab.gmail.confirm(OWNER, ME, added.code)
    read.send()
    settle(lab)
    assert "Gmail of owner@gmail.com: has it since" in type_("credentials", "rotate", ME).out


def test_undo_in_the_lab(owner: Owner, type_: Type) -> None:
    """The one that was made inactive works again, and is what is handed out."""
    lab = owner.lab
    shop = Sender(lab, shop=True)
    first = type_("credentials", "rotate", ME, "--show")
    shop.take(first)
    type_("credentials", "rotate", ME, "--vouch", "shop", "--vouch", "gmail:owner@gmail.com")
    type_("credentials", "rotate", ME, "--early")
    rested = type_(
        "credentials", "rotate", ME, "--vouch", "shop", "--vouch", "gmail:owner@gmail.com"
    )
    assert users_with_keys(owner) == {FIRST: ["Inactive"], SECOND: ["Active"]}, rested
    shop.send()
    assert shop.lost == 1

    undone = type_("credentials", "rotate", ME, "--undo")

    assert undone.status == 0
    assert users_with_keys(owner) == {FIRST: ["Active"], SECOND: ["Active"]}
    shop.send()
    assert shop.lost == 1
    assert type_("gmail", "password", ME).out.strip() == shop.password


def test_a_leak_in_the_lab(owner: Owner, type_: Type) -> None:
    """The leaked one is refused at once; a wrong key's end changes nothing."""
    shop = Sender(owner.lab, shop=True)
    shop.take(type_("credentials", "rotate", ME, "--show"))

    wrong = type_("credentials", "rotate", ME, "--revoke-now", "ZZZZ")
    assert wrong.status == 2
    assert users_with_keys(owner) == {FIRST: ["Active"]}
    shop.send()
    assert shop.lost == 0
    told = type_("credentials", "rotate", ME, "--revoke-now", shop.username[-4:])

    shop.send()
    assert shop.lost == 1
    assert "CUT OFF" in told.out
    assert told.status == 1
    assert users_with_keys(owner) == {FIRST: ["Inactive"], SECOND: ["Active"]}
