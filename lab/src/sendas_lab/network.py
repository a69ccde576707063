"""The lab's network: made-up addresses in front, loopback and free ports behind.

DNS in the lab answers with documentation addresses (RFC 5737), so that what a
person sees looks like the world.  Servers listen on loopback; `listen` records
which public ``host:port`` each one stands for, and becomes the dial map.

Receivers judge SPF by the client's address, which on loopback is always
127.0.0.1: whoever connects inside the lab announces its made-up source first
(`announce`), and the receiver looks it up by the connection (`source_of`).
"""

import threading

from sendas.dialmap import DialMap


class Network:
    """Who listens where, and who is calling."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pairs: dict[str, tuple[str, int]] = {}
        self._sources: dict[tuple[str, int], str] = {}

    def listen(self, host: str, port: int, really: tuple[str, int]) -> None:
        """Say that the public *host*, a name or address, at *port* is *really* there."""
        with self._lock:
            self._pairs[f"{host.lower().rstrip('.')}:{port}"] = really

    def hang_up(self, host: str, port: int) -> None:
        """Take the public *host* and *port* off the map: connecting now fails."""
        with self._lock:
            self._pairs.pop(f"{host.lower().rstrip('.')}:{port}", None)

    def dial_map(self) -> DialMap:
        """Everything that listens, as of now."""
        with self._lock:
            return DialMap(dict(self._pairs))

    def announce(self, local: tuple[str, int], source: str) -> None:
        """The connection made from *local* comes from the made-up address *source*."""
        with self._lock:
            self._sources[local] = source

    def source_of(self, peer: tuple[str, int]) -> str:
        """The made-up address behind *peer*, or *peer*'s own if nobody announced it."""
        with self._lock:
            return self._sources.get(peer, peer[0])

    def forget(self, local: tuple[str, int]) -> None:
        """The connection from *local* is closed."""
        with self._lock:
            self._sources.pop(local, None)
