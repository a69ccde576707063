"""``sendas suppression``: the addresses that SES withholds mail from, in every Region."""

import os
import time

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING, new_app
from sendas.cli.plan_options import agree, talk
from sendas.cli.shared_options import FILE, ConfigFile, Output, Profile, Yes
from sendas.errors import SendasError
from sendas.text import visible, visible_lines


if TYPE_CHECKING:
    from sendas.aws.session import Session
    from sendas.aws.suppression_import import ImportPlace
    from sendas.ses.regions import Region
    from sendas.ses.suppression import Suppressed
    from sendas.watch.suppression import Lists


app = new_app(
    no_args_is_help=True,
    help="The addresses that SES withholds mail from, in every Region.\n\n"
    "Example: sendas suppression check jane@example.net",
)

_MAX_BYTES = 200_000_000
_MARGIN = timedelta(days=2)
"""A mail is at most a day older than the entry that it made (14 hours of tries, FACTS 10)."""


class Format(StrEnum):
    """How an export is written."""

    CSV = "csv"
    JSON = "jsonl"


Regions = Annotated[
    list[str] | None,
    typer.Option("--region", metavar="REGION", help="Only this one; repeatable. Else all."),
]
Address = Annotated[str, typer.Argument(metavar="ADDRESS")]
As = Annotated[Format, typer.Option("--format", help="How it is written.")]
Against = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A whole export: print only what is different since."),
]


@app.command("list")
def list_entries(*, regions: Regions = None, profile: Profile = None) -> None:
    """List the entries of every Region: Region, reason, since when, address.

    Exit status 0: every Region answered; 3: one did not, what others hold is listed.

    Example: sendas suppression list
    """
    from sendas.watch.decide.suppression_file import rows
    from sendas.watch.suppression import look

    session, asked = _doors(profile, regions)
    lists = look(session, asked, time.sleep)
    for row in rows(lists.entries):
        typer.echo(
            visible(
                f"{row['region']:<15} {row['reason']:<9} {row['since'][:16]}  {row['address']}"
            )
        )
    _say_what_was_seen(lists)
    lists.complete()


@app.command("check")
def check(
    address: Address,
    *,
    regions: Regions = None,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Tell whether SES withholds mail from an address, since when, and which mail was the cause.

    Exit status 0: it is on no list; 1: it is on one; 3: a Region did not answer.

    Example: sendas suppression check jane@example.net
    """
    from sendas.outcome import NoAnswer
    from sendas.watch.suppression import look_for, withheld

    session, asked = _doors(profile, regions)
    lists = look_for(session, asked, address)
    for one in lists.entries:
        typer.echo(visible(f"{one.address} is on the list of {one.region}: {one.reason}"))
        typer.echo(f"    since  {one.since:%Y-%m-%d %H:%M}")
        account = withheld(session, one)
        if isinstance(account, NoAnswer):
            typer.echo(visible(f"    but    whether mail is withheld is not known: {account}"))
        elif not account:
            typer.echo(f"    but    mail is not withheld: {one.reason} is off in the account")
        _cause(one, config, profile)
    _say_what_was_seen(lists)
    lists.complete()
    if lists.entries:
        raise typer.Exit(EXIT_FAILING)
    talk(f"{address} is on none of {len(lists.seen)} lists")


def _cause(entry: "Suppressed", config: Path, profile: str | None) -> None:
    """The mail that put it there, as far as it is known."""
    if not entry.ses_message_id:
        return
    typer.echo(visible(f"    mail   {entry.ses_message_id}"))
    if not config.exists():
        return
    from sendas.cli.trace import open_history, talk_of_strange
    from sendas.watch.cache import Question
    from sendas.watch.explained import told
    from sendas.watch.history import ask

    try:
        history = open_history(config, None, profile)
        with history.open_cache() as cache:
            now = datetime.now(UTC)  # noqa: TID251  the door for time
            first = f"{entry.since - _MARGIN:%Y-%m-%d}"
            filled = history.fill(cache, now, since_day=first, talk=talk)
            talk_of_strange(filled.strange)
            found = ask(cache, Question(entry.ses_message_id))
    except SendasError as error:
        talk(f"what became of that mail is not known: {error}")
        return
    for trace in found:
        typer.echo(visible_lines("\n".join(f"    {line}" for line in told(trace))))


@app.command("export")
def export(
    *,
    against: Against = None,
    output: Output = None,
    form: As = Format.CSV,
    regions: Regions = None,
    profile: Profile = None,
) -> None:
    """Write all entries, or what is different since an export; all Regions, or nothing.

    The same lists give the same bytes.  The last line of a whole export is the total of its
    entries, so that a copy that was cut is refused.  Exit status 0: written; 3: a Region did
    not answer.

    Example: sendas suppression export --against last.csv
    """
    from sendas.files import read_bounded, write_whole
    from sendas.watch.decide.suppression_file import (
        as_csv,
        as_json_lines,
        changes,
        read_export,
        rows,
    )
    from sendas.watch.suppression import look

    old = read_export(read_bounded(against, max_bytes=_MAX_BYTES), str(against)) if against else ()
    session, asked = _doors(profile, regions)
    lists = look(session, asked, time.sleep)
    entries = lists.complete()
    table = changes(old, entries, lists.seen).rows() if against else rows(entries)
    of_changes = against is not None
    write = as_csv if form is Format.CSV else as_json_lines
    text = write(table, of_changes=of_changes)
    if output:
        write_whole(output, text, private=True)
    else:
        typer.echo(text, nl=False)
    _say_what_was_seen(lists)


@app.command("remove")
def remove_address(
    address: Address, *, yes: Yes = False, regions: Regions = None, profile: Profile = None
) -> None:
    """Take an address off every list; asks first if its owner complained.

    Exit status 0: it is on none any more; 3: a Region did not answer, or did not do it.

    Example: sendas suppression remove jane@example.net
    """
    from sendas.watch.suppression import look_for, remove

    session, asked = _doors(profile, regions)
    lists = look_for(session, asked, address)
    if any(one.reason != "BOUNCE" for one in lists.entries):
        question = f"{address} called your mail spam; a second time costs the account. Go on?"
        agree(visible(question), yes=yes)
    for one in lists.entries:
        remove(session, (one,), time.sleep)
        typer.echo(visible(f"{one.address} is off the list of {one.region}"))
    lists.complete()
    if not lists.entries:
        talk(f"{address} was on none of {len(lists.seen)} lists")


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A whole export, CSV or JSON.")],
    *,
    yes: Yes = False,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Put back what an export holds and the lists do not; takes nothing off.  May be repeated.

    SES dates each entry as new, and refuses in the sandbox.  More than a hundred of a Region go
    by import jobs, whose file lies in the mail bucket of the config file's domain meanwhile;
    without one, one by one.  Exit status 0: all is there.

    Example: sendas suppression restore last.csv
    """
    from sendas.aws.session import open_session
    from sendas.files import read_bounded
    from sendas.watch.decide.suppression_file import read_export
    from sendas.watch.suppression import MOST_ONE_BY_ONE, look, missing, put_back

    wanted = read_export(read_bounded(file, max_bytes=_MAX_BYTES), str(file))
    if not wanted:
        talk(f"{file} holds no entry; nothing was changed")
        return
    session = open_session(profile, os.environ)
    lists = look(session, sorted({one.region for one in wanted}), time.sleep)
    if lists.closed:
        talk(f"these do not take the credentials: {', '.join(lists.closed)}")
        raise typer.Exit(EXIT_COULD_NOT_LOOK)
    gone = missing(wanted, lists.complete())
    if not gone:
        talk(f"all {len(wanted)} are on their lists")
        return
    agree(f"put {len(gone)} of {len(wanted)} addresses back on their lists?", yes=yes)
    place = _import_place(config, session) if len(gone) > MOST_ONE_BY_ONE else None
    put_back(session, gone, time.sleep, place=place, talk=talk)
    talk(f"{len(gone)} are back, {len(wanted) - len(gone)} were there")


def _import_place(config: Path, session: "Session") -> "ImportPlace | None":
    """The mail bucket of the file's first domain that has one of ours; None without."""
    from sendas.aws import sts
    from sendas.aws.suppression_import import ImportPlace
    from sendas.config.load import load
    from sendas.outcome import see
    from sendas.setup.template.whole import wanted_of

    if not config.exists():
        return None
    file = load(config)
    wanted = next((w for d in file.domains if (w := wanted_of(file, d, "")).receives), None)
    if wanted is None:
        return None
    region = wanted.domain.region
    caller = see(sts.caller(session, region), "which account this is")
    return ImportPlace(wanted.names.real_bucket(caller.account_id), region)


def _doors(profile: str | None, regions: list[str] | None) -> "tuple[Session, tuple[Region, ...]]":
    from sendas.aws.regions import ses_regions
    from sendas.aws.session import configured_region, open_session
    from sendas.ses.regions import parse_region

    asked = tuple(dict.fromkeys(map(parse_region, regions or ())))
    session = open_session(profile, os.environ)
    if asked:
        return session, asked
    near = parse_region(configured_region(profile, os.environ) or "us-east-1")
    return session, ses_regions(session, near)


def _say_what_was_seen(lists: "Lists") -> None:
    closed = f"; not enabled: {', '.join(lists.closed)}" if lists.closed else ""
    talk(f"{len(lists.entries)} entries in {len(lists.seen)} Regions{closed}")
