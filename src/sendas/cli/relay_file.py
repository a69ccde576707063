"""What each of `sendas relay`'s verbs begins with: the file's relay, and its queue."""

from pathlib import Path
from typing import TYPE_CHECKING

from sendas.errors import UsageError


if TYPE_CHECKING:
    from datetime import datetime

    from sendas.config.model import Config, Relay
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
    """The relay's queue, for its owner."""
    from sendas.relay.on_disk.folder import Folder

    return Folder(Path(wanted.directory))


def now() -> "datetime":
    """The time."""
    from sendas.relay.delivery import utc_now

    return utc_now()
