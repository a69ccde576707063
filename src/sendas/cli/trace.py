"""``sendas trace``: what became of each mail."""

import json
import time

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING
from sendas.cli.plan_options import talk
from sendas.cli.shared_options import FILE, ConfigFile, Profile
from sendas.errors import UsageError
from sendas.history.outcome import Outcome
from sendas.text import visible_lines


if TYPE_CHECKING:
    from collections.abc import Callable

    from sendas.aws.session import Session
    from sendas.config.model import Config, ConfiguredDomain
    from sendas.history.outcome import Trace
    from sendas.watch.cache import Cache, Question
    from sendas.watch.history import History


_FOLLOW_SECONDS = 5


class NoHistory(UsageError):
    """There is no history of the domain's mail."""


class BadTime(UsageError):
    """No time, and no span of time."""


def command(  # noqa: PLR0913  one parameter per option
    wanted: Annotated[
        str,
        typer.Argument(
            metavar="ID|ADDRESS", help="An address, SES's id of a mail, or a Message-ID."
        ),
    ] = "",
    *,
    since: Annotated[
        str, typer.Option(metavar="TIME", help="From then on: 2026-11-29, 36h, 7d.")
    ] = "",
    outcome: Annotated[
        Outcome | None, typer.Option(help="Show only these; the exit status is of all.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on, and print what is new.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a mail.")] = False,
    domain: Annotated[
        str | None, typer.Option("--domain", metavar="DOMAIN", help="Which of the file's.")
    ] = None,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Tell what became of each mail: accepted, delayed, delivered, bounced, and why.

    Without an id or an address: of the last day.  Exit status 1 if the mail that
    was asked for did not arrive or is not known, 3 if the history, or a line of it,
    cannot be read.

    Example: sendas trace jane@example.net --since 7d
    """
    from sendas.watch.cache import Question
    from sendas.watch.history import ask

    now = datetime.now(UTC)  # noqa: TID251  the door for time
    span = since or ("" if wanted else "1d")
    start = time_of(span, now) if span else ""
    question = Question(wanted.strip(), start)

    def show(one: "Trace") -> None:
        if outcome in {None, one.outcome}:
            _print(one, as_json=as_json)

    history = open_history(config, domain, profile)
    with history.open_cache() as cache:
        filled = history.fill(cache, now, since_day=start[:10], talk=talk)
        talk_of_strange(filled.strange)
        found = ask(cache, question)
        for one in found:
            show(one)
        if follow:
            _follow(cache, history, question, filled.strange, show)
    if not found:
        talk("nothing is known of such a mail; mail sent seconds ago comes with --follow")
    elif outcome and all(one.outcome is not outcome for one in found):
        talk(f"{len(found)} known, none of them {outcome}")
    refused = any(not one.outcome.arrived for one in found)
    if filled.strange and not (wanted and refused):  # what is missing may stand in those
        raise typer.Exit(EXIT_COULD_NOT_LOOK)
    if wanted and (not found or refused):
        raise typer.Exit(EXIT_FAILING)


def talk_of_strange(lines: int) -> None:
    """Tell that something of the history is no line of ours."""
    if lines:
        talk(f"could not read {lines} lines of the history: what follows may be incomplete")


def _follow(
    cache: "Cache",
    history: "History",
    question: "Question",
    strange: int,
    show: "Callable[[Trace], None]",
) -> None:
    """Show each mail again whose outcome is another one than it was, for ever.

    *strange* lines were told to be unreadable.
    """
    from sendas.watch.history import ask

    seen = {(one.mail, one.recipient): one.outcome for one in ask(cache, question)}
    while True:
        time.sleep(_FOLLOW_SECONDS)
        now = datetime.now(UTC)  # noqa: TID251  the door for time
        # As far back as was asked: what is told today of an older mail lies in that one's day.
        filled = history.fill(cache, now, since_day=question.since[:10], talk=talk)
        if filled.strange > strange:
            talk_of_strange(filled.strange)
            strange = filled.strange
        for one in ask(cache, question):
            if seen.get((one.mail, one.recipient)) != one.outcome:
                seen[one.mail, one.recipient] = one.outcome
                show(one)


def _print(trace: "Trace", *, as_json: bool) -> None:
    from sendas.watch.explained import explained, told

    if as_json:
        why = explained(trace)
        document = {
            "schema": "sendas.trace/1",
            "mail": trace.mail,
            "message_id": trace.first("message_id"),
            "received": trace.first("received"),
            "from": trace.sender,
            "to": trace.recipient,
            "sent_at": trace.sent_at,
            "stream": trace.seen.stream,
            "outcome": trace.outcome,
            "final": trace.outcome.final,
            "credential": trace.first("credential"),
            "submitter": trace.first("submitter"),
            "source_ip": trace.first("source_ip"),
            "answer": trace.decisive.answer,
            "reason": why.reason if why else None,
            "whose": why.owner if why else None,
            "help": why.help if why else None,
            "events": [asdict(line) for line in trace.lines],
        }
        typer.echo(json.dumps(document))
        return
    typer.echo(visible_lines("\n".join(told(trace))))


def open_history(config: Path, name: str | None, profile: str | None) -> "History":
    """The domain's history: its bucket, and where its cache lies.

    Raises:
        NoHistory: Nothing is remembered of it.
    """
    from sendas.cli.plan_options import open_doors
    from sendas.config.load import load

    file = load(config)
    domain = file.domain(name)
    return history_of(file, domain, lambda: open_doors(profile or domain.profile).session)


def history_of(
    file: "Config", domain: "ConfiguredDomain", open_session: "Callable[[], Session]"
) -> "History":
    """The same, of a file that is read; *open_session* is called only where there is one.

    Raises:
        NoHistory: Nothing is remembered of it.
    """
    import os

    from sendas.aws import sts
    from sendas.aws.mail_store import MailStore
    from sendas.outcome import see
    from sendas.setup.template.whole import wanted_of
    from sendas.watch.history import History

    wanted = wanted_of(file, domain, "")
    if not wanted.remembers:
        msg = f"nothing is remembered of {domain.name}'s mail: {wanted.no_history_why}"
        raise NoHistory(msg)
    session = open_session()
    caller = see(sts.caller(session, domain.region), "which account this is")
    store = MailStore(session, domain.region, wanted.names.real_bucket(caller.account_id))
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sendas"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        msg = f"no folder for the cache at {home}: {error.strerror}; name one by XDG_CACHE_HOME"
        raise NoHistory(msg) from error
    cache = home / f"{caller.account_id}-{domain.region}-{domain.name}.sqlite"
    return History(store, cache, timedelta(days=file.watch.keep_days), session.endpoint)


def time_of(text: str, now: datetime) -> str:
    """The moment that ``--since`` names, as the history writes it.

    Raises:
        BadTime: It names none.
    """
    from sendas.history.line import stamp_of

    unit = {"h": "hours", "d": "days", "w": "weeks", "m": "minutes"}.get(text[-1:])
    try:
        if unit and text[:-1].isdigit():
            at = now - timedelta(**{unit: int(text[:-1])})
        else:
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return stamp_of(at)  # of the first or the last year, UTC may have no such time
    except (ValueError, OverflowError) as error:
        msg = f"--since {text!r} is no time: write 2026-11-29, 2026-11-29T12:00, 36h or 7d"
        raise BadTime(msg) from error
