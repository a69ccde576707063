"""``sendas options`` as it is typed."""

import json

from pathlib import Path

import pytest

from typer.testing import CliRunner

from sendas.cli import VERBS, app
from sendas.errors import SendasError
from sendas.gmail.options.ways import WAYS


FILE = """
region = "us-east-2"
[[domain]]
name = "example.com"
[[domain.mailbox]]
name = "a"
to = ["owner@gmail.com"]
send = "smtp"
[[domain.mailbox]]
name = "b"
to = ["owner@gmail.com"]
send = "smtp"
[[domain.mailbox]]
name = "c"
to = ["owner@gmail.com"]
"""


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def options(*words: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(app, ["options", *words])
    if isinstance(done.exception, SendasError):
        raise done.exception
    assert 0 == done.exit_code, done.output
    return done.stdout


def test_json() -> None:
    """One object, with the constraints and the list's date in it."""
    answer = json.loads(options("--json", "--no-paid-service", "--mailboxes", "3"))

    assert "sendas.options/1" == answer["schema"]
    assert (3, True, False) == (
        answer["constraints"]["mailboxes"],
        answer["constraints"]["no_paid_service"],
        answer["constraints"]["keep_receiving"],
    )
    assert "2026-07-22" == answer["prices"]["as_of"]
    costs = {one["name"]: one["dollars_a_month"] for one in answer["ways"]}
    assert "1.22" == costs["send-as-ses"]


def test_the_files_mailboxes_are_counted(tmp_path: Path) -> None:
    """Those that send; --mailboxes wins."""
    (tmp_path / "sendas.toml").write_text(FILE)

    assert "for 2 mailboxes" in options("example.com")
    assert "for 9 mailboxes" in options("example.com", "--mailboxes", "9")


def test_a_domain_without_a_file() -> None:
    """It cannot be counted."""
    with pytest.raises(SendasError, match="--mailboxes"):
        options("example.com")


def test_long_tells_all_of_each() -> None:
    """What it needs and what breaks it."""
    text = " ".join(options("--long").split())

    for way in WAYS:
        for words in (*way.needs, *way.breaks):
            assert words in text


def test_every_command_it_names_is_there() -> None:
    """Verb and sub-verb."""
    for command in (command for way in WAYS for command in way.commands):
        words = command.split()
        assert "sendas" == words[0]
        assert words[1] in VERBS
