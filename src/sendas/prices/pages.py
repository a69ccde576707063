"""What receiving costs, as a page: ``python -m sendas.pages docs/cost.md``."""

from collections.abc import Iterator
from decimal import Decimal

from sendas.prices.forwarding import Workload, bill, total
from sendas.prices.price_list import PriceList
from sendas.prices.relaying import of_idling, of_machine, of_sharing
from sendas.prices.watching import (
    LOOK_SECONDS,
    of_alarms,
    of_history,
    of_looks,
    of_question,
)


_MEGABYTE = 1024 * 1024
WORKLOADS = {
    "5 KB": Workload(5 * 1024),
    "100 KB": Workload(100 * 1024),
    "1 MB": Workload(_MEGABYTE, lambda_seconds=Decimal("0.4")),
    "25 MB": Workload(25 * _MEGABYTE, lambda_seconds=Decimal(4)),
}
"""The columns.  The seconds are estimates: no Lambda was measured (see the page's last part)."""
PLANS = {"a-la-carte": "à la carte", "essentials": "Essentials"}

_HEAD = """# What receiving costs

Made by `python -m sendas.pages`; do not edit. Dollars for **1,000 mails**, each received
and forwarded to one mailbox, computed from `src/sendas/prices/prices.json`: prices of {region} as
of {as_of}. Free tiers are left out. Look at AWS's own pages before you rely on any figure: nobody
has checked this list against them since.
"""
_FOOT = """
## What is counted

- Each target of a route is one more sent mail; a mail kept in quarantine, or without a route, is
  not forwarded (a notice to the owner is a sent mail of about 5 KB).
- Our function's reads ({gets}) and writes ({puts}) in S3 are the same for every size. A test
  holds these counts against what the function asks for in the lab
  (`tests/pipeline/test_cost_counts.py`).
- Where AWS charges attachments by the GB, the whole mail is taken for one: the bill is at most
  this.
- Lambda is counted with {memory} MB and {seconds} s for a small mail, {large} s for one of 25 MB:
  estimates, as no real Lambda was measured. At ten times the seconds, a small mail's sum grows by
  less than {growth} cents a thousand.
- Polling an empty queue: five pollers ask about three times a minute each, which is {polling}
  dollars a month whatever arrives.
- Not counted: the domain, DNS, and the plan's monthly fee (none for the two plans here).

## Sources

| list | date | checked since |
|---|---|---|
"""
_POLLS_A_MONTH = 15 * 60 * 24 * 30


def page(prices: PriceList) -> str:
    """The whole page, as Markdown."""
    return "\n".join(_lines(prices)) + "\n"


def _lines(prices: PriceList) -> Iterator[str]:
    yield _HEAD.format(region=prices.region, as_of=prices.as_of)
    for plan, title in PLANS.items():
        yield f"## {title[0].upper()}{title[1:]}\n"
        yield from _table(prices, plan)
        yield ""
    if not prices.has("ses-inbound", "essentials"):
        yield "Under Essentials the list itemises neither classic receiving nor attachments"
        yield "(`?`): the sums leave them out and may be too low."
    yield from _watching(prices)
    yield from _relaying(prices)
    yield from _keeping(prices)
    small = WORKLOADS["5 KB"]
    compute = prices.price("lambda-compute")
    gigabyte_seconds = Decimal(small.memory_bytes) / 1024**3 * small.lambda_seconds
    yield _FOOT.format(
        gets=small.s3_gets,
        puts=small.s3_puts,
        memory=small.memory_bytes // _MEGABYTE,
        seconds=small.lambda_seconds,
        large=WORKLOADS["25 MB"].lambda_seconds,
        growth=_up(compute.of(gigabyte_seconds * 9 * 1000) * 100),
        polling=f"{prices.price('sqs-request').of(_POLLS_A_MONTH):.2f}",
    ).rstrip("\n")
    for source in prices.sources.values():
        yield f"| {source.title} | {source.date} | {'yes' if source.checked else 'no'} |"


def _watching(prices: PriceList) -> Iterator[str]:
    yield "\n## What watching adds\n"
    yield "Dollars for what became of **1,000 sent mails**, two events each (`[watch] history`),"
    yield f"for **a month** of daily looks of {LOOK_SECONDS} s (`[watch] daily`), and of alarms."
    yield "AWS gives each account ten alarms and ten metrics for nothing; a metric counts by the"
    yield "hours in which it has a value, so these at most so much.\n"
    for title, lines in (
        ("history, by 1,000 mails", tuple(of_history(prices))),
        ("daily look, by the month", tuple(of_looks(prices))),
        ("alarms, by the month", tuple(of_alarms(prices))),
    ):
        yield f"| {title} | |"
        yield "|---|---:|"
        for line in lines:
            yield f"| {line.what} | {_dollars(line.dollars)} |"
        yield f"| **together** | **{total(lines):.3f}** |"
        yield ""
    yield from _athena(prices)


def _relaying(prices: PriceList) -> Iterator[str]:
    yield "## What the relay adds\n"
    yield "Dollars for **a month** of one machine as `sendas relay template` makes it, no traffic"
    yield "counted, and for **1,000 mails** in a queue that several relays share, beside what SES"
    idle = f"{of_idling(prices):.2f}"
    yield f"asks. One of several that has nothing to do costs {idle} a month there.\n"
    for title, lines in (
        ("a machine, by the month", tuple(of_machine(prices))),
        ("a shared queue, by 1,000 mails", tuple(of_sharing(prices))),
    ):
        yield f"| {title} | |"
        yield "|---|---:|"
        for line in lines:
            yield f"| {line.what} | {_dollars(line.dollars)} |"
        yield f"| **together** | **{total(lines):.3f}** |"
        yield ""


def _keeping(prices: PriceList) -> Iterator[str]:
    yield "## What keeping a password costs\n"
    yield 'Dollars for **a month**, for each mailbox with `send = "smtp"`; `password_store` in'
    yield "`sendas.toml` chooses.\n"
    yield "| where | |"
    yield "|---|---:|"
    yield f"| a secret in Secrets Manager | {_dollars(prices.price('secret').dollars)} |"
    free = _dollars(prices.price("parameter").dollars)
    yield f"| a standard parameter in Parameter Store | {free} |"
    yield ""


def _athena(prices: PriceList) -> Iterator[str]:
    yield "| a question to Athena (`[watch] athena`), over the events of | |"
    yield "|---|---:|"
    for mails in (1_000, 1_000_000, 50_000_000):
        yield f"| {mails:,} mails | {_dollars(of_question(prices, mails))} |"
    yield ""


def _table(prices: PriceList, plan: str) -> Iterator[str]:
    bills = [bill(work, prices, plan) for work in WORKLOADS.values()]
    yield f"| a thousand mails of | {' | '.join(WORKLOADS)} |"
    yield f"|---|{'---:|' * len(WORKLOADS)}"
    for row in zip(*bills, strict=True):
        cells = " | ".join(_dollars(line.dollars) for line in row)
        yield f"| {row[0].what} | {cells} |"
    sums = " | ".join(f"**{total(lines):.3f}**" for lines in bills)
    yield f"| **together** | {sums} |"


def _dollars(amount: Decimal | None) -> str:
    return "?" if amount is None else f"{amount:.4f}"


def _up(amount: Decimal) -> int:
    return int(amount) + 1
