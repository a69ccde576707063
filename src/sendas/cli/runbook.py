"""``sendas runbook``: what to do when mail is broken, written for this owner's own set-up."""

from typing import TYPE_CHECKING, Annotated

import typer

from sendas.cli.gmail_call import load_config, talk
from sendas.cli.shared_options import DomainName, OptionalConfig, Output, Profile
from sendas.errors import UsageError


if TYPE_CHECKING:
    from pathlib import Path

    from sendas.config.model import ConfiguredDomain
    from sendas.credentials.sender import Sender
    from sendas.gmail.decide.runbook import Standing


class NoFile(UsageError):
    """There is no file that says what the set-up is."""


def command(
    domain: DomainName = None,
    *,
    config: OptionalConfig = None,
    look: Annotated[
        bool, typer.Option("--look/--no-look", help="Ask the account how it stands.")
    ] = True,
    output: Output = None,
    profile: Profile = None,
) -> None:
    """Print the runbook of your own set-up, as Markdown.

    From sendas.toml and, if it can be reached, the account: when mail is broken,
    how to rotate, what to change in Gmail, whom to call. Changes nothing.

    Example: sendas runbook --output runbook.md
    """
    from datetime import UTC, datetime

    from sendas.credentials.sender import sender_of
    from sendas.files import check_writable, write_whole
    from sendas.gmail.decide.runbook import Subject, runbook

    if output:
        check_writable(output)
    loaded = load_config(config)
    if loaded is None:
        msg = "there is no sendas.toml here; `sendas init DOMAIN` writes one, --config names one"
        raise NoFile(msg)
    wanted = loaded.domain(domain)
    senders = tuple(
        sender_of(wanted.address_of(box), wanted.region, loaded)
        for box in wanted.mailboxes
        if box.send == "smtp" and not box.is_catch_all
    )
    subject = Subject(
        domain=wanted,
        senders=senders,
        alarms=loaded.alarms,
        made=datetime.now(UTC),  # noqa: TID251  the shell is where time comes from
        standing=_look(wanted, senders, config, profile) if look else None,
    )
    text = runbook(subject)
    if output:
        write_whole(output, text, private=True)
        talk(f"wrote {output}")
    else:
        typer.echo(text, nl=False)


def _look(
    domain: "ConfiguredDomain",
    senders: "tuple[Sender, ...]",
    config: "Path | None",
    profile: str | None,
) -> "Standing | None":
    """What the account says; None, and a word, without credentials."""
    from sendas.aws import sesv2
    from sendas.aws.mailbox_gateways import MailboxGateways
    from sendas.aws.session import open_session
    from sendas.cli.credentials_rotate import standing_of
    from sendas.cli.gmail_call import Call
    from sendas.credentials.doors import real_timing
    from sendas.errors import CouldNotLook
    from sendas.gmail.decide.runbook import Standing

    timing = real_timing()
    try:
        session = open_session(profile)
    except CouldNotLook as error:
        talk(f"the account was not asked: {error}")
        return None
    aws = MailboxGateways(session, domain.region)
    return Standing(
        account=sesv2.account(session, domain.region),
        identity=aws.identity(domain.name),
        keys=tuple((user, aws.keys_of(user)) for sender in senders for user in _users(sender)),
        rotations=tuple(
            (sender.address, standing_of(Call(sender, aws, timing), config, profile))
            for sender in senders
        ),
    )


def _users(sender: "Sender") -> "tuple[str, ...]":
    """The users that send in turn, and the one that stood before."""
    from sendas.credentials.decide.pair import pair_of

    return tuple(pair_of(sender.address, sender.user))
