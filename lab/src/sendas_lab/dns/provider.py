"""A DNS provider other than Route 53: zones that a person edits by hand."""

import threading

from collections.abc import Iterable, Mapping

from sendas_lab.dns.zone import (
    NEGATIVE_TTL,
    RecordSet,
    ZoneData,
    normal,
    txt_value,
    zone_data,
)


class EditableZone:
    """One zone whose record sets can be set and removed, from any thread."""

    def __init__(
        self, origin: str, name_servers: Iterable[str], *, negative_ttl: int = NEGATIVE_TTL
    ) -> None:
        self.origin = normal(origin)
        self._lock = threading.Lock()
        self._serial = 1
        self._negative_ttl = negative_ttl
        self._servers = tuple(normal(server) for server in name_servers)
        self._sets: dict[tuple[str, str], RecordSet] = {}
        self.set(self.origin, "NS", *(f"{server}." for server in self._servers), ttl=86400)

    def set(self, name: str, record_type: str, *values: str, ttl: int = 300) -> None:
        """Put these *values* in place of what is there; plain TXT text is quoted and cut."""
        name = normal(name)
        record_type = record_type.upper()
        if record_type == "TXT":
            values = tuple(v if v.startswith('"') else txt_value(v) for v in values)
        with self._lock:
            self._sets[name, record_type] = RecordSet(name, record_type, ttl, values)
            self._serial += 1

    def add(self, name: str, record_type: str, *values: str, ttl: int = 300) -> None:
        """Put these *values* beside what is there."""
        before = self.data().at(normal(name), record_type.upper())
        self.set(name, record_type, *(before.values if before else ()), *values, ttl=ttl)

    def remove(self, name: str, record_type: str) -> None:
        """Take the record set away, if it is there."""
        with self._lock:
            self._sets.pop((normal(name), record_type.upper()), None)
            self._serial += 1

    def data(self) -> ZoneData:
        """The zone as of now, with its SOA."""
        with self._lock:
            primary = self._servers[0] if self._servers else "invalid"
            soa = (
                f"{primary}. hostmaster.{self.origin or 'invalid'}. {self._serial} "
                f"7200 900 1209600 {self._negative_ttl}"
            )
            sets = {
                (self.origin, "SOA"): RecordSet(self.origin, "SOA", 900, (soa,)),
                **self._sets,
            }
        return ZoneData(self.origin, sets)


class Provider:
    """Zones on the same name servers."""

    def __init__(self, name_servers: Iterable[str]) -> None:
        self.name_servers = tuple(name_servers)
        self._lock = threading.Lock()
        self._zones: dict[str, EditableZone] = {}

    def zone(self, origin: str, *, negative_ttl: int = NEGATIVE_TTL) -> EditableZone:
        """The zone *origin*, made when it is not there yet."""
        with self._lock:
            origin = normal(origin)
            if origin not in self._zones:
                self._zones[origin] = EditableZone(
                    origin, self.name_servers, negative_ttl=negative_ttl
                )
            return self._zones[origin]

    def remove(self, origin: str) -> None:
        """Delete the whole zone."""
        with self._lock:
            self._zones.pop(normal(origin), None)

    def reset(self) -> None:
        """Delete every zone."""
        with self._lock:
            self._zones.clear()

    def zones(self) -> Mapping[str, ZoneData]:
        """Every zone as of now, by its origin."""
        with self._lock:
            return {origin: zone.data() for origin, zone in self._zones.items()}


def fixed_zone(
    origin: str, name_servers: Iterable[str], record_sets: Iterable[RecordSet]
) -> ZoneData:
    """A zone of the world: *record_sets*, with SOA and NS added."""
    made = EditableZone(origin, name_servers).data()
    return zone_data(origin, [*made.record_sets.values(), *record_sets])
