"""``sendas relay``: SMTP in with passwords of our own, SES's API out."""

import json
import os

from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING, new_app, relay_password, relay_queue
from sendas.cli.plan_options import talk
from sendas.cli.relay_file import BadChoice, relay_of
from sendas.cli.shared_options import FILE, AsJson, ConfigFile, Profile
from sendas.errors import UsageError
from sendas.text import visible_lines


if TYPE_CHECKING:
    from collections.abc import Mapping


app = new_app(no_args_is_help=True)
app.add_typer(relay_password.app, name="password")
app.add_typer(relay_queue.app, name="queue")


@app.callback()
def relay() -> None:
    """Take mail with passwords of your own, and hand it to SES's API.

    For Gmail's "Send mail as", printers, shops and programs: each has a password that is
    made, seen and revoked alone, and no key of AWS.  docs/relay.md leads from nothing to
    a mail in ten minutes.

    Example: sendas relay check relay.example.com
    """


@app.command()
def run(
    *,
    config: ConfigFile = FILE,
    profile: Profile = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log each mail, by id and label.")
    ] = False,
) -> None:
    """Run the relay in the foreground, until SIGTERM or Ctrl-C.

    SIGHUP reads the certificate again, which also happens when its files change.
    Exit status: 0 stopped; 2 the file, the certificate or the folder cannot be used,
    or a port cannot be opened.

    Example: sendas relay run --config /etc/sendas/sendas.toml
    """
    import logging
    import sys

    from sendas.aws.submitting import Submitter, key_source
    from sendas.relay.configured import settings_of, status_address
    from sendas.relay.running import run as run_it

    _, wanted = relay_of(config)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.WARNING,
        format="%(levelname)s %(message)s",
    )
    key = key_source(os.environ, profile)
    ses = Submitter(wanted.region, os.environ, key)
    if not wanted.certificate:
        talk("no certificate: nobody can log in; only the named networks can send")
    try:
        run_it(settings_of(wanted, os.environ, key), ses, os.environ, status_address(wanted))
    except PermissionError as error:
        msg = (
            f"a port cannot be opened: {error.strerror}; ports below 1024 need systemd's socket, "
            "CAP_NET_BIND_SERVICE, or root (docs/relay.md)"
        )
        raise UsageError(msg) from error
    except OSError as error:
        msg = f"cannot listen: {error.strerror or error}"
        raise UsageError(msg) from error


@app.command()
def check(  # noqa: PLR0913  one parameter per option
    host: Annotated[
        str | None, typer.Argument(metavar="HOST", help="Else the file's relay.")
    ] = None,
    *,
    username: Annotated[
        str | None, typer.Option("--username", metavar="USER", help="Log in too, as this mailbox.")
    ] = None,
    password_env: Annotated[
        str | None, typer.Option(metavar="NAME", help="Read the password from this variable.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read it from standard input.")
    ] = False,
    ports: Annotated[
        list[int] | None, typer.Option("--port", min=1, max=65535, help="Repeatable: 587, 465.")
    ] = None,
    config: ConfigFile = FILE,
    timeout: Annotated[
        float,
        typer.Option("--timeout", metavar="SECONDS", min=0.1, max=300, help="For each reply."),
    ] = 10.0,
    as_json: AsJson = False,
) -> None:
    """Dial the relay as Gmail does: name, certificate, AUTH; and try to misuse it.

    Gmail takes a certificate of a public authority for that very name only, and a server
    that offers AUTH under TLS. Without a login the relay must take no mail.
    Exit status: 0 all is well, 1 something is not, 3 it could not be reached.

    Example: sendas relay check relay.example.com
    """
    from sendas.cli.password import read_secret
    from sendas.relay.checking import look
    from sendas.relay.configured import ports_of
    from sendas.smtp.submission import PORTS
    from sendas.smtp.verdict import IMPLICIT_TLS_PORTS

    if host is None:
        _, wanted = relay_of(config)
        host = wanted.host
        known: Mapping[int, bool] = ports_of(wanted)
    else:
        known = PORTS
    secret = None
    if username is not None:
        secret = read_secret("relay password", stdin=password_stdin, env=password_env)
    elif password_env or password_stdin:
        msg = "a password needs --username: the mailbox, such as me@example.com"
        raise BadChoice(msg)
    asked = {port: known.get(port, port in IMPLICIT_TLS_PORTS) for port in ports or known}
    found = look(host, asked, os.environ, username, secret, timeout)
    if as_json:
        typer.echo(json.dumps({"schema": "sendas.relay-check/1", "host": host,
                               "ports": [one.as_json() for one in found]}, indent=2))  # fmt: skip
    else:
        for one in found:
            for line in one.lines():
                typer.echo(visible_lines(line))
    if any(one.well is None for one in found):
        raise typer.Exit(EXIT_COULD_NOT_LOOK)
    if not all(one.well for one in found):
        raise typer.Exit(EXIT_FAILING)


@app.command()
def template(
    *,
    config: ConfigFile = FILE,
    what: Annotated[
        str, typer.Option("--what", metavar="NAME", help="cloudformation, systemd, socket, oci.")
    ] = "cloudformation",
) -> None:
    """Print what runs the relay: a CloudFormation template, a systemd unit, an image's recipe.

    Asks nobody, changes nothing.  Exit status: 0 printed; 2 the file is wrong.

    Example: sendas relay template --what systemd
    """
    from sendas.relay.deploying import DEFINITIONS, definition
    from sendas.setup.template.relay_host import relay_template

    if what == "cloudformation":
        read, wanted = relay_of(config)
        typer.echo(relay_template(read, wanted).yaml(), nl=False)
        return
    if what not in DEFINITIONS:
        msg = f"--what {what!r}: there are cloudformation, {', '.join(DEFINITIONS)}"
        raise BadChoice(msg)
    typer.echo(definition(what), nl=False)
