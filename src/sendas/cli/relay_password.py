"""``sendas relay password``: made, listed, revoked."""

import json

from typing import Annotated

import typer

from sendas.cli import new_app
from sendas.cli.plan_options import agree, talk
from sendas.cli.relay_file import BadChoice, NotThere, admin_of, now, relay_of
from sendas.cli.shared_options import FILE, AsJson, ConfigFile, Yes
from sendas.text import visible_lines


app = new_app(no_args_is_help=True)


@app.callback()
def password() -> None:
    """Make, list and revoke passwords of our own.

    Example: sendas relay password add me@example.com --label gmail
    """


@app.command("add")
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

    from sendas.mail.address import Address, domain_of
    from sendas.relay.decide.passwords import (
        SALT_BYTES,
        SECRET_BYTES,
        make_password,
        parse_label,
        secret_from,
    )
    from sendas.relay.decide.senders import parse_sender

    read, wanted = relay_of(config)
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
        senders=senders, after_ses=after_ses, now=now(),
    )  # fmt: skip
    with admin_of(wanted) as admin:
        if not admin.add_password(made):
            msg = f"{made.name} exists; choose another label, or revoke it first"
            raise BadChoice(msg)
    port = next(iter((*wanted.starttls, *wanted.tls)))
    talk(f"host {wanted.host}, port {port}, user name {own}; the password, once:")
    typer.echo(secret)


@app.command("list")
def list_passwords(*, config: ConfigFile = FILE, as_json: AsJson = False) -> None:
    """List the passwords: whose, made when, last used when and from which network.

    Exit status: 0.

    Example: sendas relay password list --json
    """
    from sendas.relay.decide.shown import password_json, password_line

    _, wanted = relay_of(config)
    with admin_of(wanted) as admin:
        found = admin.passwords()
    if as_json:
        listed = [password_json(one) for one in found]
        typer.echo(
            json.dumps({"schema": "sendas.relay-passwords/1", "passwords": listed}, indent=2)
        )
        return
    for one in found:
        typer.echo(visible_lines(password_line(one, now())))
    talk(f"{len(found)} passwords")


@app.command("revoke")
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
    _, wanted = relay_of(config)
    mailbox, _, label = name.rpartition("/")
    with admin_of(wanted) as admin:
        if not any(one.label == label for one in admin.passwords(mailbox)):
            msg = f"there is no password {name}; `sendas relay password list` shows them"
            raise NotThere(msg)
        agree(f"revoke {name}? whoever uses it can send no more", yes=yes)
        admin.remove_password(mailbox, label)
    talk(f"{name} is revoked")
