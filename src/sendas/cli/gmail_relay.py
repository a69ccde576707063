"""``sendas gmail add`` for a mailbox with ``send = "relay"``: the relay's host and password."""

import json
import os

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sendas.cli import EXIT_COULD_NOT_LOOK, EXIT_FAILING
from sendas.cli.gmail_call import load_config, talk
from sendas.errors import UsageError


if TYPE_CHECKING:
    from sendas.config.model import Relay


class NotForRelay(UsageError):
    """Options that are about a key of AWS, which such a mailbox has not."""


def added_through_relay(
    address: str,
    config: Path | None,
    name: str | None,
    others: Sequence[object],
    *,
    as_json: bool,
) -> bool:
    """Lead through the dialog if the file says that *address* sends through its relay.

    *others* are options that make no sense then.

    Raises:
        NotForRelay: One of them is given.
        BadConfig: The file holds mistakes.
        MalformedAddress: *address* is none.
    """
    relay = relay_of(address, config)
    if relay is None:
        return False
    if any(others):
        msg = (
            f'{address} has send = "relay": its password is made and shown by '
            "`sendas relay password add`, on the relay; leave these options out"
        )
        raise NotForRelay(msg)
    add_through(relay, address, name, as_json=as_json)
    return True


def relay_of(address: str, config: Path | None) -> "Relay | None":
    """The file's relay, if *address* is a mailbox there that sends through it.

    Raises:
        BadConfig: The file holds mistakes.
        MalformedAddress: *address* is none.
    """
    from sendas.config.model import SendWay, UnknownDomain, UnknownMailbox
    from sendas.mail.address import Address

    loaded = load_config(config)
    own = Address(address)
    if loaded is None or loaded.relay is None:
        return None
    try:
        box = loaded.domain(own.domain).mailbox(own.local_part)
    except (UnknownDomain, UnknownMailbox):
        return None
    return loaded.relay if box.send is SendWay.RELAY else None


def add_through(relay: "Relay", address: str, name: str | None, *, as_json: bool) -> None:
    """Look at the relay as Gmail will, and say what to type; asks AWS nothing."""
    from sendas.credentials.decide import dialog
    from sendas.mail.address import Address
    from sendas.relay.checking import look

    own = Address(address)
    ports = dict.fromkeys(relay.starttls[:1], False) or {relay.tls[0]: True}
    (port, implicit), *_ = ports.items()
    found = look(relay.host, ports, os.environ, None, None, 10.0)
    sheets = dialog.relay_windows(own, name=name, host=relay.host, port=port, implicit=implicit)
    if as_json:
        answer = {
            "schema": "sendas.gmail-add-relay/1",
            "address": own,
            "relay": relay.host,
            "checks": [one.as_json() for one in found],
            "dialog": dialog.as_json(sheets),
        }
        typer.echo(json.dumps(answer, indent=2))
    else:
        for one in found:
            for line in one.lines():
                talk(line)
        if all(one.well for one in found):
            typer.echo(dialog.as_text(sheets))
    if any(one.well is None for one in found):
        raise typer.Exit(EXIT_COULD_NOT_LOOK)
    if not all(one.well for one in found):
        raise typer.Exit(EXIT_FAILING)
    talk(f"the password: on the relay, sendas relay password add {own} --label gmail")
    talk(f'before you press "Add Account": sendas gmail confirm {own}, in another window')
