"""``sendas mail``: received mail: list it, look at it, release it, deliver it again."""

import json
import sys

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING, mail_routes, new_app
from sendas.cli.mail_place import (
    Bucket,
    DomainOption,
    Function,
    NoSuchMail,
    Prefix,
    Where,
    count_of,
)
from sendas.cli.shared_options import AsJson, DryRun, OptionalConfig, Profile, RegionName
from sendas.errors import UsageError
from sendas.text import visible


if TYPE_CHECKING:
    from sendas.inbound.desk import Desk
    from sendas.inbound.redeliver import Entry, Fate, Result, Window
    from sendas.journal.record import Record
    from sendas.mail.domain import Domain


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

Since = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="From this moment on: 2026-01-02 or with T03:04."),
]
Until = Annotated[
    str | None, typer.Option(metavar="TIME", help="Up to, and without, this moment.")
]
Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="SES message ids.")]


class BadMoment(UsageError):
    """A moment that cannot be read."""


class NothingChosen(UsageError):
    """It was not said which mails."""


@app.command("list")
def list_mails(  # noqa: PLR0913  a command's options are its arguments
    *,
    fate: Annotated[
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
    from sendas.inbound.redeliver import Fate, Search, Window, chosen, mails

    if fate and failed:
        msg = "--only or --failed, not both: --failed stands for pending, unhandled and unreadable"
        raise NothingChosen(msg)
    only = _domain(domain)
    window = _window(since, until)
    if not (since or until or everything or failed):
        window = Window(since=_a_day_ago())
        typer.echo("the last day; --all, --since or --failed looks further back", err=True)
    fates = _fates(fate or (), failed=failed)
    desk = Where(bucket, prefix, "-", region, profile, domain, config).desk()
    search = Search(author, subject, to, reason)
    judged = chosen(mails(desk, window), domain=only, search=search)
    entries = chosen(judged, fates=fates)
    cut = max(len(entries) - limit, 0)
    while cut > 0 and entries[cut - 1].received_at == entries[cut].received_at:
        cut -= 1  # S3 tells whole seconds: --until could not tell these apart
    shown = entries[cut:]
    if as_json:
        told = [_as_dict(one) for one in shown]
        typer.echo(json.dumps({"schema": "sendas.mail-list/2", "mails": told}, indent=2))
    else:
        for one in shown:
            typer.echo(_row(one))
    if len(shown) < len(entries):
        first = shown[0].received_at.astimezone(UTC).isoformat()
        typer.echo(f"{len(entries) - len(shown)} older ones: --until {first}", err=True)
    if not as_json:
        counts = {f: sum(1 for e in entries if e.fate is f) for f in Fate}
        said = ", ".join(f"{count} {f}" for f, count in counts.items() if count)
        typer.echo(said or "no mail", err=True)
    if status := _verdict(judged, desk):
        raise typer.Exit(status)


def _verdict(judged: "Iterable[Entry]", desk: "Desk") -> int:
    """The exit status of a list; what nobody can know is said."""
    from sendas.inbound.redeliver import Fate

    fates = {one.fate for one in judged}
    if Fate.ELSEWHERE in fates:
        typer.echo(_elsewhere(desk), err=True)
    if any(fate.failed for fate in fates):
        return EXIT_FAILING
    return EXIT_COULD_NOT_LOOK if Fate.ELSEWHERE in fates else 0


def _elsewhere(desk: "Desk") -> str:
    return f"elsewhere: {desk.anothers} works on this mail; what became of it is not known here"


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
    from sendas.inbound import redeliver

    if raw and sys.stdout.isatty():
        msg = "a stranger's bytes can repaint a terminal: sendas mail show --raw ID > mail.eml"
        raise NothingChosen(msg)
    desk = Where(bucket, prefix, "-", region, profile, config=config).desk()
    content = redeliver.content(desk, mail_id, first=None if raw else _HEAD_BYTES)
    if content is None:
        msg = f"no mail {mail_id!r} in {desk.store.bucket} under {desk.prefix!r}"
        raise NoSuchMail(msg)
    if raw:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    from sendas.journal.record_file import MalformedRecord, write_record
    from sendas.mail.headers import read_head

    try:
        record, broken = redeliver.mail(desk, mail_id), ""
    except MalformedRecord as error:
        where = f"s3://{desk.store.bucket}/{desk.record_key(mail_id)}"
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
    if record is None and not broken and desk.anothers:
        broken = _elsewhere(desk)
    for said in [broken] if broken else _fate_lines(record):
        typer.echo(said)


def _fate_lines(record: "Record | None") -> Iterable[str]:
    """What became of a mail, for people."""
    from sendas.inbound.redeliver import fate_of

    if record is None:
        yield "unhandled: the function never began with it; sendas mail redeliver ID"
        return
    yield f"{fate_of(record)}, for {visible(', '.join(record.forward_paths))}"
    several = len(record.forward_paths) > 1
    for task in record.tasks:
        whom = f" to {task.target}" if task.target else ""
        meant = f" for {', '.join(task.forward_paths)}" if several else ""
        why = f": {task.why}" if task.why else ""
        answer = f" ({task.answer})" if task.answer else ""
        yield visible(f"  {task.kind}{whom}{meant}: {task.state}{why}{answer}")


@app.command()
def release(  # noqa: PLR0913  the same
    ids: Ids = None,
    *,
    reason: Annotated[
        str | None,
        typer.Option(help="All that is kept for this reason, as `list` names it: reputation, …"),
    ] = None,
    since: Since = None,
    until: Until = None,
    dry_run: DryRun = False,
    bucket: Bucket = None,
    prefix: Prefix = None,
    function: Function = None,
    region: RegionName = None,
    config: OptionalConfig = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Forward mail out of the quarantine, whatever its verdicts say: by id, or by reason.

    But not a virus: SES would take it, and throw it away. `show --raw` fetches it.

    Exit status: 0 all of it was delivered or reported; 1 something was not; 3 nobody
    could say.

    Example: sendas mail release --reason spam --since 2026-01-02
    """
    from sendas.inbound import redeliver

    if bool(ids) is (reason is not None):
        msg = "which mails? name ids, or --reason, with --since and --until if you like"
        raise NothingChosen(msg)
    window = _window(since, until)
    if ids:
        _check(ids, since, until)
    desk = Where(bucket, prefix, function, region, profile, config=config).desk().ours()
    if reason is not None:
        found = redeliver.chosen(redeliver.mails(desk, window), fates=[redeliver.Fate.QUARANTINED])
        ids = [one.ses_message_id for one in found if reason in one.kept_for]
    for one in ids or ():
        record = redeliver.mail(desk, one)
        kept = redeliver.kept_for(record) if record else ()
        if not kept:
            msg = f"{one!r} is not in quarantine; sendas mail list --only quarantined"
            raise NoSuchMail(msg)
        if "virus" in kept:
            msg = f"SES found a virus in {one}, and sends none on: sendas mail show --raw {one}"
            raise NothingChosen(msg)
    _do(desk, "release", ids or (), dry_run=dry_run, as_json=as_json)


@app.command()
def redeliver(  # noqa: PLR0913  the same
    ids: Ids = None,
    *,
    failed: Annotated[
        bool, typer.Option("--failed", help="All that is neither delivered, kept nor reported.")
    ] = False,
    since: Since = None,
    until: Until = None,
    domain: DomainOption = None,
    dry_run: DryRun = False,
    bucket: Bucket = None,
    prefix: Prefix = None,
    function: Function = None,
    region: RegionName = None,
    config: OptionalConfig = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Let the function work on mails again: by id, by date, or all that failed.

    Safe to repeat: to whom the function forwarded a mail already does not get it again.
    Of another forwarder's deliveries it knows nothing: begin with --since the move.

    Exit status: 0 all of it is delivered, kept or reported; 1 something is not; 3 nobody
    could say.

    Example: sendas mail redeliver --failed --dry-run
    """
    from sendas.inbound.redeliver import chosen, mails

    if not ids and not failed and since is None and until is None:
        msg = "which mails? name ids, or --failed, or --since and --until"
        raise NothingChosen(msg)
    if ids:
        _check(ids, failed or None, since, until, domain)
    window = _window(since, until)
    desk = Where(bucket, prefix, function, region, profile, domain, config).desk().ours()
    wanted: Sequence[str] = ids or ()
    if not wanted:
        fates = _fates((), failed=failed)
        found = chosen(mails(desk, window), fates=fates, domain=_domain(domain))
        wanted = [one.ses_message_id for one in found]
    _do(desk, "redeliver", wanted, dry_run=dry_run, as_json=as_json)


def _check(ids: Sequence[str], *others: object) -> None:
    """Each id is one, and they alone say which mails; raises NothingChosen."""
    if any(other is not None for other in others):
        msg = "ids name the mails: leave out --failed, --since, --until and --domain"
        raise NothingChosen(msg)
    wrong = [one for one in ids if not (one.isascii() and one.isalnum())]
    if wrong:
        msg = f"no SES message id, nothing done: {', '.join(map(repr, wrong))}"
        raise NoSuchMail(msg)


def _do(desk: "Desk", what: str, ids: Sequence[str], *, dry_run: bool, as_json: bool) -> None:
    from sendas.inbound.redeliver import ask_function

    typer.echo(f"{what}: {count_of(ids, 'mail')}, by {desk.function}", err=True)
    if dry_run:
        if as_json:
            typer.echo(json.dumps({"schema": "sendas.mail-results/2", "would": list(ids)}))
        else:
            for one in ids:
                typer.echo(one)
        return
    results: list[Result] = []
    for result in ask_function(desk, what, ids):
        results.append(result)
        if not as_json:
            detail = "; ".join((*result.tasks, *([result.why] if result.why else [])))
            typer.echo(visible(f"{result.ses_message_id}  {result.outcome}  {detail}".rstrip()))
    if as_json:
        shown = [
            {"id": r.ses_message_id, "outcome": r.outcome, "why": r.why, "tasks": list(r.tasks)}
            for r in results
        ]
        typer.echo(json.dumps({"schema": "sendas.mail-results/2", "results": shown}, indent=2))
    if any(result.outcome == "unknown" for result in results):
        raise typer.Exit(EXIT_COULD_NOT_LOOK)
    if any(result.outcome != "settled" for result in results):
        raise typer.Exit(EXIT_FAILING)


def _a_day_ago() -> datetime:
    from sendas.credentials.doors import real_timing

    return real_timing().now() - timedelta(days=1)


def _fates(words: Sequence[str], *, failed: bool) -> "list[Fate]":
    from sendas.inbound.redeliver import Fate

    try:
        fates = [Fate(word) for word in words]
    except ValueError as error:
        msg = f"--only: one of {', '.join(Fate)}"
        raise NothingChosen(msg) from error
    return [*fates, *(fate for fate in Fate if failed and fate.failed)]


def _domain(name: str | None) -> "Domain | None":
    from sendas.mail.domain import Domain

    return None if name is None else Domain(name)


def _window(since: str | None, until: str | None) -> "Window":
    from sendas.inbound.redeliver import Window

    return Window(_moment(since), _moment(until))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is no moment; write 2026-01-02 or 2026-01-02T03:04 (UTC unless it says)"
        raise BadMoment(msg) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _row(one: "Entry") -> str:
    record = one.record
    who = record.summary.author if record else ""
    subject = record.summary.subject if record else ""
    paths = ", ".join(one.forward_paths)
    at = f"{one.received_at.astimezone(UTC):%Y-%m-%d %H:%M}"
    fate = ":".join((one.fate, ",".join(one.kept_for))).rstrip(":")
    return visible(
        f"{one.ses_message_id}  {at}  {fate:<16}  {one.size:>10,}  {paths}  {who}  {subject}"
    ).rstrip()


def _as_dict(one: "Entry") -> dict[str, object]:
    record = one.record
    return {
        "id": one.ses_message_id,
        "received_at": one.received_at.astimezone(UTC).isoformat(),
        "size": one.size,
        "fate": one.fate,
        "for": list(one.forward_paths),
        "author": record.summary.author if record else None,
        "subject": record.summary.subject if record else None,
        "reasons": sorted({task.reason for task in record.tasks}) if record else [],
    }
