"""The price list as values, read from ``prices.json`` beside this module."""

import json

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import Any

from sendas.errors import SendasError


SCHEMA = "sendas.prices/1"
ANY_PLAN = "any"
"""The plan of prices that do not depend on the SES plan."""


class MalformedPrices(SendasError):
    """The price file cannot be used; the message names every mistake."""


class UnknownPrice(SendasError):
    """No price is listed for the item under the plan."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where prices were read, and when; *checked* is whether anybody compared them since."""

    title: str
    date: date
    checked: bool


@dataclass(frozen=True, slots=True)
class Price:
    """*dollars* for each *per* of *unit*."""

    item: str
    plan: str
    dollars: Decimal
    per: int
    unit: str
    source: str

    def of(self, units: Decimal | int) -> Decimal:
        """Dollars for that many units."""
        return self.dollars * units / self.per


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices of one Region on one day."""

    region: str
    as_of: date
    sources: Mapping[str, Source]
    prices: Mapping[tuple[str, str], Price]

    def price(self, item: str, plan: str = ANY_PLAN) -> Price:
        """The price of *item* under *plan*, or whatever the plan.

        Raises:
            UnknownPrice: It is not itemised: that is not the same as free.
        """
        found = self.prices.get((item, plan)) or self.prices.get((item, ANY_PLAN))
        if found is None:
            msg = f"the list of {self.as_of} has no price of {item} under {plan}"
            raise UnknownPrice(msg)
        return found

    def has(self, item: str, plan: str) -> bool:
        """Whether `price` would find one."""
        return (item, plan) in self.prices or (item, ANY_PLAN) in self.prices


def load() -> PriceList:
    """The list that came with this release.  Raises MalformedPrices."""
    return parse(files("sendas.prices").joinpath("prices.json").read_text("utf-8"))


def parse(text: str) -> PriceList:
    """Read a price file.

    Raises:
        MalformedPrices: With every mistake in it.
    """
    try:
        value = json.loads(text)
    except ValueError as error:
        msg = f"not JSON: {error}"
        raise MalformedPrices(msg) from error
    mistakes = list(_mistakes(value))
    if mistakes:
        raise MalformedPrices("\n".join(mistakes))
    prices = [_price(entry) for entry in value["prices"]]
    return PriceList(
        value["region"],
        date.fromisoformat(value["as_of"]),
        {name: _source(entry) for name, entry in value["sources"].items()},
        {(price.item, price.plan): price for price in prices},
    )


def _source(entry: Mapping[str, Any]) -> Source:
    return Source(entry["title"], date.fromisoformat(entry["date"]), entry["checked"])


def _price(entry: Mapping[str, Any]) -> Price:
    return Price(
        entry["item"],
        entry["plan"],
        Decimal(entry["dollars"]),
        entry["per"],
        entry["unit"],
        entry["source"],
    )


def _mistakes(value: object) -> Iterable[str]:
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        yield f"no {SCHEMA} object"
        return
    if value.get("currency") != "USD":
        yield "currency: only USD is known"
    if not isinstance(value.get("region"), str):
        yield "region: missing"
    yield from _dated("as_of", value.get("as_of"))
    sources, prices = value.get("sources"), value.get("prices")
    if not isinstance(sources, dict) or not isinstance(prices, list):
        yield "sources and prices: missing"
        return
    for name, entry in sources.items():
        yield from _wrong_source(f"sources.{name}", entry)
    for number, entry in enumerate(prices):
        yield from _wrong_price(f"prices[{number}]", entry, sources)
    items = [(e.get("item"), e.get("plan")) for e in prices if isinstance(e, dict)]
    for item, plan in dict.fromkeys(items):
        if items.count((item, plan)) > 1:
            yield f"prices: {item} under {plan} is there twice"


def _wrong_source(place: str, entry: object) -> Iterable[str]:
    if not isinstance(entry, dict) or not isinstance(entry.get("title"), str):
        yield f"{place}: no title"
        return
    if not isinstance(entry.get("checked"), bool):
        yield f"{place}.checked: neither true nor false"
    yield from _dated(f"{place}.date", entry.get("date"))


def _wrong_price(place: str, entry: object, sources: Mapping[str, object]) -> Iterable[str]:
    if not isinstance(entry, dict):
        yield f"{place}: not an object"
        return
    for name in ("item", "plan", "unit"):
        if not isinstance(entry.get(name), str):
            yield f"{place}.{name}: missing"
    if entry.get("source") not in sources:
        yield f"{place}.source: names no source"
    per = entry.get("per")
    if not isinstance(per, int) or isinstance(per, bool) or per < 1:
        yield f"{place}.per: no number of units"
    dollars = entry.get("dollars")
    # A text: JSON's numbers are not exact.
    if not isinstance(dollars, str) or not _is_amount(dollars):
        yield f"{place}.dollars: no amount, written as a text"


def _is_amount(text: str) -> bool:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return False
    return amount.is_finite() and amount >= 0


def _dated(place: str, text: object) -> Iterable[str]:
    try:
        date.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        yield f"{place}: no date"
