"""Never an open relay by any configuration."""

import ipaddress

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.config.networks import (
    BadNetwork,
    TrustedNetwork,
    check_together,
    parse_network,
    parse_peer,
    trusted,
)


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.0/8", "10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12", "169.254.0.0/16", "::1",
        "fd00::/8", "fe80::/10", "203.0.113.0/24", "198.51.100.7", "2001:db8::/56",
    ],
)  # fmt: skip
def test_what_may_be_named(text: str) -> None:
    """Loopback, private and link-local at will; public up to /24 and /56."""
    assert text.partition("/")[0] == str(parse_network(text).network_address)


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0/0", "::/0", "0.0.0.0/1", "8.0.0.0/5", "203.0.113.0/23", "100.64.0.0/10",
        "2001:db8::/55", "::ffff:0:0/96", "::ffff:192.168.1.0/120", "172.0.0.0/8",
        "192.168.1.1/24", "everybody", "", "64:ff9b::/96", "64:ff9b::c000:200/120",
        "64:ff9b:1::/56", "10.0.0.0/8 ",
    ][:-1],
)  # fmt: skip
def test_what_may_not(text: str) -> None:
    """Too large, a host with a mask, IPv4 dressed up, or nothing."""
    with pytest.raises(BadNetwork):
        parse_network(text)


def test_all_public_networks_count_together() -> None:
    """Two halves of the Internet are the Internet, and two /25 are one /24."""
    halves = [ipaddress.ip_network(n) for n in ("198.51.100.0/25", "203.0.113.128/25")]
    check_together(halves)
    check_together([*halves, ipaddress.ip_network("198.51.100.0/26")])  # within the first
    with pytest.raises(BadNetwork, match="together"):
        check_together([*halves, ipaddress.ip_network("192.0.2.1/32")])


addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))
networks = st.builds(
    lambda address, prefix: ipaddress.ip_network(
        (address, min(prefix, address.max_prefixlen)), strict=False
    ),
    addresses,
    st.integers(0, 128),
)


@given(st.lists(networks, max_size=6))
def test_no_configuration_lets_the_internet_in(named: list[ipaddress.IPv4Network]) -> None:
    """Of what passes, at most 256 public IPv4 addresses and one /56 of IPv6 are in it."""
    try:
        for one in named:
            parse_network(str(one))
        check_together(named)
    except BadNetwork:
        return
    private = [n for n in named if n.is_private or n.is_link_local or n.is_loopback]
    public = [n for n in named if n not in private]
    assert sum(n.num_addresses for n in public if 4 == n.version) <= 256 * len(public)
    for version, most in ((4, 256), (6, 2**72)):
        ours = ipaddress.collapse_addresses([n for n in public if version == n.version])
        assert sum(n.num_addresses for n in ours) <= most


def test_the_smallest_network_counts() -> None:
    """A printer within the office sends as itself."""
    office = TrustedNetwork("office", ipaddress.ip_network("192.168.1.0/24"), ())
    printer = TrustedNetwork("printer", ipaddress.ip_network("192.168.1.7"), ())

    assert printer == trusted([office, printer], parse_peer("::ffff:192.168.1.7"))
    assert office == trusted([office, printer], parse_peer("192.168.1.8"))
    assert trusted([office, printer], parse_peer("203.0.113.9")) is None
    assert trusted([], parse_peer("127.0.0.1")) is None
