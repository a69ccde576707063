"""The index of phrases finds whatever a look at every one of them would find."""

from dataclasses import replace

import pytest

from sendas.bounce import explain
from sendas.bounce.evidence import Phrases
from sendas.bounce.judge import TABLES
from sendas.bounce.reason import Reason
from sendas.bounce.refusal import read_refusal
from sendas.bounce.report import Report
from sendas.bounce.tables.row import GAP, span_of


REFUSAL = read_refusal(Report(""))
ROWS = [
    replace(row, texts=(text,), codes=(), stages=()) for row in TABLES.rows for text in row.texts
]


@pytest.mark.parametrize("between", ["", " ", " y ", "y"], ids=repr)
@pytest.mark.parametrize("behind", ["", "x", "ß", " x"], ids=repr)
@pytest.mark.parametrize("before", ["", "x", "x "], ids=repr)
def test_index_hides_no_phrase(before: str, between: str, behind: str) -> None:
    """Every text of the tables, its words going on or not, is found wherever it stands."""
    phrases, hidden, seen = Phrases(ROWS), [], 0
    for row in ROWS:
        (text,) = row.texts
        lowered = f"{before}{text.replace(GAP, between)}{behind}"
        if span_of(text, lowered) is not None:
            seen += 1
            found = phrases.found_in(replace(REFUSAL, lowered=lowered))
            if not any(one.row.texts == row.texts for one in found):
                hidden.append(text)

    assert [] == hidden
    assert seen or before


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("550 Die Nachricht ist zu groß", Reason.MESG_TOO_BIG),
        ("550 unresolvable rfc5321 from", Reason.REJECTED),
    ],
)
def test_phrase_that_ends_within_a_word(reply: str, reason: Reason) -> None:
    """The tables hold "nachricht ist zu gro" and "unresolvable rfc"."""
    assert reason is explain(reply.encode()).recipients[0].reason
