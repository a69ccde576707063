"""``sendas relay``: SMTP in with passwords of our own, SES's API out."""

import json
import os

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING, new_app
from sendas.cli.plan_options import agree, talk
from sendas.cli.shared_options import FILE, AsJson, ConfigFile, Profile, Yes
from sendas.errors import UsageError
from sendas.text import visible_lines


if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sendas.config.model import Config, Relay
    from sendas.relay.queued import Item
    from sendas.relay.store import Store


app = new_app(no_args_is_help=True)
passwords = new_app(no_args_is_help=True)
queue = new_app(no_args_is_help=True)
app.add_typer(passwords, name="password")
app.add_typer(queue, name="queue")

_MAX_LISTED = 100_000


@app.callback()
def relay() -> None:
    """Take mail with passwords of your own, and hand it to SES's API.

    For Gmail's "Send mail as", printers, shops and programs: each has a password that is
    made, seen and revoked alone, and no key of AWS.  docs/relay.md leads from nothing to
    a mail in ten minutes.

    Example: sendas relay check relay.example.com
    """


class NoRelay(UsageError):
    """sendas.toml has no ``[relay]``."""


class NotThere(UsageError):
    """No such mail or password."""


class BadChoice(UsageError):
    """The arguments do not go together."""


MailId = Annotated[str, typer.Argument(metavar="ID", help="The queue id, as `list` shows it.")]


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

    _, wanted = _relay_of(config)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.WARNING,
        format="%(levelname)s %(message)s",
    )
    ses = Submitter(wanted.region, os.environ, key_source(os.environ, profile))
    if not wanted.certificate:
        talk("no certificate: nobody can log in; only the named networks can send")
    try:
        run_it(settings_of(wanted), ses, os.environ, status_address(wanted))
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
    from sendas.relay.checking import PORTS, look
    from sendas.smtp.verdict import IMPLICIT_TLS_PORTS

    if host is None:
        _, wanted = _relay_of(config)
        host = wanted.host
        known: Mapping[int, bool] = {
            **dict.fromkeys(wanted.starttls, False),
            **dict.fromkeys(wanted.tls, True),
        }
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
        read, wanted = _relay_of(config)
        typer.echo(relay_template(read, wanted).yaml(), nl=False)
        return
    if what not in DEFINITIONS:
        msg = f"--what {what!r}: there are cloudformation, {', '.join(DEFINITIONS)}"
        raise BadChoice(msg)
    typer.echo(definition(what), nl=False)


@passwords.callback()
def password() -> None:
    """Make, list and revoke passwords of our own.

    Example: sendas relay password add me@example.com --label gmail
    """


@queue.callback()
def the_queue() -> None:
    """Look at what waits; try it again, hold it, drop it.

    Example: sendas relay queue list
    """


# Passwords ---------------------------------------------------------------------------


@passwords.command("add")
def add_password(
    mailbox: Annotated[str, typer.Argument(metavar="MAILBOX", help="Such as me@example.com.")],
    *,
    label: Annotated[str, typer.Option(help="Who uses it: gmail, printer, shop.")],
    sender: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS|*@DOMAIN", help="What it may send as, if not the mailbox; repeatable."
        ),
    ] = None,
    after_ses: Annotated[
        bool, typer.Option("--after-ses", help="Answer 250 only once SES took the mail.")
    ] = False,
    config: ConfigFile = FILE,
) -> None:
    """Make a password and print it, once: the bare secret on stdout, all else on stderr.

    It cannot be shown again; what is kept is its digest.  A relay that runs knows it at once.
    Exit status: 0 made; 2 the mailbox is not at a domain of the file, or the label is taken.

    Example: sendas relay password add me@example.com --label gmail
    """
    import secrets

    from functools import partial

    from sendas.mail.address import Address, domain_of
    from sendas.relay.passwords import (
        SALT_BYTES,
        SECRET_BYTES,
        make_password,
        parse_label,
        secret_from,
    )
    from sendas.relay.senders import parse_sender
    from sendas.relay.store import put_password

    read, wanted = _relay_of(config)
    own = Address(mailbox)
    senders = tuple(map(parse_sender, sender or [own]))
    ours = {one.name for one in read.domains if one.region == wanted.region}
    for address in (own, *senders):
        if domain_of(address) not in ours:
            msg = (
                f"{address} is at no domain of {config} in {wanted.region}; SES would refuse its "
                "mail"
            )
            raise BadChoice(msg)
    secret = secret_from(secrets.token_bytes(SECRET_BYTES))
    made = make_password(
        secret, secrets.token_bytes(SALT_BYTES), mailbox=own, label=parse_label(label),
        senders=senders, after_ses=after_ses, now=_now(),
    )  # fmt: skip
    with _store(wanted) as store:
        if not store.write(partial(put_password, one=made)):
            msg = f"{made.name} exists; choose another label, or revoke it first"
            raise BadChoice(msg)
    talk(f"host {wanted.host}, port {_first_port(wanted)}, user name {own}; the password, once:")
    typer.echo(secret)


@passwords.command("list")
def list_passwords(*, config: ConfigFile = FILE, as_json: AsJson = False) -> None:
    """List the passwords: whose, made when, last used when and from which network.

    Exit status: 0.

    Example: sendas relay password list --json
    """
    from sendas.relay.shown import password_json, password_line

    _, wanted = _relay_of(config)
    with _store(wanted) as store:
        found = store.passwords()
    if as_json:
        listed = [password_json(one) for one in found]
        typer.echo(
            json.dumps({"schema": "sendas.relay-passwords/1", "passwords": listed}, indent=2)
        )
        return
    for one in found:
        typer.echo(visible_lines(password_line(one, _now())))
    talk(f"{len(found)} passwords")


@passwords.command("revoke")
def revoke_password(
    name: Annotated[
        str, typer.Argument(metavar="MAILBOX/LABEL", help="Such as me@example.com/gmail.")
    ],
    *,
    yes: Yes = False,
    config: ConfigFile = FILE,
) -> None:
    """Revoke one password; the mailbox's others stay.  Mail it sent before goes on.

    A connection that is logged in with it may send until it ends, five minutes after it
    falls silent.  Exit status: 0 revoked; 2 there is none of that name.

    Example: sendas relay password revoke me@example.com/printer
    """
    from functools import partial

    from sendas.relay.store import remove_password

    _, wanted = _relay_of(config)
    mailbox, _, label = name.rpartition("/")
    with _store(wanted) as store:
        if not any(one.label == label for one in store.passwords(mailbox)):
            msg = f"there is no password {name}; `sendas relay password list` shows them"
            raise NotThere(msg)
        agree(f"revoke {name}? whoever uses it can send no more", yes=yes)
        store.write(partial(remove_password, mailbox=mailbox, label=label))
    talk(f"{name} is revoked")


# The queue ---------------------------------------------------------------------------


@queue.command("list")
def list_queue(
    *,
    all_: Annotated[bool, typer.Option("--all", help="What ended in the last week, too.")] = False,
    config: ConfigFile = FILE,
    as_json: AsJson = False,
) -> None:
    """List what waits, the oldest first: id, state, age, size, from whom, to whom.

    Exit status: 0 nothing is held or refused; 1 something is.

    Example: sendas relay queue list
    """
    from sendas.relay.shown import item_json, queue_line

    _, wanted = _relay_of(config)
    states = "" if all_ else "t.state IN ('due', 'sending', 'refused', 'uncertain') AND "
    with _store(wanted) as store:
        found = store.items(f"{states}1 ORDER BY m.id LIMIT ?", [_MAX_LISTED])
        counts = store.counts()
    if as_json:
        listed = [item_json(one) for one in found]
        typer.echo(json.dumps({"schema": "sendas.relay-queue/1", "tasks": listed}, indent=2))
    else:
        for one in found:
            typer.echo(visible_lines(queue_line(one, _now())))
        talk(f"{len(found)} tasks" + (" listed, and more" if len(found) == _MAX_LISTED else ""))
    if counts.held or counts.refused or counts.uncertain:
        raise typer.Exit(EXIT_FAILING)


@queue.command("show")
def show(
    mail: MailId,
    *,
    content: Annotated[
        bool, typer.Option("--content", help="Print the mail itself, and nothing else.")
    ] = False,
    config: ConfigFile = FILE,
    as_json: AsJson = False,
) -> None:
    """Show all that is known of one mail: who sent it, what SES said, when it is tried next.

    Exit status: 0 shown; 2 there is none of that id.

    Example: sendas relay queue show AABVJ2Y5R4KQA
    """
    import sys

    from sendas.relay.shown import details, item_json

    _, wanted = _relay_of(config)
    with _store(wanted) as store:
        found = _items(store, mail)
        raw = store.content(found[0].mail.id) if content else None
    if content:
        if raw is None:
            msg = f"the content of {mail} is gone: every recipient's is sent"
            raise NotThere(msg)
        sys.stdout.buffer.write(raw)
    elif as_json:
        listed = [item_json(one) for one in found]
        typer.echo(json.dumps({"schema": "sendas.relay-queue/1", "tasks": listed}, indent=2))
    else:
        typer.echo("\n".join(details(found)))


@queue.command("retry")
def retry(
    mails: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Queue ids, or --all.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that waits or is held.")] = False,
    config: ConfigFile = FILE,
) -> None:
    """Let mail be tried now: what waits, what is held, and, by its id, what was refused.

    Where an answer of SES was lost, the recipient may get it twice.
    Exit status: 0 it is due; 2 there is none of that id.

    Example: sendas relay queue retry --all
    """
    from functools import partial

    from sendas.relay.queued import released
    from sendas.relay.store import change_items

    if bool(mails) == everything:
        msg = "give queue ids, or --all"
        raise BadChoice(msg)
    _, wanted = _relay_of(config)
    with _store(wanted) as store:
        if everything:
            found = store.items("t.state = 'due' LIMIT ?", [_MAX_LISTED])
        else:
            found = [one for mail in mails or () for one in _items(store, mail)]
        now = _now()
        changes = [
            (one, released(one, now)) for one in found if one.task.state not in {"sending", "done"}
        ]
        count = store.write(partial(change_items, changes=changes))
        store.ask_for_retry()
    talk(f"{count} tasks are due now")


@queue.command("hold")
def hold(mail: MailId, *, config: ConfigFile = FILE) -> None:
    """Keep one mail from being sent until `retry` releases it.

    Exit status: 0 held; 2 there is none of that id, or it has gone.

    Example: sendas relay queue hold AABVJ2Y5R4KQA
    """
    from functools import partial

    from sendas.relay.queued import held_by_owner
    from sendas.relay.store import change_items

    _, wanted = _relay_of(config)
    with _store(wanted) as store:
        waiting = [one for one in _items(store, mail) if one.task.state == "due"]
        changes = [(one, held_by_owner(one)) for one in waiting]
        if not store.write(partial(change_items, changes=changes)):
            msg = f"{mail} is not waiting any more"
            raise NotThere(msg)
    talk(f"{mail} is held")


@queue.command("drop")
def drop(mail: MailId, *, yes: Yes = False, config: ConfigFile = FILE) -> None:
    """Forget one mail: it is not sent, and nobody is told.

    Exit status: 0 dropped; 2 there is none of that id, or nobody said yes.

    Example: sendas relay queue drop AABVJ2Y5R4KQA --yes
    """
    from functools import partial

    from sendas.relay.store import drop_mail

    _, wanted = _relay_of(config)
    with _store(wanted) as store:
        found = _items(store, mail)
        one = found[0].mail
        agree(visible_lines(f"forget the mail of {one.author}, {one.size} bytes?"), yes=yes)
        store.write(partial(drop_mail, mail_id=one.id))
        store.drop_spool(one.id)
    talk(f"{mail} is dropped")


def _items(store: "Store", mail: str) -> "list[Item]":
    from sendas.relay.queued import id_of

    number = id_of(mail)
    found = store.items("m.id = ? ORDER BY t.name", [number]) if number is not None else []
    if not found:
        shown = visible_lines(mail)[:40]
        msg = f"there is no mail {shown} in the queue; `sendas relay queue list` shows it"
        raise NotThere(msg)
    return found


def _relay_of(config: Path) -> "tuple[Config, Relay]":
    from sendas.config.load import load

    read = load(config)
    if read.relay is None:
        msg = f'{config} has no [relay]; add one with host = "relay.example.com"'
        raise NoRelay(msg)
    return read, read.relay


def _store(wanted: "Relay") -> "Store":
    from sendas.relay.store import open_store

    return open_store(Path(wanted.directory))


def _first_port(wanted: "Relay") -> int:
    return next(iter((*wanted.starttls, *wanted.tls)))


def _now() -> "datetime":
    from sendas.relay.delivery import utc_now

    return utc_now()
