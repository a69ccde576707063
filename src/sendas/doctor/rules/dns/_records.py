"""Reading the zone for a rule, and writing lines for its advice."""

from collections.abc import Iterable

from sendas.dns.answers import RESOLVER, Absent, Lookup, Records, RecordType
from sendas.dns.names import quoted
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit
from sendas.errors import CouldNotLook


TTL_SECONDS = 300
"""Of the lines we advise: short, so that a mistake is soon mended."""


def settled(evidence: Evidence, name: str, type_: RecordType) -> Records | Absent:
    """The answer at *name* that no authoritative server contradicts.

    Raises:
        CouldNotLook: Nobody answered, or the servers disagree: then DNS019 is
            the finding, and nothing that hangs on it can be judged (RULES 12).
    """
    if authoritative(evidence.lookup(name, type_)).disagree:
        msg = f"{type_} {name}: the name servers disagree, see DNS019"
        raise CouldNotLook(msg)
    return evidence.answer(name, type_)


def values(evidence: Evidence, name: str, type_: RecordType) -> tuple[str, ...]:
    """The records of the settled answer; empty if it is absence."""
    answer = settled(evidence, name, type_)
    return answer.values if isinstance(answer, Records) else ()


def authoritative(lookup: Lookup) -> Lookup:
    """*lookup* without what the recursive resolver remembers."""
    own = {server: said for server, said in lookup.answers.items() if server != RESOLVER}
    return Lookup(lookup.question, own)


def exhibit(evidence: Evidence, name: str, type_: RecordType) -> Exhibit:
    """The settled answer as a person may check it."""
    answer = evidence.answer(name, type_)
    asked = f"{type_} {name}"
    if isinstance(answer, Records):
        said = " | ".join(answer.values) or f"alias of {answer.alias[-1]}"
        return Exhibit(asked, said, ttl=answer.ttl)
    absence = "no such record" if answer.name_exists else "no such name (NXDOMAIN)"
    return Exhibit(asked, absence, ttl=answer.negative_ttl)


def wait_seconds(evidence: Evidence, *questions: tuple[str, RecordType]) -> int:
    """How long resolvers may go on saying what was answered here."""
    ttls = (evidence.answer(name, type_) for name, type_ in questions)
    return max((a.ttl if isinstance(a, Records) else a.negative_ttl for a in ttls), default=0)


def line(name: str, type_: RecordType, data: str, ttl: int = TTL_SECONDS) -> str:
    """A zone-file line; *data* is an answer's value, without the final dot."""
    match type_:
        case RecordType.TXT:
            data = quoted(data)
        case RecordType.CNAME | RecordType.MX | RecordType.NS:
            data = f"{data}."
        case _:
            pass
    return f"{name}. {ttl} IN {type_} {data}"


def lines(name: str, type_: RecordType, data: Iterable[str]) -> tuple[str, ...]:
    """One zone-file line for each of *data*."""
    return tuple(line(name, type_, one) for one in data)
