"""``sendas credentials list``: everything that can send in the account."""

import os

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING
from sendas.cli.plan_options import talk
from sendas.cli.shared_options import FILE, AsJson, ConfigFile, Profile
from sendas.errors import SendasError, UsageError
from sendas.text import visible_lines


if TYPE_CHECKING:
    from datetime import datetime

    from sendas.aws.session import Session
    from sendas.config.model import Config
    from sendas.credentials.decide.inventory import Inventory
    from sendas.credentials.gather import MailSeen
    from sendas.history.sighting import Sighting
    from sendas.outcome import Seen
    from sendas.ses.regions import Region


Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region", metavar="REGION", help="Look only there; repeatable. Else everywhere."
    ),
]


def command(  # noqa: PLR0913  one parameter per option
    *,
    whole: Annotated[bool, typer.Option("--long", help="All that is known of each.")] = False,
    days: Annotated[
        int, typer.Option("--days", min=1, max=400, help="How far back mail counts.")
    ] = 30,
    as_json: AsJson = False,
    regions: Regions = None,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """List every key, user and role that can send in this AWS account, and what is wrong.

    Who may send is decided from the policies.  sendas.toml, where there is one, says
    whose each is and who holds a copy; the history of sent mail says who uses it, from
    where.  Exit status: 0 nothing is wrong, 1 something is, 3 could not look everywhere.
    Example: sendas credentials list --long
    """
    from datetime import UTC, datetime

    from sendas.credentials.decide.listed import render, table

    now = datetime.now(UTC)  # noqa: TID251  the door for time
    inventory = gathered(_read(config), profile, regions, days=days, now=now)
    if as_json:
        typer.echo(render(inventory), nl=False)
    else:
        typer.echo(visible_lines("\n".join(table(inventory, whole=whole))))
    if inventory.wrong:
        raise typer.Exit(EXIT_FAILING)
    if not inventory.whole:
        raise typer.Exit(EXIT_COULD_NOT_LOOK)


def _read(path: Path) -> "Config | None":
    """The file; None if it is the usual one and not there: any account can be looked at."""
    from sendas.config.load import load

    if path == FILE and not path.exists():
        return None
    return load(path)


def gathered(
    config: "Config | None",
    profile: str | None,
    regions: list[str] | None,
    *,
    days: int,
    now: "datetime",
) -> "Inventory":
    """Look at the account.

    Raises:
        CouldNotLook: Not even which account it is.
    """
    from datetime import timedelta

    from sendas.aws import sts
    from sendas.aws.key_reader import KeyReader
    from sendas.aws.regions import ses_regions
    from sendas.aws.stock_gateways import StockGateways
    from sendas.credentials.decide.boxes import senders_in
    from sendas.credentials.gather import Wanted, take_stock
    from sendas.outcome import see
    from sendas.ses.regions import parse_region

    session, home = _home(config, profile)
    asked = [parse_region(name) for name in regions or ()]
    account_id = see(sts.caller(session, home), "which account this is").account_id
    since = now - timedelta(days=days)
    wanted = Wanted(
        account_id=account_id,
        regions=asked or ses_regions(session, home),
        now=now,
        boxes=tuple((sender.region, box) for sender, box in senders_in(config)) if config else (),
        seen=partial(mail_seen, config, session, since, now),
        is_googles=googles(),
    )
    gateways = StockGateways(session, home, KeyReader(session, home, os.environ))
    return take_stock(gateways, wanted)


def _home(config: "Config | None", profile: str | None) -> "tuple[Session, Region]":
    """The session, and the Region to begin with: the file's, or the one configured."""
    from sendas.aws.session import configured_region, open_session
    from sendas.ses.regions import parse_region

    session = open_session(profile, os.environ)
    if config is not None:
        return session, config.domains[0].region
    named = (
        os.environ.get("AWS_REGION")
        or os.environ.get("AWS_DEFAULT_REGION")
        or configured_region(profile, os.environ)
    )
    if not named:
        msg = "no Region: name one with --region, or write sendas.toml (`sendas init`)"
        raise UsageError(msg)
    return session, parse_region(named)


def mail_seen(
    config: "Config | None",
    session: "Session",
    since: "datetime",
    now: "datetime",
) -> "MailSeen":
    """What each domain's history tells of who sent, and until when that is known, for people."""
    from sendas.cli.trace import NoHistory, history_of
    from sendas.credentials.gather import MailSeen
    from sendas.history.line import stamp_of
    from sendas.outcome import NoAnswer, Why

    if config is None:
        return MailSeen(known="nothing, for no sendas.toml is here")
    found: dict[str, Seen[list[Sighting]]] = {}
    told = []
    for domain in config.domains:
        try:
            history = history_of(config, domain, lambda: session)
            with history.open_cache() as cache:
                filled = history.fill(cache, now, since_day=f"{since:%Y-%m-%d}", talk=talk)
                found[domain.name] = filled.silence or cache.sightings(stamp_of(since))
                newest = cache.newest()
        except NoHistory as error:
            found[domain.name] = NoAnswer(Why.NOT_ASKED, str(error))
            told.append(str(error))
        except SendasError as error:
            found[domain.name] = NoAnswer(Why.SERVER_FAILURE, str(error))
            told.append(f"{domain.name}'s is not known: {error}")
        else:
            until = f"the newest of {newest[:16].replace('T', ' ')}" if newest else "none yet"
            told.append(f"{domain.name}'s from {since:%Y-%m-%d} on, {until}, read at {now:%H:%M}")
    return MailSeen(found, "; ".join(told))


def googles() -> Callable[[str], bool]:
    """Whether an address is of Google's outgoing servers, as gmail.com's SPF says.

    Where DNS does not answer it is taken for none of theirs: a place too many is named.
    """
    import asyncio
    import ipaddress

    from sendas.auth.spf_walk import SpfMail, SpfResult, check_host
    from sendas.dialmap import load_dial_map
    from sendas.dns.answers import Answer, Question
    from sendas.dns.asking import drive
    from sendas.dns.resolver import NetworkResolver, nameserver_from

    server, dial_map = nameserver_from(os.environ), load_dial_map(os.environ)
    known: dict[Question, Answer] = {}

    def answer(question: Question) -> Answer:
        if question not in known:
            # A resolver is for one run of a loop, and several threads ask.
            known[question] = asyncio.run(NetworkResolver(server, dial_map).ask(question))
        return known[question]

    def ask(address: str) -> bool:
        mail = SpfMail(ipaddress.ip_address(address), "somebody@gmail.com", "gmail.com")
        verdict = drive(check_host(mail, "gmail.com"), answer)
        return verdict.result is SpfResult.PASS

    return ask
