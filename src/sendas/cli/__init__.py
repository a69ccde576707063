"""The command line: one file per verb, loaded when that verb is typed.

A verb's file exports either ``app``, a ``typer.Typer`` with sub-verbs, or
``command``, a function.  It parses, calls a journey and renders; it decides
nothing.  Exit statuses are the house's: 0 well, 1 something
is wrong with the mail, 2 wrong usage or configuration, 3 could not look.
"""

import errno
import importlib
import os
import sys

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sendas import __version__
from sendas.cli.help_pages import PlainCommand, PlainGroup
from sendas.errors import CouldNotLook, SendasError
from sendas.text import visible


if TYPE_CHECKING:
    from collections.abc import Callable


EXIT_FAILING = 1
EXIT_USAGE = 2
EXIT_COULD_NOT_LOOK = 3
EXIT_INTERRUPTED = 130
EXIT_CLOSED_PIPE = 141
"""As a shell says of a program that the end of a pipe ended: 128 and SIGPIPE's number."""

VERBS = {
    "demo": "The two incidents, played and solved in the embedded lab.",
    "init": "A few questions, or what exists, become sendas.toml.",
    "plan": "What apply would make, change and remove; changes nothing.",
    "apply": "Make it as sendas.toml wants it; may be repeated at will.",
    "destroy": "Take a domain's set-up away; received mail stays.",
    "template": "The CloudFormation document, to deploy it yourself.",
    "records": "The DNS records to paste, merged with what is published.",
    "policy": "The least IAM policy for the operator.",
    "gmail": "Write as your own address in Gmail: add, confirm, prove it.",
    "reply": "Write as your own address by just answering, without SMTP.",
    "credentials": "What can send, who holds a copy, what is due; replace it without a gap.",
    "relay": "Take mail with passwords of your own, and hand it to SES's API.",
    "options": "The ways to send as your domain, ranked, with cost and effort.",
    "doctor": "Why a mail did not arrive: whose fault it is, and what to do.",
    "rule": "What a finding's code means, at length.",
    "bounce": "Explain a bounce, a DSN or an SMTP reply.",
    "password": "The SES SMTP password: derive it, or find out what one is.",
    "smtp": "Dial an SMTP server and see how far a login comes.",
    "trace": "What became of each mail that was sent: delivered, bounced, and why.",
    "reports": "What receivers report about your domain: DMARC and TLS reports.",
    "watch": "What changed since the last look at your domains, and who looks.",
    "suppression": "The addresses that SES withholds mail from, in every Region.",
    "mail": "Received mail: what became of it; release it, deliver it again.",
    "runbook": "The runbook of your own set-up: rotation, Gmail, whom to call.",
    "lab": "The outside world on loopback: AWS, SES, DNS, Gmail.",
}
"""Each verb and its one line, so that ``--help`` need not load them."""


class LazyVerbs(PlainGroup):
    """A group that imports a verb's file only when the verb is typed."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002, ANN401  typer's signature
        """The verbs, in the order in which a newcomer needs them."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002, ANN401  typer's signature
        """Load the verb; None lets typer say that there is no such verb."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"sendas.cli.{cmd_name}")
        verb_app = getattr(module, "app", None)
        if verb_app is None:
            verb_app = new_app()
            verb_app.command(cmd_name)(module.command)
        loaded = typer.main.get_command(verb_app)
        loaded.name = cmd_name
        return loaded

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002, ANN401  typer's signature
        """List the verbs from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


class App(typer.Typer):
    """Whose commands have our help pages."""

    def command(self, name: str | None = None, **options: Any) -> "Callable[[Any], Any]":  # noqa: ANN401  handed on to typer
        """As typer's, but for how help looks."""
        return super().command(name, **{"cls": PlainCommand, **options})


def new_app(**options: Any) -> App:  # noqa: ANN401  handed on to typer
    """An app of ours; every verb uses it.  Plain help, readable without colour, quick to start."""
    return App(
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        **{"cls": PlainGroup, **options},
    )


app = new_app(cls=LazyVerbs, no_args_is_help=True)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  typer hands it over by position
    if wanted:
        typer.echo(f"sendas {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version."
        ),
    ] = False,
) -> None:
    """Mail as your own domain, from Gmail, on your own AWS SES account.

    Start with `sendas demo`; ask `sendas doctor example.com` when mail is
    broken.  Exit status: 0 well, 1 something is wrong with the mail, 2 wrong
    usage or configuration, 3 could not look.

    Example: sendas doctor example.com
    """


def main() -> None:
    """Run the command line; whatever happens, a person reads one clear line."""
    written_to = sys.stdout
    try:
        _run()
    except SystemExit as end:
        # typer ends with 1, "something is wrong with the mail", where a pipe was closed,
        # and puts something that is silent in the place of standard output.
        closed = sys.stdout is not written_to
        _check_written(closed=closed)
        raise SystemExit(end.code) from None


def _run() -> None:
    try:
        app()
    except CouldNotLook as error:
        _complain(str(error), EXIT_COULD_NOT_LOOK)
    except SendasError as error:
        _complain(str(error), EXIT_USAGE)
    except KeyboardInterrupt:
        _complain("interrupted", EXIT_INTERRUPTED)
    except Exception as error:  # no traceback ever reaches a user
        if isinstance(error, OSError) and error.errno in _OUTPUT and error.filename is None:
            _complain(_not_written(error), EXIT_COULD_NOT_LOOK)
        if os.environ.get("SENDAS_DEBUG"):
            raise
        _complain(
            f"sendas itself broke ({type(error).__name__}); run it again with SENDAS_DEBUG=1 "
            "to see where, and report that",
            EXIT_COULD_NOT_LOOK,
        )


_OUTPUT = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What the system says where there is no room for what is printed."""


def _check_written(*, closed: bool) -> None:
    """Say what was not written after all; the system writes when it likes, or at the end.

    A closed pipe is nothing to talk about: whoever reads has had enough.
    """
    try:
        for stream in (sys.stdout, sys.__stdout__):
            if stream is not None and not stream.closed:
                stream.flush()
    except BrokenPipeError:
        closed = True
    except OSError as error:
        _drop_output()
        _complain(_not_written(error), EXIT_COULD_NOT_LOOK)
    if closed:
        _drop_output()
        raise SystemExit(EXIT_CLOSED_PIPE)


def _drop_output() -> None:
    """Let Python find nothing to complain about at its own end.  Python manual, "SIGPIPE"."""
    with suppress(OSError, ValueError):
        if sys.__stdout__ is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())


def _not_written(error: OSError) -> str:
    return f"cannot write to standard output: {error.strerror}"


def _complain(message: str, status: int) -> None:
    with suppress(OSError, AttributeError):  # nobody listens; the exit status tells still
        for line in message.splitlines() or [""]:
            sys.stderr.write(f"sendas: {visible(line)}\n")
        sys.stderr.flush()
    raise SystemExit(status)
