"""The whole DNS of a lab: every server, who is delegated where, one resolver.

Addresses are documentation addresses (RFC 5737); 192.0.2.0/26 is name servers.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from sendas.dns.answers import Answer, Question
from sendas_lab.clock import Clock
from sendas_lab.dns.delegation_sets import SETS, name_servers
from sendas_lab.dns.nameserver import NameServer, ZoneSource
from sendas_lab.dns.provider import EditableZone, Provider, fixed_zone
from sendas_lab.dns.recursive import Resolver
from sendas_lab.dns.registry import ROOT, Registry
from sendas_lab.dns.sockets import LOOPBACK, Sockets
from sendas_lab.dns.zone import RecordSet, ZoneData, is_within, normal, txt_value
from sendas_lab.network import Network


DNS_PORT = 53
WORLD_SERVERS = ("ns1.world.example", "ns2.world.example")
AMAZON_SERVERS = ("ns1.amzndns.com", "ns2.amzndns.com")
AMAZON_DOMAINS = ("amazonaws.com", "amazonses.com")
PROVIDER_SERVERS = ("ns1.dns-host.example", "ns2.dns-host.example")
FORMER_SERVERS = ("ns1.former-host.example", "ns2.former-host.example")
_REVERSE = "in-addr.arpa"
_BLOCK = "192.0.2."

Published = Mapping[tuple[str, str], tuple[str, ...]]
"""Records by (name, type); TXT as plain text."""


def _nothing() -> Published:
    return {}


def _no_hosted_zones(_server: str) -> Mapping[str, ZoneData]:
    return {}


class Dns:
    """Zones, servers and the resolver; listening from `start` to `stop`.

    *provider* is where an owner's zone lives when it is not in Route 53;
    *former* is where it lived before, still there and no longer delegated.
    """

    def __init__(
        self,
        network: Network,
        clock: Clock,
        *,
        published: Callable[[], Published] = _nothing,
        hosted_zones: Callable[[str], Mapping[str, ZoneData]] = _no_hosted_zones,
    ) -> None:
        self.registry = Registry()
        self.provider = Provider(PROVIDER_SERVERS)
        self.former = Provider(FORMER_SERVERS)
        self.world = Provider(WORLD_SERVERS)
        self.servers: dict[str, NameServer] = {}
        self.resolver = Resolver(self.registry, self.servers.get, clock.now)
        self.resolver_address = (LOOPBACK, 0)
        self._network = network
        self._published = published
        self._sockets: Sockets | None = None
        self._build(hosted_zones)

    def resolve(self, question: Question) -> Answer:
        """What the public DNS says, CNAMEs followed: for servers of the lab."""
        return self.resolver.resolve(question)

    def host(self, name: str, address: str) -> None:
        """A host of the world: its A record, and the PTR of its address."""
        self.world_zone(name).set(name, "A", address)
        backwards = ".".join(reversed(address.split(".")))
        self.world_zone(_REVERSE).set(f"{backwards}.{_REVERSE}", "PTR", f"{normal(name)}.")

    def world_zone(self, name: str) -> EditableZone:
        """The world's zone that holds *name*: its last two labels, delegated at once."""
        origin = ".".join(normal(name).split(".")[-2:])
        if self.registry.servers_for(origin) == (ROOT,):
            self.registry.delegate(origin, WORLD_SERVERS, world=True)
        return self.world.zone(origin)

    def slow_down(self, by: timedelta) -> None:
        """Let every server, and the resolver, wait that long before each answer."""
        self.resolver.delay = by
        for server in self.servers.values():
            server.delay = by

    def start(self) -> None:
        """Listen on loopback, and put every server on the network's map."""
        self._sockets = Sockets()
        self.resolver_address = self._sockets.serve(self.resolver)
        for server in self.servers.values():
            really = self._sockets.serve(server)
            self._network.listen(server.address, DNS_PORT, really)
            self._network.listen(server.name, DNS_PORT, really)

    def stop(self) -> None:
        """Close every socket."""
        if self._sockets is not None:
            self._sockets.stop()
            self._sockets = None

    def reset(self) -> None:
        """No owner's zone and no fault remains; the world stays."""
        for provider in (self.provider, self.former):
            provider.reset()
        self.registry.reset()
        self.resolver.mend()
        for server in self.servers.values():
            server.mend()

    def _build(self, hosted_zones: Callable[[str], Mapping[str, ZoneData]]) -> None:
        self._serve((ROOT,), self.registry.zones, first=1)
        self._serve(WORLD_SERVERS, self.world.zones, first=2)
        self._serve(AMAZON_SERVERS, self._amazon_zones, first=4)
        for origin in AMAZON_DOMAINS:
            self.registry.delegate(origin, AMAZON_SERVERS, world=True)
        self._serve(PROVIDER_SERVERS, self.provider.zones, first=6)
        self._serve(FORMER_SERVERS, self.former.zones, first=8)
        for number in range(SETS):
            for place, name in enumerate(name_servers(number)):
                self._serve((name,), _on(hosted_zones, name), first=16 + 4 * number + place)
        self._publish_pointers()

    def _serve(self, names: Iterable[str], zones: ZoneSource, *, first: int) -> None:
        for number, name in enumerate(names, first):
            self.servers[name] = NameServer(name, f"{_BLOCK}{number}", zones)
            self.host(name, f"{_BLOCK}{number}")

    def _amazon_zones(self) -> Mapping[str, ZoneData]:
        published = self._published()
        return {
            origin: fixed_zone(origin, AMAZON_SERVERS, _record_sets(published, origin))
            for origin in AMAZON_DOMAINS
        }

    def _publish_pointers(self) -> None:
        for record_set in _record_sets(self._published(), _REVERSE):
            self.world_zone(_REVERSE).set(record_set.name, record_set.type, *record_set.values)


def _on(hosted_zones: Callable[[str], Mapping[str, ZoneData]], server: str) -> ZoneSource:
    return lambda: hosted_zones(server)


def _record_sets(published: Published, origin: str) -> list[RecordSet]:
    return [
        RecordSet(normal(name), record_type, 600, tuple(_value(record_type, v) for v in values))
        for (name, record_type), values in published.items()
        if is_within(normal(name), origin)
    ]


def _value(record_type: str, text: str) -> str:
    if record_type == "TXT":
        return txt_value(text)
    return text if record_type in {"A", "AAAA", "SOA"} else f"{text.rstrip('.')}."
