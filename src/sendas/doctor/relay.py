"""What was seen of an own relay: its ports from outside, and what it says of itself; pure."""

import json

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sendas.outcome import NOT_ASKED, Seen
from sendas.smtp.submission import PORTS, Amiss, PortSeen, Remark, remarks


HEALTH_SCHEMA = "sendas.relay-health/1"
"""What ``/healthz`` of `sendas.relay` answers."""


class MalformedHealth(ValueError):
    """What answers is no relay's health."""


@dataclass(frozen=True, slots=True)
class RelayHealth:
    """What a relay says of itself.  *held_for*: what SES refuses all of its mail for, if it does.

    *troubles* are the kinds of alarms of the last hour; *due* and *held* count what waits.
    """

    held_for: str | None
    troubles: tuple[str, ...]
    due: int
    held: int
    oldest_seconds: float | None

    @property
    def oldest(self) -> timedelta:
        """How long the oldest mail that waits has waited."""
        return timedelta(seconds=self.oldest_seconds or 0)


@dataclass(frozen=True, slots=True)
class RelaySeen:
    """A relay as it was met: each port, dialled as Gmail does, and its health where it was had.

    *sender* is the address that the relay was asked to send as, behind a login.
    """

    host: str
    ports: tuple[PortSeen, ...]
    health: Seen[RelayHealth] = NOT_ASKED
    logged_in: bool = False
    sender: str | None = None

    def amiss(self, now: datetime, *kinds: Amiss) -> tuple[tuple[PortSeen, Remark], ...]:
        """Each remark of one of *kinds*, with the port it is about."""
        return tuple(
            (port, remark)
            for port in self.ports
            for remark in remarks(port, now)
            if remark.amiss in kinds
        )


@dataclass(frozen=True, slots=True)
class RelayToLookAt:
    """Which relay to look at.  *ports* say whether TLS begins at once.

    *status* is where ``/healthz`` is: *status_asked* tells that somebody said so, so that
    silence there is told, and not taken for another machine's.
    """

    host: str
    ports: Mapping[int, bool] = field(default_factory=lambda: PORTS)
    status: tuple[str, int] | None = None
    status_asked: bool = False


def parse_health(raw: bytes) -> RelayHealth:
    """What ``/healthz`` answered.

    Raises:
        MalformedHealth: It is something else.
    """
    try:
        read = json.loads(raw)
        if read["schema"] != HEALTH_SCHEMA:
            raise MalformedHealth(HEALTH_SCHEMA)
        oldest = read["oldest_seconds"]
        return RelayHealth(
            held_for=None if read["held_for"] is None else str(read["held_for"]),
            troubles=tuple(map(str, read["troubles"])),
            due=int(read["due"]),
            held=int(read["held"]),
            oldest_seconds=None if oldest is None else float(oldest),
        )
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise MalformedHealth(HEALTH_SCHEMA) from error
