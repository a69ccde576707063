"""``sendas reports``: what receivers report about your domain's mail."""

import json

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING, new_app
from sendas.cli.plan_options import talk
from sendas.cli.shared_options import FILE, ConfigFile, Profile
from sendas.errors import UsageError
from sendas.text import one_line, visible


if TYPE_CHECKING:
    from sendas.auth.dmarc import DmarcRecord
    from sendas.reports.line import Line, ReportLine
    from sendas.reports.tally import Tally


class NoReports(UsageError):
    """No files were named, and the domain receives no reports."""


class BadDay(UsageError):
    """No day, and no number of days."""


app = new_app(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
DomainName = Annotated[
    str | None, typer.Option("--domain", metavar="DOMAIN", help="Which domain's.")
]
_NONE: list[Path] = []
Since = Annotated[str, typer.Option(metavar="TIME", help="From that day on: 2026-11-29, 90d, 8w.")]
Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH",
        help="Files and folders: XML, JSON, gzip, zip, mails, mbox; - for standard input.",
    ),
]


@app.callback()
def root() -> None:
    """What receivers report about your domain's mail: DMARC and TLS reports.

    Example: sendas reports read ~/Downloads/dmarc
    """


@app.command()
def read(
    paths: Paths,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="A line of JSON for each row, report and failure.")
    ] = False,
) -> None:
    """Say what reports hold, one line each, and what cannot be read, and why.

    Exit status 1 if something that was given could not be read.

    Example: sendas reports read ~/Downloads/dmarc
    """
    from sendas.reports.line import LostLine, ReportLine, write_line
    from sendas.watch.report_files import read_paths

    whole = lost = 0
    for line in chain.from_iterable(read_paths(paths)):
        whole += isinstance(line, ReportLine)
        lost += isinstance(line, LostLine)
        if as_json:
            typer.echo(write_line(line).decode("ascii"), nl=False)
        elif isinstance(line, ReportLine):
            for told in _told(line):
                typer.echo(visible(told))
        elif isinstance(line, LostLine):
            talk(one_line(f"{line.place}: {line.why}"))
    if not whole and not lost:
        talk("there is no file in it")
    if lost or not whole:
        raise typer.Exit(EXIT_FAILING)


@app.command()
def senders(  # noqa: PLR0913  one parameter per option
    paths: Paths = _NONE,
    *,
    since: Since = "",
    as_json: AsJson = False,
    domain: DomainName = None,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Say who sends as your domain, what passes DMARC, and what changed since last week.

    Without PATH: by the reports that the domain's own bucket received.
    Exit status 3 if there is no report to say it by, or one could not be read.

    Example: sendas reports senders ~/Downloads/dmarc
    """
    from sendas.reports.printed import changed
    from sendas.reports.printed import senders as told
    from sendas.reports.values import senders_value

    tally = _tally(_asked(paths, domain, config, profile), _day_of(since))
    if as_json:
        typer.echo(json.dumps(senders_value(tally)))
    else:
        for line in (*told(tally), *changed(tally)):
            typer.echo(visible(line))
    if not tally.reporters or _says_lost(tally.lost_count):
        raise typer.Exit(EXIT_COULD_NOT_LOOK)


@app.command()
def policy(  # noqa: PLR0913  one parameter per option
    paths: Paths = _NONE,
    *,
    not_mine: Annotated[
        list[str],
        typer.Option(
            "--not-mine", metavar="NAME", help="A sender of the list that is none of yours."
        ),
    ] = [],  # noqa: B006  typer copies it
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not look up the DMARC record that stands now.")
    ] = False,
    since: Since = "90d",
    as_json: AsJson = False,
    domain: DomainName = None,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Say whether the domain may go to p=quarantine or p=reject, and whom it would hit.

    Then the way there, with the records to paste.  Without PATH: by the reports that
    the domain's own bucket received.  Exit status 0: it may, or is there;
    1: mail of yours would be hit; 3: the reports do not show enough, or one could not
    be read.

    Example: sendas reports policy ~/Downloads/dmarc --not-mine SendGrid
    """
    from sendas.reports.printed import paragraph, stages
    from sendas.reports.readiness import Answer, judge
    from sendas.reports.values import readiness_value

    today = datetime.now(UTC).date()  # noqa: TID251  the door for time
    tally = _tally(_asked(paths, domain, config, profile), _day_of(since))
    record = _record(tally.domain) if tally.domain and not offline else None
    found = judge(tally, today, record, not_mine)
    steps = stages(found, record, today)
    if as_json:
        typer.echo(json.dumps(readiness_value(found, steps)))
    else:
        typer.echo(visible(paragraph(found)))
        for number, step in enumerate(steps, 1):
            typer.echo(visible(f"{number}. {step.what}"))
            if step.record:
                typer.echo(visible(f'   _dmarc.{found.domain}  TXT  "{step.record}"'))
    if found.answer is Answer.NOT_YET:
        raise typer.Exit(EXIT_FAILING)
    known = found.answer not in {Answer.NO_REPORTS, Answer.TOO_EARLY}
    if _says_lost(tally.lost_count) or not known:
        raise typer.Exit(EXIT_COULD_NOT_LOOK)


@app.command()
def tls(
    paths: Paths = _NONE,
    *,
    as_json: AsJson = False,
    domain: DomainName = None,
    config: ConfigFile = FILE,
    profile: Profile = None,
) -> None:
    """Say whether others could deliver to you over TLS, and what failed at which MX.

    Exit status 1 if sessions failed, 3 if no report tells of any session, the newest is
    old, or one could not be read.

    Example: sendas reports tls ~/Downloads/tlsrpt
    """
    from sendas.reports.tls_tally import tls_tally_of, told_tls
    from sendas.reports.values import tls_value

    today = datetime.now(UTC).date()  # noqa: TID251  the door for time
    asked = _asked(paths, domain, config, profile)
    tally = tls_tally_of(asked.documents(None), asked.domain)
    if as_json:
        typer.echo(json.dumps(tls_value(tally)))
    else:
        for line in told_tls(tally, today):
            typer.echo(visible(line))
    if tally.failed:
        raise typer.Exit(EXIT_FAILING)
    if _says_lost(tally.lost_count) or tally.stale(today) or not tally.successful:
        raise typer.Exit(EXIT_COULD_NOT_LOOK)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where the reports are, and the domain that is asked about; empty where they say it."""

    documents: "Callable[[date | None], Iterable[Iterable[Line]]]"
    """Those of a day and later, or all."""
    domain: str


def _asked(paths: list[Path], domain: str | None, config: Path, profile: str | None) -> _Asked:
    """The files that are named; without any, the bucket of the domain of the file."""
    from sendas.mail.domain import Domain
    from sendas.watch.report_files import read_paths

    if paths:
        return _Asked(lambda _since: read_paths(paths), str(Domain(domain)) if domain else "")
    return _kept(domain, config, profile)


def _kept(domain: str | None, config: Path, profile: str | None) -> _Asked:
    from sendas.aws import sts
    from sendas.aws.mail_store import MailStore
    from sendas.cli.plan_options import open_doors
    from sendas.config.load import load
    from sendas.outcome import see
    from sendas.setup.stack.names import stack_names
    from sendas.watch.report_store import read_kept

    wanted = load(config).domain(domain)
    if wanted.reports is None:
        msg = (
            f"{wanted.name} receives no reports: add [domain.reports] to {config}, then sendas"
            " apply; or name files and folders with reports"
        )
        raise NoReports(msg)
    session = open_doors(profile).session
    caller = see(sts.caller(session, wanted.region), "which account this is")
    bucket = stack_names(wanted).real_bucket(caller.account_id)
    store = MailStore(session, wanted.region, bucket)
    return _Asked(lambda since: read_kept(store, since), wanted.name)


def _says_lost(count: int) -> bool:
    """Whether something could not be read, and say so: what it reports is not in the answer."""
    if count:
        inputs = f"{count} input{'' if count == 1 else 's'}"
        talk(f"could not read {inputs}: sendas reports read says why")
    return bool(count)


def _tally(asked: _Asked, since: date | None) -> "Tally":
    from sendas.reports.tally import tally_of

    tally = tally_of(asked.documents(since), asked.domain, since)
    if tally.old:
        talk(f"{tally.old} reports about days before {since} are left out; --since takes them in")
    return tally


def _day_of(text: str) -> date | None:
    """The day that *text* names: 2026-11-29, or 90d, from today."""
    if not text:
        return None
    try:
        if text[-1] in "dw" and text[:-1].isdigit():
            days = int(text[:-1]) * (7 if text[-1] == "w" else 1)
            return datetime.now(UTC).date() - timedelta(days=days)  # noqa: TID251  the door for time
        return date.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        msg = f"--since {text!r} is no day: write 2026-11-29, 90d or 8w"
        raise BadDay(msg) from error


def _record(domain: str) -> "DmarcRecord | None":
    """The DMARC record that stands now; None, and said, where nobody answers or none stands."""
    import asyncio
    import os

    from sendas.auth.dmarc_walk import dmarc_name, the_record
    from sendas.dialmap import load_dial_map
    from sendas.dns.answers import Question, Records, RecordType
    from sendas.dns.resolver import NetworkResolver, nameserver_from
    from sendas.outcome import NoAnswer

    resolver = NetworkResolver(nameserver_from(os.environ), load_dial_map(os.environ))
    answer = asyncio.run(resolver.ask(Question(dmarc_name(domain), RecordType.TXT)))
    if isinstance(answer, NoAnswer):
        said = f"{dmarc_name(domain)}: nobody answers ({answer}); the reports' word is taken"
        talk(one_line(said))
        return None
    record = the_record(answer.values if isinstance(answer, Records) else ())
    if record is None:
        talk(one_line(f"no DMARC record that receivers apply stands at {dmarc_name(domain)} now"))
    return record


def _told(line: "ReportLine") -> Iterable[str]:
    """One report in one line, and its remarks."""
    about = line.about
    what = "session" if about.kind == "tls" else "mail"
    count = f"{line.mails:,} {what}{'' if line.mails == 1 else 's'}"
    domain, reporter = about.domain or "?", about.reporter or "?"
    yield f"{_day(about.begin)}  {about.kind:7} {domain}  by {reporter}: {count}"
    for remark in line.remarks:
        yield f"    {line.place}: {remark}"


def _day(at: int | None) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}" if at is not None else "????-??-??"
