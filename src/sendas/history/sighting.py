"""Who sent, from where and with what, summed up from the history: pure.

SES's events name the IAM user that sent (``ses:caller-identity``), the address it
came from and the call; a mail's own header names the program.
"""

import ipaddress

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sendas.history.line import Line


_PREFIXES = {4: 24, 6: 48}
"""What one household or office has, as a rule: nearer is no new place."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Mails of one credential that are alike; *sample* is one of them.

    *first* and *last* are when SES took them, UTC, ISO 8601 to the millisecond.
    """

    first: str
    last: str
    mails: int
    sample: Line

    @property
    def credential(self) -> str:
        """The IAM user's name."""
        return self.sample.credential

    @property
    def network(self) -> str:
        """The network it came from: ``192.0.2.0/24``; empty if the event does not tell."""
        return network_of(self.sample.source_ip)


def network_of(address: str) -> str:
    """The network that *address* is in; empty if it is none."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((ip, _PREFIXES[ip.version]), strict=False))


def by_network(sightings: Iterable[Sighting]) -> dict[str, Sighting]:
    """One for each network, summed up."""
    found: dict[str, Sighting] = {}
    for one in sightings:
        known = found.get(one.network)
        if known is None:
            found[one.network] = one
            continue
        newest = max(known, one, key=lambda it: it.last)
        found[one.network] = replace(
            newest, first=min(known.first, one.first), mails=known.mails + one.mails
        )
    return found
