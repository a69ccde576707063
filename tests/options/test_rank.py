"""Ranking the ways to send: what the constraints rule out, what each costs, who is first.

Amounts are computed by hand from FACTS 14; the file's prices are checked there.
"""

from decimal import Decimal

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.gmail.options.rank import PLANS, BadConstraints, rank
from sendas.gmail.options.view import as_json, as_text
from sendas.gmail.options.way import Constraints, Ranked
from sendas.prices import load


PRICES = load()


def by_name(wanted: Constraints) -> dict[str, Ranked]:
    """Each way by its name, in order."""
    return {one.way.name: one for one in rank(wanted, PRICES)}


def test_incident_a() -> None:
    """Its owner wanted no paid service, and to go on receiving: just answering comes first."""
    ranked = rank(Constraints(no_paid_service=True, keep_receiving=True), PRICES)

    assert ["reply-alias", "send-as-ses", "other-client"] == [
        one.way.name for one in ranked if one.fits
    ]
    against = {one.way.name: " ".join(one.against) for one in ranked}
    assert "the MX moves away" in against["workspace"]
    assert "Google Workspace has a price" in against["workspace"]
    assert "Mail Manager endpoint" in against["mail-manager"]


@pytest.mark.parametrize(
    ("name", "wanted", "dollars"),
    [
        # 200 mails at $0.10 a thousand, a secret at $0.40
        ("send-as-ses", Constraints(), "0.42"),
        ("send-as-ses", Constraints(mailboxes=5, sent=10_000), "3.00"),
        # Essentials: $0.16 a thousand
        ("send-as-ses", Constraints(sent=1000, plan="essentials"), "0.56"),
        ("workspace", Constraints(mailboxes=3), "21"),
        # $50, and 1,000 mails at $0.15 and at $0.10
        ("mail-manager", Constraints(sent=1000), "50.25"),
        # 730 hours of a t4g.nano at $0.0042 and of an address at $0.005, 12 GB of gp3 at $0.08
        ("send-as-relay", Constraints(sent=1000), "7.776"),
        ("other-service", Constraints(), "0"),
    ],
)
def test_what_a_month_costs(name: str, wanted: Constraints, dollars: str) -> None:
    """By the price list, for all mailboxes together."""
    assert Decimal(dollars) == by_name(wanted)[name].cost.known


def test_no_price_is_not_free() -> None:
    """What the list does not have is named."""
    ways = by_name(Constraints())

    assert ("the service's own price",) == ways["other-service"].cost.unpriced
    pro = by_name(Constraints(plan="pro"))["mail-manager"]
    assert ("an ingress endpoint", "Mail Manager's mails") == pro.cost.unpriced


def test_what_sendas_has_comes_before_what_it_has_not() -> None:
    """Of those that fit."""
    today = [one.way.today for one in rank(Constraints(), PRICES)]

    assert sorted(today, reverse=True) == today


def test_only_what_is_there_names_commands() -> None:
    """A way that this release has not says so."""
    for one in rank(Constraints(), PRICES):
        assert one.way.today == bool(one.way.commands)


def test_gmails_daily_limit() -> None:
    """500 mails a day for each mailbox (google/22839): above, Gmail itself is no way."""
    within, beyond = (by_name(Constraints(sent=sent))["send-as-ses"] for sent in (15_000, 15_001))

    assert within.fits
    assert "at most 500 mails a day" in beyond.against[0]
    assert by_name(Constraints(sent=15_001, mailboxes=2))["send-as-ses"].fits


@pytest.mark.parametrize(
    "wanted", [Constraints(mailboxes=0), Constraints(sent=-1), Constraints(plan="free")]
)
def test_constraints_that_cannot_be(wanted: Constraints) -> None:
    """One line says what they must be."""
    with pytest.raises(BadConstraints, match="there must be"):
        rank(wanted, PRICES)


@given(
    st.builds(
        Constraints,
        mailboxes=st.integers(1, 10_000),
        sent=st.integers(0, 10**9),
        no_paid_service=st.booleans(),
        keep_receiving=st.booleans(),
        plan=st.sampled_from(PLANS),
    )
)
def test_every_way_has_its_place(wanted: Constraints) -> None:
    """All seven are ranked, whatever is asked; what fits stands before what does not."""
    ranked = rank(wanted, PRICES)

    assert 7 == len({one.way.name for one in ranked})
    fits = [one.fits for one in ranked]
    assert sorted(fits, reverse=True) == fits
    assert 7 == len(as_json(ranked, wanted, PRICES)["ways"])  # type: ignore[arg-type]  a list


@pytest.mark.parametrize("more", [{}, {"no_paid_service": True, "keep_receiving": True}])
def test_one_screen(more: dict[str, bool]) -> None:
    """At most forty lines of a hundred signs, every way named, the list's date said."""
    wanted = Constraints(**more)  # type: ignore[arg-type]  two flags

    text = as_text(rank(wanted, PRICES), wanted, PRICES, width=100)

    assert len(text.splitlines()) <= 40
    assert max(map(len, text.splitlines())) <= 110
    assert "list of 2026-07-22" in text.replace("\n", " ")
    for one in rank(wanted, PRICES):
        assert one.way.title in text
