"""A diagnosis on its way out: to the terminal, as a page, as JSON, as evidence that is kept."""

import os
import shutil
import sys

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sendas.text import visible


if TYPE_CHECKING:
    from sendas.doctor.evidence import Evidence
    from sendas.doctor.model import Diagnosis
    from sendas.doctor.render.terminal import Look


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where to, beside the terminal; *json* takes its place."""

    json: bool
    html: Path | None
    evidence: Path | None

    def check(self) -> None:
        """Whether each file can be written, before anything is asked; raises UsageError."""
        from sendas.files import check_writable

        for path in filter(None, (self.html, self.evidence)):
            check_writable(path)


def write(seen: "Evidence", diagnosis: "Diagnosis", outputs: Outputs, *, whole: bool) -> None:
    """To everything that *outputs* names; *whole* is false where only a part was asked for."""
    from sendas.files import write_whole

    if outputs.evidence:
        from sendas.doctor.bundle import dump

        write_whole(outputs.evidence, dump(seen), private=True)
    if outputs.html:
        from sendas.doctor.render import html_page

        made = f"{seen.observed_at:%Y-%m-%d %H:%M %Z}"
        page = html_page.render(diagnosis, made=made, whole=whole)
        write_whole(outputs.html, page, private=True)
    if outputs.json:
        from sendas.doctor.render import json_document

        typer.echo(json_document.render(diagnosis), nl=False)
    else:
        from sendas.doctor.render import terminal

        echo(terminal.render(diagnosis, look(whole=whole)))


def look(*, whole: bool) -> "Look":
    """How the terminal of this process shows it."""
    from sendas.doctor.render import terminal

    return terminal.Look(
        width=shutil.get_terminal_size().columns,
        colour=sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb",
        unicode=(sys.stdout.encoding or "ascii").lower().startswith("utf"),
        whole=whole,
    )


def echo(text: str) -> None:
    """Text with whatever this terminal has no sign for replaced."""
    encoding = sys.stdout.encoding or "ascii"
    typer.echo(text.encode(encoding, "replace").decode(encoding), nl=False)


def talk(line: str) -> None:
    """A remark beside the report, on stderr."""
    typer.echo(f"sendas: {visible(line)}", err=True)
