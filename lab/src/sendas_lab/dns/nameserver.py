"""One authoritative name server: what it serves, and how it can misbehave."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum

import dnslib

from sendas_lab.dns.packets import failure, question_of, reply
from sendas_lab.dns.zone import Found, Kind, RecordSet, ZoneData, look_up, parents


class Fault(StrEnum):
    """What a broken name server does with every question."""

    TIMEOUT = "timeout"
    """Says nothing."""
    LAME = "lame"
    """Does not know the zone, and points up to the root (RFC 1912, 2.8)."""
    REFUSED = "refused"
    """Does not know the zone, and says REFUSED: what most servers do today."""
    SERVFAIL = "servfail"


ZoneSource = Callable[[], Mapping[str, ZoneData]]
"""The zones a server has as of now, by origin."""

_ROOT_HINT = RecordSet("", "NS", 518400, ("a.root-servers.net.",))


class NameServer:
    """A server with a name, a made-up address, and zones read live."""

    def __init__(self, name: str, address: str, zones: ZoneSource) -> None:
        self.name = name
        self.address = address
        self.fault: Fault | None = None
        self.delay = timedelta()
        self._zones = zones
        self._older: dict[str, ZoneData] = {}

    def keep_serving(self, origin: str) -> None:
        """From now on serve *origin* as it is now, whatever is edited later."""
        zone = self._zones().get(origin)
        if zone is not None:
            self._older[origin] = zone

    def mend(self) -> None:
        """Take back every fault, delay and older zone."""
        self.fault = None
        self.delay = timedelta()
        self._older.clear()

    def find(self, name: str, record_type: str) -> Found | Fault:
        """The answer, or the way in which there is none."""
        if self.fault is not None:
            return self.fault
        zones = {**self._zones(), **self._older}
        for origin in (*parents(name), ""):
            if origin in zones:
                return look_up(zones[origin], name, record_type)
        return Fault.REFUSED

    def respond(self, query: dnslib.DNSRecord) -> dnslib.DNSRecord | None:
        """The packet to send back; None means silence."""
        match self.find(*question_of(query)):
            case Found() as found:
                return reply(query, found, authoritative=True)
            case Fault.TIMEOUT:
                return None
            case Fault.LAME:
                up = Found(Kind.REFERRAL, (), (_ROOT_HINT,))
                return reply(query, up, authoritative=False)
            case Fault.REFUSED:
                return failure(query, "REFUSED")
            case Fault.SERVFAIL:
                return failure(query, "SERVFAIL")
