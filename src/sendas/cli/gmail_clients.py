"""``sendas gmail settings`` and ``password``: the credential in other mail programs."""

import sys

from enum import StrEnum
from typing import Annotated

import typer

from sendas.cli.gmail_call import Address, User, open_call, talk
from sendas.cli.shared_options import OptionalConfig, Output, Profile, RegionName
from sendas.errors import UsageError


class NotAsked(UsageError):
    """A password would go where nobody asked for it, or where it has no place."""


class Client(StrEnum):
    """Mail programs whose settings can be made."""

    APPLE = "apple"
    THUNDERBIRD = "thunderbird"
    OUTLOOK = "outlook"
    MSMTP = "msmtp"


def settings(  # noqa: PLR0913  one parameter per option
    address: Address,
    *,
    client: Annotated[Client, typer.Option("--client", help="Which mail program.")],
    mailbox: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Where you read, such as owner@gmail.com."),
    ] = None,
    output: Output = None,
    with_password: Annotated[
        bool, typer.Option("--with-password", help="Put the password into it.")
    ] = False,
    region: RegionName = None,
    config: OptionalConfig = None,
    user: User = None,
    profile: Profile = None,
) -> None:
    """Make the settings of another mail program; without the password unless asked.

    Example: sendas gmail settings me@example.com --client msmtp -o msmtprc
    """
    from sendas.files import check_writable, write_whole
    from sendas.gmail.clients import apple, msmtp, outlook, settings_for, thunderbird
    from sendas.mail.address import Address as OneAddress

    if with_password and client is Client.THUNDERBIRD:
        msg = "Thunderbird's file has no place for a password; it asks for it"
        raise NotAsked(msg)
    reads_at = OneAddress(mailbox) if mailbox else None
    if output is not None:
        check_writable(output)
    call = open_call(address, region, config, user, profile)
    stored = call.stored()
    made = settings_for(call.sender, stored, reads_at=reads_at, with_password=with_password)
    text = ""
    match client:
        case Client.APPLE:
            text = apple.profile(made).decode()
        case Client.THUNDERBIRD:
            text = thunderbird.autoconfig(made)
        case Client.OUTLOOK:
            text = outlook.steps(made)
        case Client.MSMTP:
            text = msmtp.configuration(made)
    if output is None:
        typer.echo(text, nl=False)
        return
    write_whole(output, text, private=True)
    talk(f"wrote {output}, readable by you alone")


def password(
    address: Address,
    *,
    region: RegionName = None,
    config: OptionalConfig = None,
    show: Annotated[bool, typer.Option("--show", help="Print it on a terminal, too.")] = False,
    profile: Profile = None,
) -> None:
    """Print the stored password and nothing else, for a program that asks for it.

    Such as msmtp's passwordeval. On a terminal it is printed only with --show.

    Example: sendas gmail password me@example.com --show
    """
    if sys.stdout.isatty() and not show:
        msg = "this would stay on the terminal; pipe it, or say --show"
        raise NotAsked(msg)
    typer.echo(open_call(address, region, config, None, profile).stored().password)
