"""A mailbox whose password is in Parameter Store, from `gmail add` to `destroy`, in the lab."""

import json
import time

from datetime import timedelta
from pathlib import Path

import pytest

from owner_setup import Owner, settle, standing_owner
from password_holders import FIRST, ME, SECOND, Sender, users_with_keys
from sendas_lab.world import Lab
from typed import Type

from sendas.credentials.doors import Timing


NAME = "/sendas/smtp/example.com/me"
SECRET = "sendas/smtp/me@example.com"
FILE = """\
region = "us-east-1"
[alarms]
to = ["owner@gmail.com"]
[[domain]]
name = "example.com"
password_store = "parameter-store"
[domain.dmarc]
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"
held_by = ["shop"]
"""
BEFORE = FILE.replace('password_store = "parameter-store"\n', "")


def standing(lab: Lab, folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Owner:
    """An owner whose stack stands; commands go by the lab's clock."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    clock = Timing(lab.clock.now, lambda seconds: time.sleep(min(seconds, 0.05)))
    monkeypatch.setattr("sendas.credentials.doors.real_timing", lambda: clock)
    return standing_owner(lab, folder, text)


def labels(owner: Owner) -> list[str]:
    """Which labels the parameter has."""
    told = owner.call("ssm", "GetParameterHistory", Name=NAME)["Parameters"]
    return sorted(label for one in told for label in one.get("Labels", ()))


def secrets_of(owner: Owner) -> list[str]:
    """The names of what is paid for."""
    told = owner.call("secretsmanager", "ListSecrets")["SecretList"]
    return [one["Name"] for one in told if one["Name"].startswith("sendas/smtp/")]


def test_a_whole_life(
    sendas_lab: Lab, type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Added, proven, listed, rotated, undone, destroyed: as in the other store, for nothing."""
    owner = standing(sendas_lab, tmp_path, FILE, monkeypatch)
    shop = Sender(sendas_lab, shop=True)
    added = type_("gmail", "add", ME, "--show")
    assert added.status == 0, added.err
    assert "one standard parameter of Parameter Store: $0 a month" in added.err
    assert labels(owner) == ["current"]
    again = type_("credentials", "rotate", ME, "--show")
    shop.take(again)
    shop.send()
    settle(sendas_lab)
    assert type_("credentials", "rotate", ME).status == 0
    audited = type_("credentials", "audit", ME)
    assert audited.status == 0, audited.out + audited.err

    due = type_("credentials", "rotate", ME, "--early", "--show")
    assert due.status == 0, due.err
    assert labels(owner) == ["current", "previous"]
    shop.take(due)
    sendas_lab.clock.move(timedelta(minutes=1))
    shop.send()
    settle(sendas_lab)
    assert type_("credentials", "rotate", ME).status == 0
    assert users_with_keys(owner) == {FIRST: ["Inactive"], SECOND: ["Active"]}
    listed = json.loads(type_("credentials", "list", "--json").out)
    stages = {
        one["name"]: (one["password"]["secret"], one["password"]["stage"])
        for one in listed["credentials"]
        if one["kind"] == "user"
    }
    assert {FIRST: (NAME, "previous"), SECOND: (NAME, "current")} == stages

    assert type_("credentials", "rotate", ME, "--undo").status == 0
    assert users_with_keys(owner) == {FIRST: ["Active"], SECOND: ["Active"]}
    assert f"| {ME} |" in type_("runbook").out
    assert NAME in type_("runbook").out
    assert [] == secrets_of(owner)

    gone = type_("destroy", "example.com", "--yes")
    assert gone.status == 0, gone.out + gone.err
    assert f"parameter {NAME}: delete it, for good" in gone.out + gone.err
    assert [] == owner.call("ssm", "DescribeParameters")["Parameters"]
    assert {} == users_with_keys(owner)


def test_the_store_is_changed(
    sendas_lab: Lab, type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next rotation hands over a credential from the new store; no mail is lost meanwhile."""
    owner = standing(sendas_lab, tmp_path, BEFORE, monkeypatch)
    shop = Sender(sendas_lab, shop=True)
    shop.take(type_("credentials", "rotate", ME, "--show"))
    shop.send()
    settle(sendas_lab)
    assert type_("credentials", "rotate", ME).status == 0
    (tmp_path / "sendas.toml").write_text(FILE)

    moved = type_("credentials", "rotate", ME, "--show")

    assert moved.status == 0, moved.err
    assert users_with_keys(owner) == {FIRST: ["Active"], SECOND: ["Active"]}
    shop.send()
    shop.take(moved)
    sendas_lab.clock.move(timedelta(minutes=1))
    shop.send()
    settle(sendas_lab)
    done = type_("credentials", "rotate", ME)
    assert done.status == 0, done.err
    assert users_with_keys(owner) == {FIRST: ["Inactive"], SECOND: ["Active"]}
    assert labels(owner) == ["current"]
    assert [SECRET] == secrets_of(owner)
    shop.send()
    assert not shop.lost

    gone = type_("destroy", "example.com", "--yes")
    assert gone.status == 0, gone.out + gone.err
    assert [] == owner.call("ssm", "DescribeParameters")["Parameters"]
    assert [] == secrets_of(owner)
