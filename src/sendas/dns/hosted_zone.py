"""Zones as Route 53 holds them, delegated or not (Route 53 API, GetHostedZone)."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HostedZone:
    """A Route 53 zone of this account that could hold the domain's records."""

    zone_id: str
    name: str
    name_servers: tuple[str, ...]
    records: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """``"CNAME x._domainkey.example.com"`` to its values, for names mail asks about."""
