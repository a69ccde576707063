"""Ports for servers that must be told theirs before they start."""

import random
import socket


# Below Linux's ephemeral range (32768 and up): no client of another test is given it meanwhile.
_FIRST, _LAST = 20000, 32000


def free_port() -> int:
    """One of loopback that nobody listens on just now."""
    dice = random.SystemRandom()
    for _ in range(200):
        port = dice.randint(_FIRST, _LAST)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    msg = "no free port"
    raise AssertionError(msg)
