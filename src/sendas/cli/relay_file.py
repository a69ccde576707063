"""What each of `sendas relay`'s verbs begins with: the file's relay, and its queue."""

from pathlib import Path
from typing import TYPE_CHECKING

from sendas.errors import UsageError


if TYPE_CHECKING:
    from datetime import datetime

    from sendas.config.model import Config, Relay
    from sendas.credentials.decide.audited_relay import RelayPassword
    from sendas.outcome import Seen
    from sendas.relay.mail_queue import QueueAdmin


class NoRelay(UsageError):
    """sendas.toml has no ``[relay]``."""


class NotThere(UsageError):
    """No such mail or password."""


class BadChoice(UsageError):
    """The arguments do not go together."""


def relay_of(config: Path) -> "tuple[Config, Relay]":
    """The file, and its ``[relay]``.

    Raises:
        NoRelay: There is none.
    """
    from sendas.config.load import load

    read = load(config)
    if read.relay is None:
        msg = f'{config} has no [relay]; add one with host = "relay.example.com"'
        raise NoRelay(msg)
    return read, read.relay


def admin_of(wanted: "Relay") -> "QueueAdmin":
    """The relay's queue, for its owner: in its folder, or what relays share."""
    if wanted.bucket:
        import os

        from sendas.aws.submitting import key_source
        from sendas.relay.configured import door_of
        from sendas.relay.shared.admin import SharedAdmin

        door = door_of(wanted, os.environ, key_source(os.environ))
        return SharedAdmin(door, lambda: now().timestamp())
    from sendas.relay.on_disk.folder import Folder

    return Folder(Path(wanted.directory))


def passwords_seen(wanted: "Relay") -> "Seen[tuple[RelayPassword, ...]]":
    """The relay's passwords as an audit reads them, where they lie on this machine or in S3.

    A folder that is not there is not made: then this is another machine.
    """
    from sendas.credentials.decide.audited_relay import RelayPassword
    from sendas.errors import CouldNotLook
    from sendas.outcome import NoAnswer, Why
    from sendas.relay.mail_queue import BadQueue
    from sendas.relay.on_disk.schema import FILE

    try:
        if not wanted.bucket and not (Path(wanted.directory) / FILE).exists():
            words = f"the relay's passwords lie in {wanted.directory} of its machine: audit there"
            return NoAnswer(Why.UNREACHABLE, words)
        with admin_of(wanted) as admin:
            found = admin.passwords()
    except (BadQueue, CouldNotLook, OSError) as error:
        return NoAnswer(Why.UNREACHABLE, f"the relay's passwords: {error}")
    return tuple(
        RelayPassword(one.mailbox, one.label, one.created_at, one.last_used_at, one.last_used_from)
        for one in found
    )


def now() -> "datetime":
    """The time."""
    from sendas.relay.delivery import utc_now

    return utc_now()
