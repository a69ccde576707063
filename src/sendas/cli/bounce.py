"""``sendas bounce``: explain a bounce, a DSN or an SMTP reply."""

import json

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.errors import UsageError
from sendas.text import one_line


if TYPE_CHECKING:
    from sendas.bounce import Explanation, RecipientReport


_WIDTH = 88
_QUOTED = 300
_MAX_BYTES = 100_000_000
"""An mbox of thousands of bounces; whatever is longer would fill the memory."""


class EmptyBounce(UsageError):
    """There is nothing in the file."""


class NothingToExplain(UsageError):
    """Neither a message nor anything that quotes a refusal."""


def command(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-", help="A message, an mbox, SES JSON, a log line, an exception."
        ),
    ],
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="One object, schema sendas.bounce/1.")
    ] = False,
) -> None:
    """Explain a bounce: what it says, whose it is to mend, what to do.

    Reads a message (.eml), an mbox, an SES event (bare or from SNS), the reply of
    an SMTP server, log lines of a mail server, the exception of a mail client or of
    an AWS SDK; `-` reads standard input.

    Exit status: 0 the mail got through, or it is no bounce; 1 something is
    wrong with the mail (a bounce, a delay, a complaint); 2 FILE cannot be read,
    is empty, is longer than 100 MB, or holds nothing that can be explained.

    Example: sendas bounce bounce.eml
    """
    raw = _read(file)
    from sendas.bounce import explain

    explanation = explain(raw)
    if explanation.kind == "unreadable":
        msg = f"{_named(file)}: {explanation.title}"
        raise NothingToExplain(msg)
    if as_json:
        typer.echo(json.dumps(explanation.as_dict(), indent=2))
    else:
        for line in _lines(explanation):
            typer.echo(line)
    if explanation.failed:
        raise typer.Exit(1)


def _read(file: str) -> bytes:
    from sendas.files import read_bounded

    raw = read_bounded(Path(file), max_bytes=_MAX_BYTES)
    if not raw.strip():
        msg = f"{_named(file)}: empty, there is nothing to explain"
        raise EmptyBounce(msg)
    return raw


def _named(file: str) -> str:
    return "standard input" if file == "-" else file


def _lines(explanation: "Explanation") -> Iterator[str]:
    yield one_line(explanation.title)
    for one in explanation.recipients:
        yield ""
        yield from _recipient(one)


def _recipient(one: "RecipientReport") -> Iterator[str]:
    codes = " ".join(code for code in (one.reply_code, one.status) if code)
    lasting = "hard" if one.hard else "delayed" if one.delayed else ""
    facts = ", ".join(fact for fact in (str(one.reason), codes, lasting) if fact)
    yield f"{one_line(one.recipient) or '(recipient not named)'}: {facts}"
    yield from _wrapped(one_line(one.explanation))
    if one.owner:
        yield f"  whose:   {one.owner}"
    if one.provider or one.refusing_host:
        where = one.provider or one.refusing_host
        host = f" ({one.refusing_host})" if one.provider and one.refusing_host else ""
        yield f"  refused: {one_line(where + host)}"
    if one.text:
        yield f"  said:    {one_line(one.text[:_QUOTED])}"
    for help_ in one.help:
        yield from _wrapped(help_.text, first="  do:      ", then="           ")
        for line in help_.commands:
            yield f"             {one_line(line)}"
    if one.rules:
        yield f"  see:     {', '.join(one.rules)}  (sendas rule CODE)"
    yield f"  sure:    {one.confidence}"


def _wrapped(text: str, first: str = "  ", then: str = "  ") -> Iterator[str]:
    import textwrap

    yield from textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=then)
