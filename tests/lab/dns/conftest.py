"""The lab's DNS alone, listening."""

from collections.abc import Callable, Iterator

import dns.message
import dns.query
import pytest

from sendas_lab.clock import Clock
from sendas_lab.dns.internet import Dns
from sendas_lab.network import Network


@pytest.fixture(scope="module")
def clock() -> Clock:
    """The lab's clock."""
    return Clock()


@pytest.fixture(scope="module")
def network() -> Network:
    """The lab's network."""
    return Network()


@pytest.fixture(scope="module")
def listening(network: Network, clock: Clock) -> Iterator[Dns]:
    """Every server on loopback; SES publishes two names."""
    published = {
        ("email-smtp.us-east-1.amazonaws.com", "A"): ("203.0.113.1",),
        ("amazonses.com", "TXT"): ("v=spf1 ip4:198.51.100.64/27 -all",),
    }
    dns = Dns(network, clock, published=lambda: published)
    dns.start()
    yield dns
    dns.stop()


@pytest.fixture
def internet(listening: Dns, clock: Clock) -> Dns:
    """The same, emptied, with example.com at the provider."""
    listening.reset()
    clock.reset()
    zone = listening.provider.zone("example.com")
    zone.set("example.com", "MX", "10 mx.example.com.")
    zone.set("mx.example.com", "A", "192.0.2.99")
    zone.set("example.com", "TXT", "v=spf1 -all")
    listening.registry.delegate("example.com", listening.provider.name_servers)
    return listening


Ask = Callable[..., dns.message.Message]


@pytest.fixture
def ask(internet: Dns, network: Network) -> Ask:
    """Ask a server, or the resolver, over UDP or TCP, with dnspython."""

    def query(
        name: str, record_type: str, server: str = "", *, tcp: bool = False, wait: float = 2
    ) -> dns.message.Message:
        host, port = network.dial_map().dial(server, 53) if server else internet.resolver_address
        carry = dns.query.tcp if tcp else dns.query.udp
        question = dns.message.make_query(name, record_type)
        return carry(question, host, port=port, timeout=wait)

    return query
