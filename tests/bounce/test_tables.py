"""The tables: each row is well-formed, sourced, and documented."""

import re

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from sendas.advice import Owner
from sendas.bounce import Reason, explain
from sendas.bounce.judge import rows_of_providers
from sendas.bounce.meaning import MEANINGS, WHOSE
from sendas.bounce.pages import page
from sendas.bounce.providers import provider_of
from sendas.bounce.report import Command
from sendas.bounce.tables.common_phrases import WORDS
from sendas.bounce.tables.row import GAP, Row, text_fits
from sendas.bounce.tables.ses import EVENTS
from sendas.bounce.tables.submission import CAUSES, SUBMISSION
from sendas.doctor.registry import all_rules
from sendas.smtp.meaning import Cause


ROOT = Path(__file__).parents[2]
ALL_ROWS = [*WORDS, *(row for rows in rows_of_providers().values() for row in rows)]
CODE = re.compile(r"(?:[45x]\.\d{1,3}\.\d{1,3}(?:-\d{1,3})?|[45]\d\d|4xx)\Z")
RULE = re.compile(r"(?:DNS|ID|ACC|IAM|PW|SMTP|GM|RX|SUP|DS)\d{3}\Z")


@pytest.mark.parametrize("row", ALL_ROWS, ids=lambda row: f"{row.provider}-{row.reason}")
def test_row(row: Row) -> None:
    """Texts are lower case, codes and rules well-formed, and there is a source."""
    assert row.source
    assert all(text == text.lower() and text.strip(f" {GAP}") for text in row.texts)
    assert all(CODE.match(code) for code in row.codes), row.codes
    assert all(RULE.match(rule) for rule in row.rules), row.rules


def test_no_text_stands_twice() -> None:
    """Two rows that no refusal can tell apart would only be one of them, by chance."""
    counted = Counter((text, row.codes, row.stages) for row in WORDS for text in row.texts)

    assert [] == [what for what, count in counted.items() if count > 1]


@pytest.mark.parametrize("provider", rows_of_providers())
def test_each_row_of_a_provider_can_be_reached(provider: str) -> None:
    """A row whose every text holds an earlier row's is never the first to match."""
    rows = rows_of_providers()[provider]
    hidden = []
    for number, row in enumerate(rows):
        before = [one for one in rows[:number] if not one.codes and not one.stages]
        reached = [t for t in row.texts if not any(x in t for one in before for x in one.texts)]
        if row.texts and not reached:
            hidden.append((row.reason, row.texts))

    assert [] == hidden


def test_every_reason_means_something() -> None:
    """A reason has words, and help unless there is nothing to mend."""
    assert set(Reason) == set(MEANINGS)
    for reason, meaning in MEANINGS.items():
        assert meaning.says, reason
        assert meaning.help or reason in {Reason.DELIVERED, Reason.VACATION}, reason
        assert all(RULE.match(rule) for rule in meaning.rules), reason


def test_every_owner_has_a_sentence() -> None:
    """Whose it is can always be said in words."""
    assert set(Owner) == set(WHOSE)


def test_only_the_unknown_has_no_owner() -> None:
    """Whoever can mend a failure is named, unless it was not understood."""
    assert {Reason.UNDEFINED, Reason.DELIVERED, Reason.VACATION} == {
        reason for reason, meaning in MEANINGS.items() if meaning.owner is None
    }


def test_rules_are_the_doctors() -> None:
    """Every code that a row leads to is one that `sendas rule` explains."""
    led_to = {
        rule
        for row in (*ALL_ROWS, *MEANINGS.values(), *EVENTS, *SUBMISSION, *CAUSES)
        for rule in row.rules
    }

    assert led_to
    assert set() == led_to - {rule.code for rule in all_rules()}


def test_each_ses_refusal_has_a_reason() -> None:
    """Whatever SES's SMTP endpoint is known to refuse with leads somewhere."""
    accepted = {Cause.AUTHENTICATED, Cause.ACCEPTED, Cause.UNKNOWN}

    assert set(Cause) - accepted == {row.cause for row in CAUSES}


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("a…b", "a then b", True),
        ("a…b", "b then a", False),
        ("a…b", f"a{' ' * 121}b", False),
        ("aa…b", f"aa{' ' * 200}aa b", True),
        ("quota", "over quota", True),
    ],
)
def test_gap(pattern: str, text: str, fits: bool) -> None:  # noqa: FBT001  a column of the table
    """The ellipsis stands for up to 120 characters."""
    assert fits is text_fits(pattern, text)


@pytest.mark.parametrize(
    ("code", "status", "reply", "fits"),
    [
        ("5.7.606-649", "5.7.606", "", True),
        ("5.7.606-649", "5.7.650", "", False),
        ("x.7.26", "4.7.26", "", True),
        ("5.7.26", "4.7.26", "", False),
        ("552", "", "552", True),
        ("4xx", "", "451", True),
        ("4xx", "5.0.0", "550", False),
        ("5.7.1", "", "550", False),
    ],
)
def test_codes(code: str, status: str, reply: str, fits: bool) -> None:  # noqa: FBT001  a column
    """Ranges, either class, reply codes."""
    row = Row(Reason.UNDEFINED, "test", codes=(code,))

    assert fits is row.matches("", status, reply, Command.UNKNOWN)


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("gmail-smtp-in.l.google.com", "gmail"),
        ("example-com.mail.protection.outlook.com", "exchange-online"),
        ("outlook-com.olc.protection.outlook.com", "outlook.com"),
        ("inbound-smtp.eu-west-1.amazonaws.com", "ses-inbound"),
        ("email-smtp.eu-west-1.amazonaws.com", "ses-smtp"),
        ("notgoogle.com", ""),
        ("google.com.example.net", ""),
        ("localhost", ""),
    ],
)
def test_provider(host: str, provider: str) -> None:
    """By the end of the host's name, at a dot."""
    assert provider == provider_of(host)


def test_documentation_is_up_to_date() -> None:
    """docs/bounce-tables.md is what ``python -m sendas.pages`` writes."""
    assert page() == (ROOT / "docs" / "bounce-tables.md").read_text(encoding="utf-8")


def test_owners_are_spread(fixture_bytes: Mapping[str, bytes]) -> None:
    """The fixtures show every owner but the outside sender's reader: nobody is a catch-all."""
    owners = {one.owner for raw in fixture_bytes.values() for one in explain(raw).recipients}

    assert set(Owner) - {None} <= owners | {Owner.SENDER}
