"""How well real bounces are read, against Sisimai's expectations of them.

The mails and what to expect are Sisimai's (data/bounces-dev/README.md).  Fails when the
figures drop below what issue 5 asks for.
"""

import csv

from collections import defaultdict
from pathlib import Path

import pytest

from sendas.bounce import Explanation, RecipientReport, explain


ENOUGH_RECIPIENTS = 0.99
ENOUGH_REASONS = 0.96
ENOUGH_STATUSES = 0.97
PSEUDO = ".0.9"
"""x.0.9xx is Sisimai's own code for "the mail gives none"."""


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[tuple[dict[str, str], Explanation]]:
    """Each expected row with what its mail was explained as."""
    explained: dict[str, Explanation] = {}
    with (corpus / "EXPECTED.csv").open(encoding="utf-8", newline="") as table:
        expected = list(csv.DictReader(table))
    for row in expected:
        if row["file"] not in explained:
            explained[row["file"]] = explain((corpus / "mails" / row["file"]).read_bytes())
    return [(row, explained[row["file"]]) for row in expected]


def _about(row: dict[str, str], found: Explanation) -> RecipientReport | None:
    wanted = row["recipient_reported"].lower()
    for one in found.recipients:
        if one.recipient.lower() == wanted:
            return one
    # Three vacation rows expect no address, three complaints a withheld one.
    withheld = not wanted or wanted.startswith("undisclosed-recipient")
    return found.recipients[0] if withheld and found.recipients else None


def test_recipients(rows: list[tuple[dict[str, str], Explanation]]) -> None:
    """The recipient is found in at least 99 % of the rows."""
    missed = [row["file"] for row, found in rows if _about(row, found) is None]

    assert ENOUGH_RECIPIENTS <= 1 - len(missed) / len(rows), missed


def test_reasons(rows: list[tuple[dict[str, str], Explanation]]) -> None:
    """The reason is the expected one in at least 96 %."""
    wrong = []
    for row, found in rows:
        about = _about(row, found)
        if about is None or row["reason"] != about.reason.replace("-", ""):
            wrong.append((row["file"], row["reason"], about and str(about.reason)))

    assert ENOUGH_REASONS <= 1 - len(wrong) / len(rows), wrong


def test_statuses(rows: list[tuple[dict[str, str], Explanation]]) -> None:
    """The status code is the expected one in at least 97 % of those that have one."""
    with_code = [(row, found) for row, found in rows if row["status"]]
    wrong = []
    for row, found in with_code:
        about = _about(row, found)
        expected = {"", row["status"][:3] + "0"} if PSEUDO in row["status"] else {row["status"]}
        if about is None or about.status not in expected:
            wrong.append((row["file"], row["status"], about and about.status))

    assert ENOUGH_STATUSES <= 1 - len(wrong) / len(with_code), wrong


def test_no_recipient_is_made_up(rows: list[tuple[dict[str, str], Explanation]]) -> None:
    """No mail is said to be about more recipients than it is."""
    expected: dict[str, int] = defaultdict(int)
    found_in: dict[str, int] = {}
    for row, found in rows:
        expected[row["file"]] += 1
        found_in[row["file"]] = len(found.recipients)

    assert {} == {
        file: (count, expected[file]) for file, count in found_in.items() if count > expected[file]
    }
