"""Hosted zones of the lab's Route 53, read live from moto.

moto gives every zone the same four name servers; AWS gives each its own set,
which is why a second zone of the same name is not the one that answers.
"""

import itertools
import threading

from collections.abc import Iterator, Mapping
from typing import Any

import moto.route53.models as moto_route53

from moto.route53.models import route53_backends

from sendas_lab.dns.delegation_sets import SETS, name_servers
from sendas_lab.dns.zone import RecordSet, ZoneData, normal, zone_data


def hosted_zones(account_id: str, server: str) -> Mapping[str, ZoneData]:
    """The public zones of *account_id* whose delegation set holds *server*, by origin."""
    found: dict[str, ZoneData] = {}
    for zone in list(route53_backends[account_id]["aws"].zones.values()):
        servers = zone.delegation_set.name_servers if zone.delegation_set else ()
        if not zone.private_zone and server in map(normal, servers):
            found[normal(zone.name)] = zone_data(zone.name, _record_sets(zone))
    return found


def servers_of(account_id: str, zone_id: str) -> tuple[str, ...]:
    """The four name servers of one hosted zone, as its NS record set says."""
    zone = route53_backends[account_id]["aws"].zones[zone_id.rpartition("/")[2]]
    servers = zone.delegation_set.name_servers if zone.delegation_set else ()
    return tuple(normal(server) for server in servers)


def _record_sets(zone: moto_route53.FakeZone) -> Iterator[RecordSet]:
    for record_set in list(zone.rrsets):
        values = tuple(
            value["Value"] if isinstance(value, dict) else value for value in record_set.records
        )
        if values:  # an alias record has none, and mail needs no alias record
            yield RecordSet(
                normal(record_set.name),
                str(record_set.type),
                int(record_set.ttl or 300),
                tuple(_absolute(str(record_set.type), value) for value in values),
            )


def _absolute(record_type: str, value: str) -> str:
    # Route 53 reads every name as absolute, with or without the final dot (guide, "Supported
    # DNS record types").
    return f"{value.rstrip('.')}." if record_type in {"CNAME", "MX", "NS", "PTR"} else value


class _OwnServers(moto_route53.DelegationSet):
    """A delegation set with servers of its own."""

    _lock = threading.Lock()
    _turn = itertools.cycle(range(SETS))

    def __init__(
        self,
        caller_reference: str,
        name_servers_given: list[str] | None,
        delegation_set_id: str | None,
    ) -> None:
        with self._lock:
            own = list(name_servers(next(self._turn)))
        super().__init__(caller_reference, name_servers_given or own, delegation_set_id)


class _Journal(moto_route53.ChangeList):
    """A zone's changes, without those of record sets that were deleted since.

    moto refuses to CREATE what its journal says was created once, if any record
    set follows in the zone; Route 53 asks only what stands.
    """

    def append(self, item: Any) -> None:  # noqa: ANN401  moto's dict
        super().append(item)
        if item["Action"] == "DELETE":
            gone = _key(item)
            self[:] = [one for one in self if _key(one) != gone]


def _key(change: Mapping[str, Any]) -> tuple[Any, ...]:
    about = change["ResourceRecordSet"]
    return about["Name"], about["Type"], about.get("SetIdentifier")


def give_each_zone_its_own_servers() -> None:
    """Let moto hand out delegation sets in turn, as long as the process lives.

    And let a record set that was deleted be created again.
    """
    setattr(moto_route53, "ChangeList", _Journal)  # noqa: B010  mypy forbids assigning a type
    setattr(moto_route53, "DelegationSet", _OwnServers)  # noqa: B010  mypy forbids assigning a type
