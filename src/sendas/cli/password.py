"""``sendas password``: derive the SES SMTP password, or say what a stored one is."""

import os
import sys

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_FAILING, new_app
from sendas.errors import UsageError


if TYPE_CHECKING:
    from sendas.ses.regions import Region
    from sendas.smtp.identification import Identification


_MAX_SECRET_BYTES = 65_536

app = new_app(no_args_is_help=True)


@app.callback()
def password() -> None:
    """The SES SMTP password: derive it, or find out what one is.

    Secrets never travel as arguments: they come from standard input, from an
    environment variable that is named, or from a prompt.

    Example: sendas password identify --password-env SMTP_PASSWORD
    """


class NoSecret(UsageError):
    """What was to be read is not there, or two sources were named."""


class HardlyASecret(UsageError):
    """What was given cannot be a secret access key."""


SecretStdin = Annotated[
    bool, typer.Option("--secret-stdin", help="Read the secret access key from standard input.")
]
SecretEnv = Annotated[
    str | None,
    typer.Option("--secret-env", metavar="NAME", help="Read it from this environment variable."),
]


@app.command()
def derive(
    *,
    region: Annotated[
        str,
        typer.Option(
            "--region", metavar="REGION", help="Region of the SES endpoint, such as us-east-2."
        ),
    ],
    secret_stdin: SecretStdin = False,
    secret_env: SecretEnv = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Derive from what cannot be a secret access key, too.")
    ] = False,
) -> None:
    """Print the SMTP password for a secret access key in a Region, and nothing else.

    The SMTP user name is the access key id. The password works in that Region
    alone. What cannot be a secret access key, such as an access key id or an
    SMTP password, is refused, unless --anyway says to go on.

    Example: sendas password derive --region us-east-2
    """
    from sendas.smtp.password import MalformedSecretKey, derive_smtp_password
    from sendas.smtp.shapes import doubt_about_secret, no_value

    where = read_region(region)
    secret = read_secret("secret access key", stdin=secret_stdin, env=secret_env)
    doubt = doubt_about_secret(secret)
    try:
        derived = derive_smtp_password(secret, region=where)
    except MalformedSecretKey as error:
        # A mask or a document holds blanks: what it is says more than that it holds them.
        if no_value(secret) is None:
            raise
        msg = f"what was given {doubt}"
        raise HardlyASecret(msg) from error
    if doubt:
        if not anyway:
            msg = f"what was given {doubt}; --anyway derives from it all the same"
            raise HardlyASecret(msg)
        typer.echo(f"sendas: what was given {doubt}; deriving all the same", err=True)
    typer.echo(derived.value)


@app.command()
def identify(  # noqa: PLR0913  one parameter per option
    *,
    password_env: Annotated[
        str | None,
        typer.Option(
            "--password-env", metavar="NAME", help="Read the stored password from this variable."
        ),
    ] = None,
    secret_stdin: SecretStdin = False,
    secret_env: SecretEnv = None,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="REGION", help="Region of the endpoint that refuses it."),
    ] = None,
    username: Annotated[
        str | None,
        typer.Option("--username", metavar="USER", help="The SMTP user name stored beside it."),
    ] = None,
    key_created: Annotated[
        datetime | None,
        typer.Option(
            "--key-created",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Day the access key was made.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Show the right password too.")] = False,
) -> None:
    """Say what a stored SMTP password is: the right one, or which mistake made it.

    By its form alone; with the secret key as well, by recomputing every known
    mistake in every Region. Nothing leaves this machine. Exit status 1 when it
    cannot be right.

    Example: sendas password identify --password-env SMTP_PASSWORD
    """
    from datetime import UTC

    from sendas.smtp.identify import identify as examine
    from sendas.smtp.identify import wrong_username

    where = read_region(region) if region else None
    secret: str | None = None
    if secret_stdin or secret_env:
        secret = read_secret("secret access key", stdin=secret_stdin, env=secret_env)
    text = read_secret(
        "SMTP password to examine", stdin=False, env=password_env, piped=not secret_stdin
    )
    found = examine(
        text,
        secret=secret,
        region=where,
        username=username,
        now=datetime.now(UTC).date(),  # noqa: TID251  the shell is where time comes from
        created=key_created.date() if key_created else None,
    )
    wrong_name = wrong_username(username)
    write = _as_json if as_json else _as_text
    typer.echo(write(found, wrong_name, show=show))
    if found.right is False or wrong_name:
        raise typer.Exit(EXIT_FAILING)


def _as_json(found: "Identification", wrong_name: str | None, *, show: bool) -> str:
    import json

    answer: dict[str, object] = {
        "schema": "sendas.password/1",
        "kind": found.kind,
        "basis": found.basis,
        "explanation": f"{found.explanation}. {wrong_name}" if wrong_name else found.explanation,
        "right": False if wrong_name else found.right,
        "region": found.region,
        "expected_region": found.expected_region,
        "detail": found.detail,
    }
    if show:
        answer["correct"] = found.correct
    return json.dumps(answer, indent=2)


def _as_text(found: "Identification", wrong_name: str | None, *, show: bool) -> str:
    from sendas.smtp.identification import Basis, Kind

    basis = "recomputed from the secret key" if found.basis is Basis.RECOMPUTED else "by its form"
    lines = [f"{found.kind} ({basis})", f"  It is {found.explanation}."]
    if wrong_name:
        lines += [f"  {wrong_name}", "To do: store the access key's id (AKIA…) as the user name."]
    if found.right is False and found.kind is Kind.TEMPORARY_KEY:
        lines.append(
            "To do: make a new long-term key (`sendas gmail add` does), and use its id and "
            "password."
        )
    elif found.right is False:
        where = found.expected_region or found.region or "REGION"
        lines += [
            "To do: derive the right one, and store it without anything around it:",
            f"  sendas password derive --region {where} --secret-stdin",
        ]
    if show:
        lines.append(
            f"The right password: {found.correct}"
            if found.correct
            else "The right password cannot be shown: give the secret key and the Region."
        )
    return "\n".join(lines)


def read_region(text: str) -> "Region":
    """The Region *text* names; one that is not known by name is warned about, never refused.

    Raises:
        MalformedRegion: It has not the form of a Region code.
    """
    from sendas.ses.regions import is_known, parse_region

    region = parse_region(text)
    if not is_known(region):
        typer.echo(f"sendas: {region} is no Region this release knows; going on", err=True)
    return region


def read_secret(what: str, *, stdin: bool, env: str | None, piped: bool = True) -> str:
    """A secret from where the person said, without the line end that a pipe puts after it.

    Without either source a terminal is asked; where there is none, and
    *piped* allows it, standard input is read all the same.

    Raises:
        NoSecret: Two sources, or none, or nothing in it.
    """
    from sendas.cli.undumped import leave_no_core

    leave_no_core()
    if stdin and env:
        msg = f"the {what} cannot come from standard input and from {env} at once"
        raise NoSecret(msg)
    if env:
        return _from_environment(what, env)
    if stdin or (piped and not sys.stdin.isatty()):
        return _from_stdin(what)
    return _from_prompt(what)


def _from_environment(what: str, name: str) -> str:
    if name not in os.environ:
        msg = f"no {what}: the environment variable {name} is not set"
        raise NoSecret(msg)
    return os.environ[name]


def _from_stdin(what: str) -> str:
    raw = sys.stdin.buffer.read(_MAX_SECRET_BYTES)
    text = raw.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")
    if not text:
        msg = f"no {what}: standard input is empty"
        raise NoSecret(msg)
    return text


def _from_prompt(what: str) -> str:
    import getpass
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(f"{what}: ")
        except (getpass.GetPassWarning, EOFError, OSError) as error:
            msg = f"no {what}: there is no terminal to ask; name an environment variable"
            raise NoSecret(msg) from error
