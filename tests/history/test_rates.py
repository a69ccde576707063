"""Rates, and the window as SES may count it."""

from collections.abc import Collection, Iterable
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sendas.history.line import Line
from sendas.history.rates import Rates, Reputation
from sendas.watch.cache import Cache
from sendas.watch.rates_told import document, told


def rates(
    lines: Iterable[Line], own: Collection[str] = (), *, since: str = "", window: int = 10_000
) -> Rates:
    """As the cache counts them."""
    with Cache(":memory:") as cache:
        cache.add(lines, "key", 1)
        return cache.rates(own, since=since, window=window)


def line(number: int, kind: str, sent_at: str = "", **more: str) -> Line:
    """An event of mail *number*."""
    at = sent_at or f"2026-11-{1 + number % 28:02}T00:00:00.000Z"
    usual = {"sender": "me@example.com", "recipient": f"r{number}@example.net"}
    detail = {"detail": "Permanent"} if kind == "bounce" else {}
    return Line(f"{number}-{kind}", at, kind, f"m{number:05}", at, **{**usual, **detail, **more})


def test_what_counts_as_a_hard_bounce() -> None:
    """For good, also off the global list; not off the account's, nor to our own (FACTS 11, 13).

    Nor at SES's simulator: "no effect on quota, reputation or suppression" (FACTS 10, SES guide).
    """
    lines = [
        line(1, "bounce"),
        line(2, "bounce", detail="Transient"),
        line(3, "bounce", subtype="OnAccountSuppressionList"),
        line(4, "bounce", subtype="Suppressed"),
        line(5, "bounce", recipient="canary@example.com"),
        line(6, "complaint", detail="abuse"),
        line(7, "complaint", detail="not-spam"),
        line(8, "delivery"),
        line(9, "bounce", recipient="bounce+label@simulator.amazonses.com"),
        line(10, "complaint", detail="abuse", recipient="complaint@Simulator.amazonses.com"),
    ]
    found = rates(lines, {"example.com"}).reputation
    assert (6, 2, 1) == (found.sent, found.hard, found.complained)
    assert 10 == rates(lines).whole.sent
    assert (7, 3) == (rates(lines).reputation.sent, rates(lines).reputation.hard)


@given(st.integers(0, 200), st.integers(0, 3000), st.sampled_from([0.05, 0.10]))
def test_how_many_more_bounces(hard: int, more: int, rate: float) -> None:
    """Exactly so many reach the rate, and one fewer does not; in exact arithmetic."""
    sent = hard + more
    if not sent:
        return
    exact = Fraction(str(rate))
    left = Reputation(sent, hard, 0, "", full=False).bounces_left(rate)
    assert Fraction(hard + left, sent + left) >= exact
    assert not left or Fraction(hard + left - 1, sent + left - 1) < exact
    full = Reputation(sent, hard, 0, "", full=True).bounces_left(rate)
    assert Fraction(hard + full, sent) >= exact
    assert not full or Fraction(hard + full - 1, sent) < exact


def test_the_window_is_of_the_newest() -> None:
    """Older mails fall out of it, whatever order they come in."""
    old = [line(n, "bounce", sent_at="2026-01-01T00:00:00.000Z") for n in range(50)]
    new = [line(n, "delivery", sent_at="2026-02-01T00:00:00.000Z") for n in range(50, 150)]
    for order in (old + new, new + old):
        found = rates(order, window=100)
        assert (100, 0, True) == (
            found.reputation.sent, found.reputation.hard, found.reputation.full,
        )  # fmt: skip
        assert 150 == found.whole.sent
        assert 100 == rates(order, since="2026-01-15").whole.sent
        assert "2026-02-01T00:00:00.000Z" == found.reputation.since


def test_what_is_dropped_counts_no_more() -> None:
    """A mail that is older than it shall be kept is in no rate."""
    with Cache(":memory:") as cache:
        cache.add([line(1, "bounce", sent_at="2026-01-01T00:00:00.000Z"), line(2, "send")], "k", 1)
        cache.drop_before("2026-02-01T00:00:00.000Z")
        assert 1 == cache.rates(()).whole.sent
        assert 0 == cache.rates(()).whole.hard


def test_as_it_is_told() -> None:
    """The tables and the sentence; the same figures for programs."""
    lines = [line(n, "bounce" if n < 3 else "delivery", stream="forward") for n in range(100)]
    found = rates(lines)
    text = "\n".join(told(found, "2026-11-01T00:00:00.000Z"))
    assert "the newest 100 mails" in text
    assert "3 hard bounces (3.0 %)" in text
    assert "3 more hard bounces in a row and SES reviews the account (5 %)" in text
    shown = document(found, "")
    assert {"forward"} == set(shown["by_stream"])  # type: ignore[call-overload]  # a mapping
    assert "nothing was sent" in "\n".join(told(rates([]), ""))
