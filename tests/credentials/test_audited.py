"""What an audit's claims add up to."""

from datetime import UTC, datetime

import jsonschema
import pytest

from sendas.credentials.decide.audited import (
    Claim,
    Ending,
    Passage,
    Report,
    Standing,
    document,
    ending,
    schema,
    told,
)


NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)


def report(*standings: Standing) -> Report:
    """A report of claims that stand so."""
    claims = tuple(Claim(f"claim {n}", one, "words", NOW) for n, one in enumerate(standings))
    return Report("me@example.com", "smtp.example:587", "OM4D", claims, (Passage("sent", NOW),))


P, N, W, U, D = (
    Standing.PROVEN,
    Standing.NOT_PROVEN,
    Standing.WRONG,
    Standing.UNKNOWN,
    Standing.DONE,
)


@pytest.mark.parametrize(
    ("reports", "end"),
    [
        ([], Ending.WRONG),
        ([report()], Ending.WRONG),
        ([report(P)], Ending.PROVEN),
        ([report(P, D)], Ending.PROVEN),
        ([report(P), report(P, N)], Ending.WRONG),
        ([report(P, U)], Ending.UNKNOWN),
        ([report(U), report(W)], Ending.WRONG),
    ],
)
def test_how_it_ends(reports: list[Report], end: Ending) -> None:
    """Nothing is well that is not proven; nothing at all is not well either."""
    assert end is ending(reports)


def test_done_alone_proves_nothing() -> None:
    """What was done about it is no proof."""
    assert Ending.PROVEN is not ending([report(D)])


def test_both_forms_tell_the_same() -> None:
    """The object fits its schema; the lines hold each claim and since when."""
    reports = (report(P, N, W, U, D),)
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(document(reports, NOW), schema())
    lines = "\n".join(told(reports))

    assert "not-proven  claim 1: words (since 2026-11-29 10:00 UTC)" in lines
    assert "sent +0.0 s" in lines
