"""A domain's own AWS profile, in the file and for every verb that asks its account."""

import os

from pathlib import Path

import pytest

from typer.testing import CliRunner

from sendas.cli import app
from sendas.cli.gmail_call import profile_in_file
from sendas.cli.plan_options import doors_of
from sendas.config.load import parse_config
from sendas.config.mistakes import BadConfig
from sendas.errors import UsageError


DOMAIN = """
region = "us-east-1"
[[domain]]
name = "example.com"
profile = "second"
[[domain.mailbox]]
name = "me"
keep = true
"""


@pytest.mark.parametrize("text", ["", "  ", "AKIAIOSFODNN7EXAMPLE", "a\\nb"])
def test_what_is_no_profile(text: str) -> None:
    """A key, or no name at all, is refused, and the key is not shown."""
    with pytest.raises(BadConfig) as refused:
        parse_config(DOMAIN.replace("second", text))

    assert "profile" in str(refused.value)
    assert "AKIA" not in str(refused.value)


def test_the_files_profile_counts_where_none_is_named(tmp_path: Path) -> None:
    """The verbs about a mailbox, or about all mail, act in the account that the file says."""
    file = tmp_path / "sendas.toml"
    file.write_text(DOMAIN)

    assert "second" == profile_in_file(file, "Example.com")
    assert "second" == profile_in_file(file, None)
    assert profile_in_file(file, "example.net") is None


def test_two_accounts_are_no_one_account(tmp_path: Path) -> None:
    """Where no domain is named and they are in several accounts, the file says none."""
    file = tmp_path / "sendas.toml"
    other = DOMAIN.replace("example.com", "example.net").replace("second", "third")
    file.write_text(DOMAIN + other.partition("\n")[2].partition("\n")[2])

    assert profile_in_file(file, None) is None
    assert "third" == profile_in_file(file, "example.net")


@pytest.mark.parametrize("verb", [("watch", "status"), ("watch", "alarms"), ("trace",)])
def test_watching_opens_each_domains_own_account(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verb: tuple[str, ...]
) -> None:
    """The same for what is asked of a stack that stands."""
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    file = tmp_path / "sendas.toml"
    file.write_text(DOMAIN.replace("keep = true", 'to = ["owner@gmail.com"]'))

    for words, named in (((), "second"), (("--profile", "named"), "named")):
        done = CliRunner().invoke(app, [*verb, "--config", str(file), *words])
        assert isinstance(done.exception, UsageError)
        assert f"'{named}'" in str(done.exception)


def test_plan_opens_each_domains_own_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile of the domain is used, and --profile wins over it."""
    monkeypatch.setitem(os.environ, "AWS_CONFIG_FILE", "/dev/null")
    domain = parse_config(DOMAIN).domains[0]

    with pytest.raises(UsageError, match="'second'"):
        doors_of(None)(domain)
    with pytest.raises(UsageError, match="'named'"):
        doors_of("named")(domain)
