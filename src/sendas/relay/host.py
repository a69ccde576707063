"""What a connection needs of the relay that it belongs to."""

import asyncio
import ssl

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from sendas.config.networks import IpNetwork, TrustedNetwork
from sendas.relay.decide.figures import Taken
from sendas.relay.decide.guessing import Guessing
from sendas.relay.decide.limits import Limits, Load
from sendas.relay.decide.passwords import Password
from sendas.relay.decide.queued import Item, Mail
from sendas.relay.delivery import Delivery
from sendas.relay.mail_queue import MailQueue
from sendas.smtp.server.reply import Reply


class Line(Protocol):
    """One connection, as the relay counts it."""

    network: str
    """Which network it comes from (`guessing.network_of`)."""

    def stop(self) -> bool:
        """Go, unless a mail is under way; whether it went."""

    def abort(self) -> None:
        """Go, whatever is under way."""

    def overdue(self, now: float) -> None:
        """Hang up if it is too slow."""


class Host(Protocol):
    """What a session needs of the relay that it belongs to."""

    loop: asyncio.AbstractEventLoop
    host: str
    limits: Limits
    networks: tuple[TrustedNetwork, ...]
    proxies: tuple[IpNetwork, ...]
    tls: ssl.SSLContext | None
    queue: MailQueue
    delivery: Delivery
    guessing: Guessing
    figures: Taken
    receiving_bytes: int
    stopping: bool
    clock: Callable[[], datetime]

    def admit(self, session: Line) -> Reply | None:
        """Count a new connection, or say why it is turned away."""

    def gone(self, session: Line) -> None:
        """A connection is over."""

    def let_in(self, session: Line, password: Password) -> None:
        """A connection has logged in."""

    async def passwords(self, user: str) -> list[Password]:
        """Those of the mailbox *user*."""

    def load(self) -> Load:
        """How much is in use."""

    def took(self, mail: Mail, items: tuple[Item, ...]) -> None:
        """A mail is on disk: it goes out."""

    def keep(self, task: "asyncio.Task[Any]") -> None:
        """Hold on to a task until it is done."""
