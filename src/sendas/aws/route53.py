"""Route 53: the zones of this account that could hold the domain's records.

A zone here need not be the one that the world asks: its name servers tell.
Route 53 is global; it allows five questions a second and account.
"""

import re

from collections.abc import Iterable

from sendas.aws.paging import Page, entries_of, pages
from sendas.aws.reading import Raw, understand
from sendas.aws.session import Session
from sendas.dns.hosted_zone import HostedZone
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region


_TYPES = frozenset({"A", "AAAA", "CNAME", "MX", "NS", "SOA", "TXT"})
_MOST_PAGES = 200
"""Of 300 records each: six times the quota of a zone (Route 53 guide, "Quotas")."""

_OCTAL = re.compile(r"\\(\d{3})")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def hosted_zones(session: Session, region: Region, domain: str) -> Seen[tuple[HostedZone, ...]]:
    """The public zones named *domain* or a parent of it, the longest name first.

    Several may share a name.  Records are those that mail asks about: at
    *domain*, at or below names with an underscore, and every MX and SPF text.
    """
    found: list[HostedZone] = []
    for name in candidates(domain):
        answer = session.ask("route53", "ListHostedZonesByName", region=region, DNSName=name)
        if isinstance(answer, NoAnswer):
            return answer
        for zone_id in parse_zone_ids(answer, name):
            zone = _zone(session, region, zone_id, domain)
            if isinstance(zone, NoAnswer):
                return zone
            found.append(zone)
    return tuple(found)


def candidates(domain: str) -> tuple[str, ...]:
    """*domain* and its parents, down to two labels: ``a.example.com``, ``example.com``."""
    labels = domain.lower().rstrip(".").split(".")
    return tuple(".".join(labels[i:]) for i in range(max(len(labels) - 1, 1)))


def _zone(session: Session, region: Region, zone_id: str, domain: str) -> Seen[HostedZone]:
    zone = session.ask("route53", "GetHostedZone", region=region, Id=zone_id)
    if isinstance(zone, NoAnswer):
        return zone
    told = pages(
        session,
        "route53",
        "ListResourceRecordSets",
        _next_records,
        region=region,
        most=_MOST_PAGES,
        HostedZoneId=zone_id,
    )
    sets = entries_of(told, "ResourceRecordSets")
    if isinstance(sets, NoAnswer):
        return sets
    return understand(zone, lambda raw: parse_zone(raw, sets or (), domain))


def _next_records(answer: Raw) -> Page:
    """A page begins with a record set, which three fields name; at least two are there."""
    if not answer.get("IsTruncated"):
        return {}
    return {
        "StartRecordName": answer["NextRecordName"],
        "StartRecordType": answer["NextRecordType"],
        **(
            {"StartRecordIdentifier": answer["NextRecordIdentifier"]}
            if answer.get("NextRecordIdentifier")
            else {}
        ),
    }


def parse_zone_ids(raw: Raw, name: str) -> tuple[str, ...]:
    """The ids of the public zones called *name*; the list goes on with other names."""
    return tuple(
        zone["Id"].removeprefix("/hostedzone/")
        for zone in raw.get("HostedZones", ())
        if _name(zone["Name"]) == name and not zone.get("Config", {}).get("PrivateZone")
    )


def parse_zone(raw: Raw, record_sets: Iterable[Raw], domain: str) -> HostedZone:
    """GetHostedZone and ListResourceRecordSets in our words."""
    zone = raw["HostedZone"]
    servers = raw.get("DelegationSet", {}).get("NameServers", ())
    return HostedZone(
        zone_id=zone["Id"].removeprefix("/hostedzone/"),
        name=_name(zone["Name"]),
        name_servers=tuple(map(_name, servers)),
        records={
            f"{kind} {name}": values
            for kind, name, values in map(parse_set, record_sets)
            if _concerns_mail(kind, name, values, domain)
        },
    )


def parse_set(raw: Raw) -> tuple[str, str, tuple[str, ...]]:
    """A record set's type, name and values in our words."""
    kind = raw["Type"]
    values = tuple(_value(kind, r["Value"]) for r in raw.get("ResourceRecords", ()))
    return kind, _name(raw["Name"]), values


def _concerns_mail(kind: str, name: str, values: tuple[str, ...], domain: str) -> bool:
    if kind not in _TYPES:
        return False
    spf = any(value.lower().startswith("v=spf1") for value in values)
    return kind == "MX" or name == domain or "_" in name or spf


def _value(kind: str, text: str) -> str:
    if kind == "TXT":
        return "".join(_unescape(part) for part in _STRING.findall(text)) or text
    if kind in {"CNAME", "MX", "NS"}:
        return text.lower().rstrip(".")
    return text


def _unescape(text: str) -> str:
    text = _OCTAL.sub(lambda match: chr(int(match[1], 8)), text)
    return re.sub(r"\\(.)", r"\1", text)


def _name(text: str) -> str:
    r"""A name as ours are; Route 53 writes a star as ``\052``."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), text).lower().rstrip(".")
