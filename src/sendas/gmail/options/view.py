"""The ranking on one screen, and as JSON; pure."""

import textwrap

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from sendas.gmail.options.way import Constraints, Cost, Ranked
from sendas.prices.price_list import PriceList


_CENT = Decimal("0.01")


def as_json(
    ranked: tuple[Ranked, ...], wanted: Constraints, prices: PriceList
) -> dict[str, object]:
    """``sendas options --json``."""
    return {
        "schema": "sendas.options/1",
        "constraints": {
            "mailboxes": wanted.mailboxes,
            "sent_a_month": wanted.sent,
            "no_paid_service": wanted.no_paid_service,
            "keep_receiving": wanted.keep_receiving,
            "ses_plan": wanted.plan,
        },
        "prices": {"region": prices.region, "as_of": prices.as_of.isoformat()},
        "ways": [
            {
                "name": one.way.name,
                "title": one.way.title,
                "fits": one.fits,
                "against": list(one.against),
                "today": one.way.today,
                "dollars_a_month": str(_cents(one.cost.known)),
                "not_priced": list(one.cost.unpriced),
                "cost": [
                    {
                        "what": line.what,
                        "dollars": None if line.dollars is None else str(line.dollars),
                    }
                    for line in one.cost.lines
                ],
                "effort": {
                    "minutes": one.effort.minutes,
                    "hours_a_year": one.effort.hours_a_year,
                    "words": one.effort.words,
                },
                "needs": list(one.way.needs),
                "breaks": list(one.way.breaks),
                "commands": list(one.way.commands),
            }
            for one in ranked
        ],
    }


def as_text(
    ranked: tuple[Ranked, ...], wanted: Constraints, prices: PriceList, *, width: int
) -> str:
    """At most three lines a way, so that all of them stand on one screen."""
    lines = [_head(wanted)]
    for number, one in enumerate((one for one in ranked if one.fits), 1):
        lines += _way(str(number), one, width)
    ruled_out = [one for one in ranked if not one.fits]
    if ruled_out:
        lines.append("Ruled out by what you asked for:")
        for one in ruled_out:
            lines += _wrapped(f"  -  {one.way.title}: {'; '.join(one.against)}.", width, 5)
    lines.append("")
    lines += _wrapped(
        f"Dollars for {prices.region}, list of {prices.as_of}, free tiers left out, receiving "
        'not counted (docs/cost.md); "+ x" is what has no price in the list. Effort is our '
        "estimate. --long tells what each needs.",
        width,
        0,
    )
    return "\n".join(lines)


def long_text(ranked: tuple[Ranked, ...], *, width: int) -> str:
    """Everything about each."""
    lines: list[str] = []
    for number, one in enumerate(ranked, 1):
        lines.append(f"{number}. {one.way.title}" + ("" if one.fits else "  (ruled out)"))
        there = one.way.commands or ("not in this release",)
        rows = (
            *(("against", why) for why in one.against),
            *(("costs", _cost_line(line.what, line.dollars)) for line in one.cost.lines),
            ("effort", f"{_effort(one)}: {one.effort.words}"),
            *(("needs", need) for need in one.way.needs),
            *(("breaks by", what) for what in one.way.breaks),
            *(("sendas", command) for command in there),
        )
        for name, text in rows:
            lines += _wrapped(f"   {name:<10} {text}", width, 14)
        lines.append("")
    return "\n".join(lines).rstrip()


def _head(wanted: Constraints) -> str:
    boxes = "1 mailbox" if wanted.mailboxes == 1 else f"{wanted.mailboxes} mailboxes"
    stated = [boxes, f"{wanted.sent} mails sent a month"]
    stated += ["no paid service"] if wanted.no_paid_service else []
    stated += ["receiving stays at SES"] if wanted.keep_receiving else []
    return f"Ways to send as your domain, for {', '.join(stated)}:"


def _way(mark: str, one: Ranked, width: int) -> Iterator[str]:
    there = "sendas has it" if one.way.today else "not in this release"
    yield f" {mark}.  {one.way.title}  [{there}]"
    yield from _wrapped(f"     {_price(one.cost)}; {_effort(one)}: {one.effort.words}.", width, 5)
    yield from _wrapped(f"     Breaks by: {one.way.breaks[0]}.", width, 5)


def _price(cost: Cost) -> str:
    if cost.lines and not cost.known and cost.unpriced:
        return f"? ({'; '.join(cost.unpriced)})"
    more = "".join(f" + {what}" for what in cost.unpriced)
    return f"${_cents(cost.known)} a month{more}"


def _effort(one: Ranked) -> str:
    return f"{one.effort.minutes} min, then {one.effort.hours_a_year:g} h a year"


def _cost_line(what: str, dollars: Decimal | None) -> str:
    return f"{what}: {'no price in the list' if dollars is None else f'${_cents(dollars)}'}"


def _cents(dollars: Decimal) -> Decimal:
    """Rounded up: nobody is surprised by a bill that is smaller."""
    return dollars.quantize(_CENT, rounding=ROUND_CEILING)


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    return textwrap.wrap(
        text, max(width, 40), subsequent_indent=" " * indent, break_on_hyphens=False
    )
