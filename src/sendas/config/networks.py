"""Networks that may send without a password, and why this can never be an open relay.

Loopback, private and link-local networks may be named as they are (RFC 1122, 1918, 3927,
4193, 4291): no stranger has such an address.  Public networks may be named too, but all of
them together may not be more than one /24, or one /56 of IPv6: an office, not the Internet.
Shared address space (100.64.0.0/10, RFC 6598) is the carrier's, so it counts as public.
"""

import ipaddress

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sendas.errors import UsageError


IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

MOST_PUBLIC = {4: 2 ** (32 - 24), 6: 2 ** (128 - 56)}
"""Addresses that all public networks together may have, by version of IP."""

_OURS = tuple(
    map(
        ipaddress.ip_network,
        (
            "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
            "::1/128", "fc00::/7", "fe80::/10",
        ),
    )
)  # fmt: skip


_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48")))
"""Behind which all of IPv4 stands, however small they are (NAT64: RFC 6052, 2.1; RFC 8215)."""


class BadNetwork(UsageError):
    """The text is no network that mail may be taken from without a password."""


@dataclass(frozen=True, slots=True)
class TrustedNetwork:
    """A network whose machines send without a password, and what they may send as."""

    name: str
    network: IpNetwork
    senders: tuple[str, ...]
    after_ses: bool = False


def parse_network(text: str) -> IpNetwork:
    """A network as people write it: ``192.168.1.0/24``, or one address.

    Raises:
        BadNetwork: It is none, or IPv4 in IPv6's clothes, or by itself too large.
    """
    try:
        network = ipaddress.ip_network(text.strip())
    except ValueError as error:
        msg = f"{text[:60]!r} is no network: {error}; write one such as 192.168.1.0/24"
        raise BadNetwork(msg) from None
    if network.version == 6 and network.network_address.ipv4_mapped is not None:  # noqa: PLR2004  of IP
        msg = f"{network} is IPv4 written as IPv6; write it as IPv4"
        raise BadNetwork(msg)
    if isinstance(network, ipaddress.IPv6Network) and any(map(network.overlaps, _TRANSLATED)):
        msg = f"{network} stands for addresses of IPv4 (NAT64): anybody could come from it"
        raise BadNetwork(msg)
    check_together([network])
    return network


def check_together(networks: Iterable[IpNetwork]) -> None:
    """Refuse networks that are too large together; what is private does not count.

    Raises:
        BadNetwork: With what they come to.
    """
    public = [one for one in networks if not _is_ours(one)]
    four = [one for one in public if isinstance(one, ipaddress.IPv4Network)]
    six = [one for one in public if isinstance(one, ipaddress.IPv6Network)]
    for version, size, most in (
        (4, sum(n.num_addresses for n in ipaddress.collapse_addresses(four)), "/24"),
        (6, sum(n.num_addresses for n in ipaddress.collapse_addresses(six)), "/56"),
    ):
        if size > MOST_PUBLIC[version]:
            named = ", ".join(str(one) for one in (four if version == 4 else six)[:5])  # noqa: PLR2004  of IP
            msg = (
                f"{named}: public networks may send without a password only if all of them "
                f"together are at most one {most}; give a password to whoever sends from there"
            )
            raise BadNetwork(msg)


def _is_ours(network: IpNetwork) -> bool:
    if isinstance(network, ipaddress.IPv4Network):
        return any(network.subnet_of(n) for n in _OURS if isinstance(n, ipaddress.IPv4Network))
    return any(network.subnet_of(n) for n in _OURS if isinstance(n, ipaddress.IPv6Network))


def parse_peer(text: str) -> IpAddress:
    """The address that a socket names; IPv4 in IPv6's clothes is IPv4, a zone index goes.

    Raises:
        ValueError: None.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def trusted(networks: Sequence[TrustedNetwork], peer: IpAddress) -> TrustedNetwork | None:
    """The smallest of *networks* that *peer* is in; None for a stranger."""
    found = [one for one in networks if peer in one.network]
    return min(found, key=lambda one: one.network.num_addresses, default=None)
