"""What was asked of the DNS, and what each server said.

Names are lower-case A-labels without the final dot.  TXT data is the strings
of one record joined (RFC 7208, 3.3), each byte read as one Latin-1 character,
so that nothing is lost.  MX data reads ``10 mx.example.net``; SOA data is the
seven fields in zone-file order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sendas.outcome import NoAnswer


class RecordType(StrEnum):
    """The types mail asks for."""

    A = "A"
    AAAA = "AAAA"
    CNAME = "CNAME"
    MX = "MX"
    NS = "NS"
    PTR = "PTR"
    SOA = "SOA"
    TXT = "TXT"


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """One name and one type."""

    name: str
    type: RecordType

    def __str__(self) -> str:
        """As people write it: ``TXT _dmarc.example.com``."""
        return f"{self.type} {self.name}"


@dataclass(frozen=True, slots=True)
class Records:
    """The records at a name; *alias* holds the CNAME targets followed, in order."""

    values: tuple[str, ...]
    ttl: int
    alias: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Absent:
    """The server knows: there is no such record.

    *name_exists* tells NODATA (True) from NXDOMAIN (False).  *negative_ttl* is
    how long resolvers may keep saying so (RFC 2308, section 5), in seconds.
    """

    name_exists: bool
    negative_ttl: int
    alias: tuple[str, ...] = ()


Answer = Records | Absent | NoAnswer


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question, and the answer of each server that was asked.

    *answers* maps a server to what it said: an authoritative server by its
    name (``ns1.example.net``; with its address when it has several), or
    ``resolver`` for the recursive one.
    """

    question: Question
    answers: Mapping[str, Answer]

    def usable(self) -> Iterator[tuple[str, Records | Absent]]:
        """The answers that say something, with the server that gave each."""
        for server, answer in self.answers.items():
            if not isinstance(answer, NoAnswer):
                yield server, answer

    @property
    def silent(self) -> Mapping[str, NoAnswer]:
        """The servers that said nothing, and why."""
        return {s: a for s, a in self.answers.items() if isinstance(a, NoAnswer)}

    @property
    def disagree(self) -> bool:
        """Whether two servers gave different records (TTL and order aside)."""
        said = {frozenset(a.values) if isinstance(a, Records) else None for _, a in self.usable()}
        return len(said) > 1


RESOLVER = "resolver"
