"""The price file, its reader, and the page computed from it."""

import json

from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from sendas.prices import MalformedPrices, UnknownPrice, load
from sendas.prices.forwarding import Workload, bill, total
from sendas.prices.pages import page
from sendas.prices.price_list import parse


ROOT = Path(__file__).parents[2]
TEXT = files("sendas.prices").joinpath("prices.json").read_text("utf-8")


def test_every_price_has_a_source_and_a_date() -> None:
    """What was read where and when stands beside each price."""
    prices = load()

    assert prices.region == "us-east-1"
    assert {price.source for price in prices.prices.values()} == set(prices.sources)
    assert all(source.date <= prices.as_of for source in prices.sources.values())


@pytest.mark.parametrize(
    ("item", "plan", "units", "dollars"),
    [
        # shared/FACTS.md, section 14, computed by hand.
        ("ses-outbound", "a-la-carte", 1000, "0.10"),
        ("ses-outbound", "essentials", 500, "0.08"),
        ("ses-inbound", "a-la-carte", 10_000, "1.0"),
        ("ses-inbound-chunks", "a-la-carte", 2000, "0.18"),
        ("ses-attachments", "a-la-carte", 2, "0.24"),
        ("ses-monthly-fee", "pro", 1, "105"),
        ("sqs-request", "a-la-carte", 1_000_000, "0.40"),
    ],
)
def test_prices_are_for_their_units(item: str, plan: str, units: int, dollars: str) -> None:
    """Exact, as decimal numbers; a price that depends on no plan holds for all."""
    assert Decimal(dollars) == load().price(item, plan).of(units)


def test_what_is_not_itemised_is_not_free() -> None:
    """Essentials lists no classic receiving: there is no price, not 0 dollars."""
    with pytest.raises(UnknownPrice, match="ses-inbound under essentials"):
        load().price("ses-inbound", "essentials")

    assert None in {line.dollars for line in bill(Workload(5000), load(), "essentials")}


def test_a_mail_a_byte_over_a_chunk_pays_two() -> None:
    """Receiving is charged by the started 256 KB."""
    chunk = 256 * 1024
    small, large = (
        {line.what: line.dollars for line in bill(Workload(size), load(), "a-la-carte")}
        for size in (chunk, chunk + 1)
    )

    assert (Decimal("0.09"), Decimal("0.18")) == (
        small["… by the 256 KB"],
        large["… by the 256 KB"],
    )


def test_two_targets_are_two_sent_mails() -> None:
    """The difference is what one more recipient costs."""
    one, two = (total(bill(Workload(0, n), load(), "a-la-carte")) for n in (1, 2))

    assert Decimal("0.10") == two - one


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "sendas.prices/2"}, "no sendas.prices/1 object"),
        ({"currency": "EUR"}, "currency"),
        ({"as_of": "July"}, "as_of: no date"),
        ({"region": None}, "region: missing"),
        ({"sources": {"x": {"title": "t", "date": "2026-01-01"}}}, "sources.x.checked"),
        (
            {"prices": [{"item": "i", "plan": "p", "unit": "u", "per": 0, "dollars": 0.1}]},
            "dollars",
        ),
        ({"prices": ["free"]}, "prices[0]: not an object"),
        ({"prices": json.loads(TEXT)["prices"] * 2}, "is there twice"),
    ],
)
def test_a_wrong_file_is_refused(change: dict[str, object], said: str) -> None:
    """Every mistake is named; nothing is guessed."""
    with pytest.raises(MalformedPrices) as error:
        parse(json.dumps(json.loads(TEXT) | change))

    assert said in str(error.value)


def test_no_json_is_refused() -> None:
    """A file cut short is no price list."""
    with pytest.raises(MalformedPrices):
        parse(TEXT[:100])


def test_the_page_is_current() -> None:
    """docs/cost.md is what the generator writes from the file of today."""
    assert page(load()) == (ROOT / "docs/cost.md").read_text("utf-8")
