"""Pages of `sendas mail list`: S3 tells whole seconds, so a page never ends within one."""

import json

from datetime import UTC, datetime, timedelta

import pytest

from typed import Type, typing

from sendas.inbound import listing
from sendas.inbound.listing import Entry, MailState, Window
from sendas.inbound.mail_location import MailLocation


NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def type_(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    """Type a command over a bucket in which eleven mails came in four seconds."""
    seconds = (0, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3)
    stored = [
        Entry(
            f"mail{number:02}", NOON + timedelta(seconds=second), 1000, MailState.FORWARDED, None
        )
        for number, second in enumerate(seconds)
    ]

    def mails(_location: MailLocation, window: Window) -> list[Entry]:
        return [one for one in stored if window.holds(one.received_at)]

    monkeypatch.setattr(listing, "mails", mails)
    monkeypatch.setattr("sendas.cli.mail_place.Where.location", lambda _self: None)
    return typing(capsys, monkeypatch)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 11, 100])
def test_going_back_by_until_shows_every_mail_once(type_: Type, limit: int) -> None:
    """By the very --until that the page before printed."""
    seen: list[str] = []
    until = ["--all"]
    for _ in range(20):
        run = type_("mail", "list", "--json", "--limit", str(limit), *until)
        assert 0 == run.status, run.err
        seen = [one["id"] for one in json.loads(run.out)["mails"]] + seen
        if "--until " not in run.err:
            break
        until = ["--until", run.err.rpartition("--until ")[2].split()[0]]

    assert [f"mail{number:02}" for number in range(11)] == seen
