"""``sendas mail``: received mail: list it, look at it, release it, deliver it again."""

import json
import sys

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING, mail_redeliver, mail_routes, new_app
from sendas.cli.mail_chosen import (
    NothingChosen,
    Since,
    Until,
    domain_named,
    states_named,
    window_between,
)
from sendas.cli.mail_place import Bucket, DomainOption, NoSuchMail, Prefix, Where
from sendas.cli.shared_options import AsJson, OptionalConfig, Profile, RegionName
from sendas.text import visible


if TYPE_CHECKING:
    from sendas.inbound.listing import Entry
    from sendas.inbound.mail_location import MailLocation
    from sendas.journal.record import Record


app = new_app(
    no_args_is_help=True,
    help="Received mail: what came, and what became of it.\n\nExample: sendas mail list --failed",
)
app.add_typer(mail_routes.app, name="routes")

_HEAD_BYTES = 256 * 1024
_COUNTS = (
    "forwarded, quarantined, reported, refused, kept, discarded, pending, unhandled, earlier,"
    " elsewhere or unreadable"
)


@app.command("list")
def list_mails(  # noqa: PLR0913  a command's options are its arguments
    *,
    state: Annotated[
        list[str] | None, typer.Option("--only", help=f"Only what was {_COUNTS}; repeatable.")
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Only what is neither delivered, kept nor reported.")
    ] = False,
    since: Since = None,
    until: Until = None,
    everything: Annotated[
        bool, typer.Option("--all", help="From the first mail on, not of the last day alone.")
    ] = False,
    limit: Annotated[
        int,
        typer.Option(min=1, help="The newest so many; go back with --until."),
    ] = 1000,
    author: Annotated[str | None, typer.Option(help="Only with this in the author.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only with this in the subject.")] = None,
    to: Annotated[str | None, typer.Option(help="Only with this in a recipient.")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Only with this reason: spam, no-route, …")
    ] = None,
    domain: DomainOption = None,
    bucket: Bucket = None,
    prefix: Prefix = None,
    region: RegionName = None,
    config: OptionalConfig = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """List received mail of the last day, oldest first, and what became of each.

    With --since, --until, --failed or --all of another time. Search looks at what
    the records hold, in any letter case.

    Exit status: 0 all of that time is delivered, kept or reported; 1 something is
    not, whatever --only shows; 3 another forwarder works on it, so nobody here knows.

    Example: sendas mail list --since 2026-01-02 --author jane --reason spam
    """
    from sendas.inbound.listing import MailState, Search, Window, chosen, mails

    if state and failed:
        msg = "--only or --failed, not both: --failed stands for pending, unhandled and unreadable"
        raise NothingChosen(msg)
    only = domain_named(domain)
    window = window_between(since, until)
    if not (since or until or everything or failed):
        window = Window(since=_a_day_ago())
        typer.echo("the last day; --all, --since or --failed looks further back", err=True)
    states = states_named(state or (), failed=failed)
    location = Where(bucket, prefix, "-", region, profile, domain, config).location()
    search = Search(author, subject, to, reason)
    judged = chosen(mails(location, window), domain=only, search=search)
    entries = chosen(judged, states=states)
    cut = max(len(entries) - limit, 0)
    while cut > 0 and entries[cut - 1].received_at == entries[cut].received_at:
        cut -= 1  # S3 tells whole seconds: --until could not tell these apart
    shown = entries[cut:]
    if as_json:
        told = [_as_dict(one) for one in shown]
        typer.echo(json.dumps({"schema": "sendas.mail-list/3", "mails": told}, indent=2))
    else:
        for one in shown:
            typer.echo(_row(one))
    if len(shown) < len(entries):
        first = shown[0].received_at.astimezone(UTC).isoformat()
        typer.echo(f"{len(entries) - len(shown)} older ones: --until {first}", err=True)
    if not as_json:
        counts = {f: sum(1 for e in entries if e.state is f) for f in MailState}
        said = ", ".join(f"{count} {f}" for f, count in counts.items() if count)
        typer.echo(said or "no mail", err=True)
    if status := _verdict(judged, location):
        raise typer.Exit(status)


def _verdict(judged: "Iterable[Entry]", location: "MailLocation") -> int:
    """The exit status of a list; what nobody can know is said."""
    from sendas.inbound.listing import MailState

    states = {one.state for one in judged}
    if MailState.ELSEWHERE in states:
        typer.echo(_elsewhere(location), err=True)
    if any(state.failed for state in states):
        return EXIT_FAILING
    return EXIT_COULD_NOT_LOOK if MailState.ELSEWHERE in states else 0


def _elsewhere(location: "MailLocation") -> str:
    return (
        f"elsewhere: {location.anothers} works on this mail; what became of it is not known here"
    )


@app.command()
def show(  # noqa: PLR0913  the same
    mail_id: Annotated[str, typer.Argument(metavar="ID", help="The SES message id.")],
    *,
    raw: Annotated[bool, typer.Option("--raw", help="The mail itself, byte by byte.")] = False,
    bucket: Bucket = None,
    prefix: Prefix = None,
    region: RegionName = None,
    config: OptionalConfig = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Show one mail's header and what became of it; nothing in it can repaint a terminal.

    Example: sendas mail show 0a1b2c3d4e5f
    """
    from sendas.inbound import listing

    if raw and sys.stdout.isatty():
        msg = "a stranger's bytes can repaint a terminal: sendas mail show --raw ID > mail.eml"
        raise NothingChosen(msg)
    location = Where(bucket, prefix, "-", region, profile, config=config).location()
    content = listing.content(location, mail_id, first=None if raw else _HEAD_BYTES)
    if content is None:
        msg = f"no mail {mail_id!r} in {location.store.bucket} under {location.prefix!r}"
        raise NoSuchMail(msg)
    if raw:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    from sendas.journal.record_file import MalformedRecord, write_record
    from sendas.mail.headers import read_head

    try:
        record, broken = listing.mail(location, mail_id), ""
    except MalformedRecord as error:
        where = f"s3://{location.store.bucket}/{location.record_key(mail_id)}"
        record, broken = (
            None,
            f"unreadable: {where} is {error}; remove it, then redeliver {mail_id}",
        )
    head = read_head(content)
    fields = [head.raw(number) for number in range(len(head.spans))]
    if as_json:
        known = json.loads(write_record(record)) if record else None
        texts = [one.decode("utf-8", "replace") for one in fields]
        typer.echo(json.dumps({"schema": "sendas.mail-show/2", "record": known, "header": texts}))
        return
    for line in b"".join(fields).splitlines():
        typer.echo(visible(line.decode("utf-8", "replace")))
    typer.echo("")
    if record is None and not broken and location.anothers:
        broken = _elsewhere(location)
    for said in [broken] if broken else _state_lines(record):
        typer.echo(said)


def _state_lines(record: "Record | None") -> Iterable[str]:
    """What became of a mail, for people."""
    from sendas.inbound.listing import state_of

    if record is None:
        yield "unhandled: the function never began with it; sendas mail redeliver ID"
        return
    yield f"{state_of(record)}, for {visible(', '.join(record.forward_paths))}"
    several = len(record.forward_paths) > 1
    for task in record.tasks:
        whom = f" to {task.target}" if task.target else ""
        meant = f" for {', '.join(task.forward_paths)}" if several else ""
        why = f": {task.why}" if task.why else ""
        answer = f" ({task.answer})" if task.answer else ""
        yield visible(f"  {task.kind}{whom}{meant}: {task.state}{why}{answer}")


app.command()(mail_redeliver.release)
app.command()(mail_redeliver.redeliver)


def _a_day_ago() -> datetime:
    from sendas.credentials.doors import real_timing

    return real_timing().now() - timedelta(days=1)


def _row(one: "Entry") -> str:
    record = one.record
    who = record.summary.author if record else ""
    subject = record.summary.subject if record else ""
    paths = ", ".join(one.forward_paths)
    at = f"{one.received_at.astimezone(UTC):%Y-%m-%d %H:%M}"
    state = ":".join((one.state, ",".join(one.kept_for))).rstrip(":")
    return visible(
        f"{one.ses_message_id}  {at}  {state:<16}  {one.size:>10,}  {paths}  {who}  {subject}"
    ).rstrip()


def _as_dict(one: "Entry") -> dict[str, object]:
    record = one.record
    return {
        "id": one.ses_message_id,
        "received_at": one.received_at.astimezone(UTC).isoformat(),
        "size": one.size,
        "state": one.state,
        "for": list(one.forward_paths),
        "author": record.summary.author if record else None,
        "subject": record.summary.subject if record else None,
        "reasons": sorted({task.reason for task in record.tasks}) if record else [],
    }
