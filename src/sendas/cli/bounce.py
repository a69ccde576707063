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
    given: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-|WORDS",
            help="A message, an mbox, SES JSON, log lines, an exception; or the words themselves.",
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
    an AWS SDK, what Gmail's dialog says, words typed off a screen; `-` reads
    standard input.  Of several, what SES itself said comes first.

    Exit status: 0 the mail got through, or it is no bounce; 1 something is
    wrong with the mail (a bounce, a delay, a complaint); 2 FILE cannot be read,
    is empty, is longer than 100 MB, or holds nothing that can be explained.

    Example: sendas bounce "535 Authentication Credentials Invalid"
    """
    _, explanation = explained(given, max_bytes=_MAX_BYTES)
    show(explanation, as_json=as_json)


def explained(given: str, *, max_bytes: int) -> "tuple[bytes, Explanation]":
    """What was *given*, a file, ``-`` or the words themselves, and what it means.

    Raises:
        EmptyBounce: There is nothing in it.
        NothingToExplain: Nothing in it can be read as a refusal, nor as a message.
    """
    from sendas.bounce import explain

    words = _are_words(given)
    named = "what was given" if words else "standard input" if given == "-" else given
    raw = given.encode("utf-8", "surrogateescape") if words else _read(given, max_bytes)
    if not raw.strip():
        msg = f"{named}: empty, there is nothing to explain"
        raise EmptyBounce(msg)
    explanation = explain(raw)
    if explanation.kind == "unreadable":
        msg = f"{named}: {explanation.title}"
        raise NothingToExplain(msg)
    return raw, explanation


def _are_words(given: str) -> bool:
    """Whether *given* is what a server or a client said, rather than the name of a file."""
    if given == "-" or not any(map(str.isspace, given)):
        return False
    try:
        return not Path(given).exists()
    except (OSError, ValueError):
        return True


def _read(file: str, max_bytes: int) -> bytes:
    from sendas.files import read_bounded

    return read_bounded(Path(file), max_bytes=max_bytes)


def show(explanation: "Explanation", *, as_json: bool) -> None:
    """Print *explanation*; ends with status 1 where it tells of a failure.

    Raises:
        Exit: It does.
    """
    if as_json:
        typer.echo(json.dumps(explanation.as_dict(), indent=2))
    else:
        for line in _lines(explanation):
            typer.echo(line)
    if explanation.failed:
        raise typer.Exit(1)


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
