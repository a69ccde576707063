"""``sendas mail release`` and ``redeliver``: the function works on mails again."""

import json

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING
from sendas.cli.mail_chosen import (
    Ids,
    NothingChosen,
    Since,
    Until,
    domain_named,
    states_named,
    window_between,
)
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
from sendas.text import visible


if TYPE_CHECKING:
    from sendas.inbound.mail_location import MailLocation
    from sendas.inbound.redeliver import Result


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
    from sendas.inbound import listing

    if bool(ids) is (reason is not None):
        msg = "which mails? name ids, or --reason, with --since and --until if you like"
        raise NothingChosen(msg)
    window = window_between(since, until)
    if ids:
        _check(ids, since, until)
    location = Where(bucket, prefix, function, region, profile, config=config).location()
    _check_ours(location, ids, function)
    if reason is not None:
        found = listing.chosen(
            listing.mails(location, window), states=[listing.MailState.QUARANTINED]
        )
        ids = [one.ses_message_id for one in found if reason in one.kept_for]
    for one in ids or ():
        record = listing.mail(location, one)
        kept = listing.kept_for(record) if record else ()
        if not kept:
            msg = f"{one!r} is not in quarantine; sendas mail list --only quarantined"
            raise NoSuchMail(msg)
        if "virus" in kept:
            msg = f"SES found a virus in {one}, and sends none on: sendas mail show --raw {one}"
            raise NothingChosen(msg)
    _do(location, "release", ids or (), dry_run=dry_run, as_json=as_json)


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
    from sendas.inbound.listing import chosen, mails

    if not ids and not failed and since is None and until is None:
        msg = "which mails? name ids, or --failed, or --since and --until"
        raise NothingChosen(msg)
    if ids:
        _check(ids, failed or None, since, until, domain)
    window = window_between(since, until)
    location = Where(bucket, prefix, function, region, profile, domain, config).location()
    _check_ours(location, ids, function)
    wanted: Sequence[str] = ids or ()
    if not wanted:
        states = states_named((), failed=failed)
        found = chosen(mails(location, window), states=states, domain=domain_named(domain))
        wanted = [one.ses_message_id for one in found]
    _do(location, "redeliver", wanted, dry_run=dry_run, as_json=as_json)


def _check(ids: Sequence[str], *others: object) -> None:
    """Each id is one, and they alone say which mails; raises NothingChosen."""
    if any(other is not None for other in others):
        msg = "ids name the mails: leave out --failed, --since, --until and --domain"
        raise NothingChosen(msg)
    wrong = [one for one in ids if not (one.isascii() and one.isalnum())]
    if wrong:
        msg = f"no SES message id, nothing done: {', '.join(map(repr, wrong))}"
        raise NoSuchMail(msg)


def _check_ours(location: "MailLocation", ids: Sequence[str] | None, function: str | None) -> None:
    """Whoever names both mails and function says whom to ask; raises NotOurs for the rest.

    Not for all that failed, or came since: another forwarder delivered most of that.
    """
    if not (ids and function):
        location.ours()


def _do(
    location: "MailLocation", what: str, ids: Sequence[str], *, dry_run: bool, as_json: bool
) -> None:
    from sendas.inbound.redeliver import ask_function

    typer.echo(f"{what}: {count_of(ids, 'mail')}, by {location.function}", err=True)
    if dry_run:
        if as_json:
            typer.echo(json.dumps({"schema": "sendas.mail-results/2", "would": list(ids)}))
        else:
            for one in ids:
                typer.echo(one)
        return
    results: list[Result] = []
    for result in ask_function(location, what, ids):
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
