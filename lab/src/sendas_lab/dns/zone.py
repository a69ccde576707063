"""One zone as a value, and what its authoritative servers say about a name.

Values are in the presentation form of zone files (RFC 1035, 5.1): a TXT value
is its quoted strings, ``"v=spf1 -all"``; an MX reads ``10 mx.example.net.``.
Names are lower-case, without the final dot.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


NEGATIVE_TTL = 300
"""Seconds; the last field of the SOA of a zone that sets no other."""

_TXT_STRING_BYTES = 255
"""RFC 1035, 3.3: a character-string is at most that long."""

_CHAIN = 8
"""CNAMEs followed inside one zone before the server gives up."""


@dataclass(frozen=True, slots=True)
class RecordSet:
    """The records of one type at one name; *ttl* in seconds."""

    name: str
    type: str
    ttl: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ZoneData:
    """A zone at one moment.  It holds a SOA and the NS of its apex, if it was made well."""

    origin: str
    record_sets: Mapping[tuple[str, str], RecordSet]

    def at(self, name: str, record_type: str) -> RecordSet | None:
        """The record set at exactly *name*."""
        return self.record_sets.get((name, record_type))

    @property
    def soa(self) -> tuple[RecordSet, ...]:
        """The SOA, for the authority section; empty if the zone has none."""
        found = self.at(self.origin, "SOA")
        return (found,) if found else ()


class Kind(StrEnum):
    """What an authoritative server finds for a question."""

    ANSWER = "answer"
    NO_DATA = "no-data"
    NO_SUCH_NAME = "no-such-name"
    REFERRAL = "referral"


@dataclass(frozen=True, slots=True)
class Found:
    """The sections of the answer; *answer* begins with the CNAMEs that were followed."""

    kind: Kind
    answer: tuple[RecordSet, ...] = ()
    authority: tuple[RecordSet, ...] = ()


def zone_data(origin: str, record_sets: Iterable[RecordSet]) -> ZoneData:
    """A zone of these record sets; sets of one name and type are joined."""
    joined: dict[tuple[str, str], RecordSet] = {}
    for given in record_sets:
        name = normal(given.name)
        before = joined.get((name, given.type))
        values = (*before.values, *given.values) if before else given.values
        joined[name, given.type] = RecordSet(name, given.type, given.ttl, values)
    return ZoneData(normal(origin), joined)


def look_up(zone: ZoneData, name: str, record_type: str) -> Found:
    """Answer a question about *name*, which lies in *zone* (RFC 1034, 4.3.2)."""
    followed: list[RecordSet] = []
    for _ in range(_CHAIN):
        found = _once(zone, name, record_type)
        followed.extend(found.answer)
        alias = found.answer[0] if found.answer and found.answer[0].type == "CNAME" else None
        if alias is None or record_type == "CNAME":
            return Found(found.kind, tuple(followed), found.authority)
        name = normal(alias.values[0])
        if not is_within(name, zone.origin):
            return Found(Kind.ANSWER, tuple(followed))
    return Found(Kind.ANSWER, tuple(followed))


def _once(zone: ZoneData, name: str, record_type: str) -> Found:
    if cut := _delegation(zone, name):
        return Found(Kind.REFERRAL, (), (cut,))
    exact = zone.at(name, record_type) or zone.at(name, "CNAME")
    if exact:
        return Found(Kind.ANSWER, (exact,))
    if _exists(zone, name):
        return Found(Kind.NO_DATA, (), zone.soa)
    if star := _wildcard(zone, name):
        # RFC 4592, 3.3.1: what a wildcard holds is answered under the name that was asked.
        wild = zone.at(star, record_type) or zone.at(star, "CNAME")
        if wild:
            return Found(Kind.ANSWER, (RecordSet(name, wild.type, wild.ttl, wild.values),))
        return Found(Kind.NO_DATA, (), zone.soa)
    return Found(Kind.NO_SUCH_NAME, (), zone.soa)


def _delegation(zone: ZoneData, name: str) -> RecordSet | None:
    for candidate in parents(name):
        if candidate == zone.origin:
            return None
        if cut := zone.at(candidate, "NS"):
            return cut
    return None


def _exists(zone: ZoneData, name: str) -> bool:
    # RFC 4592, 2.2.2: a name with something below it exists, if only as an empty non-terminal.
    return any(owner == name or owner.endswith(f".{name}") for owner, _ in zone.record_sets)


def _wildcard(zone: ZoneData, name: str) -> str | None:
    for parent in parents(name)[1:]:
        if _exists(zone, f"*.{parent}"):
            return f"*.{parent}"
        if parent == zone.origin or _exists(zone, parent):
            return None
    return None


def parents(name: str) -> tuple[str, ...]:
    """*name* itself, then every name above it, without the root."""
    labels = name.split(".") if name else []
    return tuple(".".join(labels[start:]) for start in range(len(labels)))


def is_within(name: str, origin: str) -> bool:
    """Whether *name* is *origin* or below it; every name is below the root, ``""``."""
    return not origin or name == origin or name.endswith(f".{origin}")


def normal(name: str) -> str:
    r"""Lower-case, without the final dot; Route 53 writes ``*`` as ``\052``."""
    return name.lower().rstrip(".").replace("\\052", "*")


def txt_value(text: str) -> str:
    """*text* as a TXT value: quoted, cut into strings of at most 255 bytes."""
    data = text.encode("latin-1", "replace")
    parts = [
        data[start : start + _TXT_STRING_BYTES]
        for start in range(0, max(len(data), 1), _TXT_STRING_BYTES)
    ]
    return " ".join(f'"{_escaped(part)}"' for part in parts)


def txt_strings(value: str) -> tuple[bytes, ...]:
    """The character-strings of a TXT value; bare words are strings of their own."""
    strings: list[bytes] = []
    current: bytearray | None = None
    quoted = False
    position = 0
    while position < len(value):
        char = value[position]
        if char == "\\" and position + 1 < len(value):
            digits = value[position + 1 : position + 4]
            octal = len(digits) == len("000") and digits.isdecimal()
            current = bytearray() if current is None else current
            current += (
                bytes([int(digits) & 0xFF])
                if octal
                else value[position + 1].encode("latin-1", "replace")
            )
            position += 3 if octal else 1
        elif char == '"':
            if quoted or current is not None:
                strings.append(bytes(current or b""))
            current = None if quoted else bytearray()
            quoted = not quoted
        elif char in " \t" and not quoted:
            if current is not None:
                strings.append(bytes(current))
                current = None
        else:
            current = bytearray() if current is None else current
            current += char.encode("latin-1", "replace")
        position += 1
    if current is not None:
        strings.append(bytes(current))
    return tuple(strings)


def _escaped(part: bytes) -> str:
    return "".join(
        f"\\{chr(byte)}"
        if chr(byte) in '"\\'
        else (chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03d}")  # noqa: PLR2004  visible ASCII
        for byte in part
    )
