"""systemd's side: sockets that it opened for us, and telling it how we are.

Source: sd_listen_fds(3), sd_notify(3).  Both are a few lines over a socket, so nothing is
imported for them.
"""

import os
import socket

from collections.abc import Mapping, MutableMapping

from sendas.errors import UsageError
from sendas.relay.decide.offers import Door


_FIRST = 3
"""SD_LISTEN_FDS_START."""


class BadSocket(UsageError):
    """A socket that was handed over has a name that says nothing."""


def given_sockets(environment: MutableMapping[str, str]) -> list[tuple[Door, socket.socket]]:
    """The listening sockets that systemd opened, by ``FileDescriptorName=``: starttls or tls.

    Raises:
        BadSocket: One is called otherwise.
    """
    mine = environment.pop("LISTEN_PID", "") == str(os.getpid())
    count = environment.pop("LISTEN_FDS", "")
    names = environment.pop("LISTEN_FDNAMES", "").split(":")
    if not mine or not count.isdecimal():
        return []
    found = []
    for number in range(int(count)):
        name = names[number] if number < len(names) else ""
        try:
            door = Door(name.partition("-")[0])
        except ValueError as error:
            msg = (
                f"systemd's socket {name!r} is neither starttls nor tls; "
                "write FileDescriptorName=starttls or tls into its unit"
            )
            raise BadSocket(msg) from error
        one = socket.socket(fileno=_FIRST + number)
        one.setblocking(False)  # noqa: FBT003  the socket's own
        found.append((door, one))
    return found


def notify(environment: Mapping[str, str], *states: str) -> None:
    """Tell systemd, if it wants to hear: ``READY=1``, ``STOPPING=1``, ``WATCHDOG=1``."""
    path = environment.get("NOTIFY_SOCKET", "")
    if not path:
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as one:
        try:
            one.sendto("\n".join(states).encode(), address)
        except OSError:
            return  # a supervisor that is gone is not our trouble


def watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    """How often systemd wants a sign of life; half of what it allows."""
    micros = environment.get("WATCHDOG_USEC", "")
    return int(micros) / 2_000_000 if micros.isdecimal() and int(micros) else None
