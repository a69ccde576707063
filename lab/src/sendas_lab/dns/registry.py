"""Which name servers each domain is delegated to: the parent's side of the DNS.

An edited zone that the registry does not name is not the domain's zone, as
when a person edits records at a provider they have moved away from.
"""

import threading

from collections.abc import Iterable, Mapping

from sendas_lab.dns.provider import fixed_zone
from sendas_lab.dns.zone import RecordSet, ZoneData, normal, parents


ROOT = "a.root-servers.net"
"""The one server above all domains; it plays root and registries together."""

_DELEGATION_TTL = 172800


class Registry:
    """Domains and the servers they are delegated to; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: dict[str, tuple[str, ...]] = {}
        self._world: dict[str, tuple[str, ...]] = {}

    def delegate(self, domain: str, servers: Iterable[str], *, world: bool = False) -> None:
        """Let *domain* be answered by *servers*; *world* survives `reset`."""
        names = tuple(normal(server) for server in servers)
        with self._lock:
            (self._world if world else self._servers)[normal(domain)] = names

    def withdraw(self, domain: str) -> None:
        """The domain is not registered any more: its names do not exist."""
        with self._lock:
            self._servers.pop(normal(domain), None)

    def reset(self) -> None:
        """Only the world's own domains remain."""
        with self._lock:
            self._servers.clear()

    def servers_for(self, name: str) -> tuple[str, ...]:
        """The servers to ask about *name*: those of the nearest delegated domain above it."""
        with self._lock:
            table = {**self._world, **self._servers}
        for parent in parents(normal(name)):
            if parent in table:
                return table[parent]
        return (ROOT,)

    def zones(self) -> Mapping[str, ZoneData]:
        """The root zone as of now: one delegation for each domain."""
        with self._lock:
            table = {**self._world, **self._servers}
        delegations = [
            RecordSet(domain, "NS", _DELEGATION_TTL, tuple(f"{server}." for server in servers))
            for domain, servers in table.items()
        ]
        return {"": fixed_zone("", (ROOT,), delegations)}
