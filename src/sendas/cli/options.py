"""``sendas options``: the ways to send as your domain, ranked."""

import shutil

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sendas.cli.gmail_call import load_config
from sendas.cli.shared_options import AsJson, OptionalConfig
from sendas.errors import UsageError


class Plan(StrEnum):
    """SES's plans, on which its prices depend."""

    A_LA_CARTE = "a-la-carte"
    ESSENTIALS = "essentials"
    PRO = "pro"
    ENTERPRISE = "enterprise"


def command(  # noqa: PLR0913  one parameter per option
    domain: Annotated[
        str | None,
        typer.Argument(metavar="DOMAIN", help="Count the mailboxes that sendas.toml gives it."),
    ] = None,
    *,
    config: OptionalConfig = None,
    no_paid_service: Annotated[
        bool, typer.Option("--no-paid-service", help="Nothing with a price of its own.")
    ] = False,
    keep_receiving: Annotated[
        bool, typer.Option("--keep-receiving", help="SES goes on receiving: the MX stays.")
    ] = False,
    mailboxes: Annotated[
        int | None,
        typer.Option(
            min=1, max=100_000, help="How many addresses send; else as in the file, or 1."
        ),
    ] = None,
    volume: Annotated[
        int, typer.Option(min=0, max=1_000_000_000, help="Mails sent a month, all together.")
    ] = 200,
    plan: Annotated[Plan, typer.Option(help="SES's plan.")] = Plan.A_LA_CARTE,
    long: Annotated[bool, typer.Option("--long", help="All that is known of each.")] = False,
    as_json: AsJson = False,
) -> None:
    """Rank the ways to send as your domain: cost a month, effort, and what breaks each.

    Asks nobody: prices come from the dated file of this release.

    Example: sendas options --mailboxes 3 --no-paid-service
    """
    from sendas.gmail.options import view
    from sendas.gmail.options.rank import rank
    from sendas.gmail.options.way import Constraints
    from sendas.prices import load

    wanted = Constraints(
        mailboxes=mailboxes or _counted(config, domain),
        sent=volume,
        no_paid_service=no_paid_service,
        keep_receiving=keep_receiving,
        plan=plan,
    )
    prices = load()
    ranked = rank(wanted, prices)
    width = min(shutil.get_terminal_size().columns, 100)
    if as_json:
        import json

        typer.echo(json.dumps(view.as_json(ranked, wanted, prices), indent=2))
    elif long:
        typer.echo(view.long_text(ranked, width=width))
    else:
        typer.echo(view.as_text(ranked, wanted, prices, width=width))


class NoFile(UsageError):
    """A domain is asked about that no file speaks of."""


def _counted(config: Path | None, domain: str | None) -> int:
    """The mailboxes that send, by sendas.toml; 1 without it."""
    from sendas.config.model import SendWay

    loaded = load_config(config)
    if loaded is None:
        if domain is not None:
            msg = f"there is no sendas.toml here that speaks of {domain}; say --mailboxes"
            raise NoFile(msg)
        return 1
    domains = loaded.domains if domain is None else (loaded.domain(domain),)
    sending = [box for one in domains for box in one.mailboxes if box.send is not SendWay.NONE]
    return len(sending) or 1
