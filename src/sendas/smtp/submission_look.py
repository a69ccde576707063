"""Dialling a submission server's ports as a client does, and as a stranger; nothing is sent."""

import ssl
import time

from collections.abc import Mapping

from sendas.dialmap import DialMap
from sendas.smtp.dialogue import dial
from sendas.smtp.probe import Probe, Stage
from sendas.smtp.session import Call, Credential
from sendas.smtp.stranger import what_a_stranger_may
from sendas.smtp.submission import PortSeen
from sendas.smtp.verdict import WELL


def look_at_ports(  # noqa: PLR0913  one keyword per circumstance of a look
    host: str,
    ports: Mapping[int, bool],
    dial_map: DialMap,
    *,
    credential: Credential | None = None,
    sender: str | None = None,
    timeout: float = 10.0,
) -> tuple[PortSeen, ...]:
    """What is seen of each of *ports* (whether TLS begins at once), in their order.

    With a *credential* the first that takes logins is logged in to, and *sender* asked for.
    *timeout* is for the connection and for each reply, in seconds.
    """
    found = []
    for port, implicit in ports.items():
        probe = dial(
            host, port, implicit_tls=implicit, tls=ssl.create_default_context(),
            clock=time.monotonic, credential=credential, dial_map=dial_map, timeout=timeout,
            sender=sender,
        )  # fmt: skip
        stranger = None
        if _took_logins(probe):
            stranger = what_a_stranger_may(
                Call(
                    host=host, port=port, implicit_tls=implicit, tls=ssl.create_default_context(),
                    clock=time.monotonic, dial_map=dial_map, timeout=timeout,
                )
            )  # fmt: skip
        found.append(PortSeen(probe, stranger))
    return tuple(found)


def _took_logins(probe: Probe) -> bool:
    """Whether AUTH was offered under TLS."""
    return bool(probe.mechanisms) and (
        probe.outcome in WELL
        or (probe.stage in {Stage.AUTH, Stage.SEND} and probe.reply is not None)
    )
