"""The zone a domain lives in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Zone:
    """The DNS zone the domain lives in, as delegated.

    *servers* are the name servers that the parent delegates to, by name;
    *apex* is the zone's name, which is the domain or a parent of it.
    """

    apex: str
    servers: tuple[str, ...]
