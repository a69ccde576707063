"""What is proven of the relay's own passwords: by its notes, without a socket."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sendas.cli.relay_file import passwords_seen
from sendas.config.load import parse_config
from sendas.config.model import Config
from sendas.credentials.decide.audited import Standing
from sendas.credentials.decide.audited_relay import RelayPassword, label_fits, relay_reports
from sendas.credentials.decide.holders import parse_holder
from sendas.mail.address import Address
from sendas.outcome import NoAnswer, Why


NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ME, HELPER = Address("me@example.com"), Address("helper@example.com")
FILE = """
region = "us-east-2"
[relay]
host = "relay.example.com"
directory = "DIRECTORY"
[[domain]]
name = "example.com"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "relay"
held_by = ["gmail:owner@gmail.com", "printer in the hall"]
[[domain.mailbox]]
name = "helper"
to = ["owner@gmail.com"]
send = "relay"
"""


def file(directory: object = "/var/lib/sendas-relay") -> Config:
    """Two mailboxes that send through the relay."""
    return parse_config(FILE.replace("DIRECTORY", str(directory)), "sendas.toml")


def password(
    label: str = "gmail", mailbox: Address = ME, used: float | None = 1, made: float = 10
) -> RelayPassword:
    """A password that was made and used so many days ago."""
    used_at = None if used is None else NOW - timedelta(days=used)
    return RelayPassword(mailbox, label, NOW - timedelta(days=made), used_at, "192.0.2.0/24")


def standings(*passwords: RelayPassword, only: Address | None = ME) -> Mapping[str, Standing]:
    """Each claim with whose it is."""
    reports = relay_reports(passwords, file(), NOW, only)
    return {f"{r.who}: {claim.about}": claim.standing for r in reports for claim in r.claims}


PRINTER = password("printer")


def test_what_logged_in_lately_is_proven() -> None:
    """Each holder has a password of its own, and its use is the copy's."""
    assert {
        "me@example.com/gmail: password": Standing.PROVEN,
        "me@example.com/printer: password": Standing.PROVEN,
    } == standings(password(), PRINTER)


@pytest.mark.parametrize(
    ("one", "claim", "standing"),
    [
        (password(used=None), "password", Standing.NOT_PROVEN),
        (password(used=91, made=95), "password", Standing.NOT_PROVEN),
        (password(made=90), "age", Standing.WRONG),
    ],
)
def test_what_is_not_well_is_told(one: RelayPassword, claim: str, standing: Standing) -> None:
    """Never used, not used for long, and old."""
    assert standing is standings(one, PRINTER)[f"me@example.com/gmail: {claim}"]


def test_a_label_that_is_nobodys_is_told() -> None:
    """And so is the holder that no label is of."""
    found = standings(password(), password("shop"))

    assert Standing.NOT_PROVEN is found["me@example.com/shop: holder"]
    assert Standing.NOT_PROVEN is found["me@example.com: copy of printer in the hall"]


def test_a_mailbox_that_the_file_does_not_know_is_wrong() -> None:
    """Its password still sends."""
    gone = password(mailbox=Address("gone@example.com"))

    assert Standing.WRONG is standings(gone, only=None)["gone@example.com/gmail: mailbox"]


def test_a_mailbox_without_a_password_is_wrong() -> None:
    """It says that it sends through the relay, and cannot."""
    assert {"helper@example.com: password": Standing.WRONG} == standings(password(), only=HELPER)


def test_what_lies_elsewhere_could_not_be_looked_at() -> None:
    """Each mailbox says so: it is not proven, and not wrong."""
    silent = NoAnswer(Why.UNREACHABLE, "elsewhere")
    (mine, theirs) = relay_reports(silent, file(), NOW)

    assert [Standing.UNKNOWN] * 2 == [mine.claims[0].standing, theirs.claims[0].standing]


def test_another_machine_gets_no_folder(tmp_path: Path) -> None:
    """Looking for the relay's passwords makes nothing."""
    relay = file(tmp_path / "queue").relay
    assert relay is not None

    assert isinstance(passwords_seen(relay), NoAnswer)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("label", "holder", "fits"),
    [
        ("gmail", "gmail:owner@gmail.com", True),
        ("gmail-2", "gmail:owner@gmail.com", True),
        ("printer", "printer in the hall", True),
        ("printer-in-the-hall", "printer in the hall", True),
        ("print", "printer in the hall", False),
        ("shop", "gmail:owner@gmail.com", False),
        ("gmail", "shop", False),
    ],
)
def test_labels_are_the_beginning_of_a_holders_words(
    label: str,
    holder: str,
    fits: bool,  # noqa: FBT001  a column of the table
) -> None:
    """A label is letters, digits and dashes; a holder is any words."""
    assert fits is label_fits(label, parse_holder(holder))
