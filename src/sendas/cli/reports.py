"""``sendas reports``: what receivers report about your domain's mail."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_FAILING, new_app
from sendas.cli.plan_options import talk
from sendas.text import one_line, visible


if TYPE_CHECKING:
    from sendas.reports.line import ReportLine


app = new_app(no_args_is_help=True)

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
    for line in read_paths(paths):
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
