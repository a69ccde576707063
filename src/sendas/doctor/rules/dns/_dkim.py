"""The CNAMEs that Easy DKIM waits for, and what stands in their place."""

from dataclasses import dataclass
from enum import Enum, auto

from sendas.advice import Help
from sendas.auth.dkim import dkim_name
from sendas.dns.answers import Records, RecordType
from sendas.dns.names import canonical
from sendas.doctor.dns_questions import control_name, possible_zones
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Status, Verdict
from sendas.doctor.rules.dns._records import exhibit, line, settled, values, wait_seconds
from sendas.errors import NotAsked
from sendas.ses.identity import Identity


class Found(Enum):
    """What stands where a DKIM record should."""

    RIGHT = auto()
    MISSING = auto()
    TWICE = auto()
    """Under the name with the zone appended once more."""
    ELSEWHERE = auto()
    """A CNAME to another target."""
    OTHER_TYPE = auto()
    """A or TXT records, no CNAME."""


@dataclass(frozen=True, slots=True)
class DkimRecord:
    """One of the records: where it belongs, what it should say, what was found."""

    name: str
    target: str
    found: Found
    twice: str
    standing: tuple[tuple[RecordType, str], ...] = ()
    """Records of the wrong kind at the name."""

    @property
    def right_line(self) -> str:
        """What should stand there."""
        return line(self.name, RecordType.CNAME, self.target)


def easy_dkim_identity(evidence: Evidence) -> Identity | None:
    """The domain's own identity here, if SES manages its DKIM keys.

    Raises:
        CouldNotLook: Nobody told us the tokens.
    """
    identity = evidence.identity(evidence.subject.domain)
    if identity is None or identity.dkim.origin == "EXTERNAL" or not identity.dkim.tokens:
        return None
    return identity


def dkim_records(evidence: Evidence, identity: Identity) -> tuple[DkimRecord, ...]:
    """Each token's record as found; raises CouldNotLook."""
    return tuple(
        _examine(
            evidence, identity, token.lower(), f"{token.lower()}.{identity.dkim.signing_zone}"
        )
        for token in identity.dkim.tokens
    )


def _examine(evidence: Evidence, identity: Identity, token: str, target: str) -> DkimRecord:
    name = dkim_name(token, identity.name)
    twice = f"{name}.{identity.name}"
    aliases = values(evidence, name, RecordType.CNAME)
    if aliases == (target,):
        return DkimRecord(name, target, Found.RIGHT, twice)
    everywhere = _everywhere(evidence, identity)
    if wrong := [
        (RecordType.CNAME, a) for a in aliases if (RecordType.CNAME, a) not in everywhere
    ]:
        return DkimRecord(name, target, Found.ELSEWHERE, twice, tuple(wrong))
    if standing := [record for record in _own(evidence, name) if record not in everywhere]:
        return DkimRecord(name, target, Found.OTHER_TYPE, twice, tuple(standing))
    for zone in possible_zones(canonical(identity.name)):
        appended = f"{name}.{zone}"
        stray = [(RecordType.CNAME, a) for a in values(evidence, appended, RecordType.CNAME)]
        if any(alias.endswith(f".{identity.dkim.signing_zone}") for _, alias in stray):
            return DkimRecord(name, target, Found.TWICE, appended, tuple(stray))
    return DkimRecord(name, target, Found.MISSING, twice)


def _everywhere(evidence: Evidence, identity: Identity) -> set[tuple[RecordType, str]]:
    """What a wildcard answers at every name beside the DKIM records; empty if not asked."""
    name = control_name(identity.name)
    found = set(_own(evidence, name, ignoring=NotAsked))
    try:
        found |= {(RecordType.CNAME, a) for a in values(evidence, name, RecordType.CNAME)}
    except NotAsked:
        return found
    return found


def _own(
    evidence: Evidence, name: str, *, ignoring: type[NotAsked] | tuple[()] = ()
) -> list[tuple[RecordType, str]]:
    """The TXT and A records at *name* itself, not those behind an alias."""
    found: list[tuple[RecordType, str]] = []
    for type_ in (RecordType.TXT, RecordType.A):
        try:
            answer = settled(evidence, name, type_)
        except ignoring:
            continue
        if isinstance(answer, Records) and not answer.alias:
            found += [(type_, value) for value in answer.values]
    return found


def judge_kind(
    evidence: Evidence, kind: Found, title: str, cause: str, text: str
) -> Verdict | None:
    """The verdict of the rule that is about *kind*; *title* may name how many of how many."""
    identity = easy_dkim_identity(evidence)
    if identity is None:
        return None
    records = dkim_records(evidence, identity)
    hit = [record for record in records if record.found is kind]
    if not hit:
        good = f"{len(records)} DKIM records were asked for; none is so"
        return Verdict(Status.OK, good, exhibits=_exhibits(evidence, records[:1]))
    return Verdict(
        Status.FAIL,
        title.format(count=len(hit), all=len(records)),
        cause,
        _exhibits(evidence, hit),
        (_mend(evidence, hit, text),),
    )


def _exhibits(
    evidence: Evidence, records: list[DkimRecord] | tuple[DkimRecord, ...]
) -> tuple[Exhibit, ...]:
    shown = [exhibit(evidence, record.name, RecordType.CNAME) for record in records]
    for record in records:
        if record.found is Found.TWICE:
            shown.append(exhibit(evidence, record.twice, RecordType.CNAME))
        if record.found is Found.OTHER_TYPE:
            shown += [Exhibit(f"{type_} {record.name}", value) for type_, value in record.standing]
    return tuple(shown)


def _mend(evidence: Evidence, hit: list[DkimRecord], text: str) -> Help:
    remove: list[str] = []
    for record in hit:
        where = record.twice if record.found is Found.TWICE else record.name
        if record.found in {Found.TWICE, Found.OTHER_TYPE}:
            remove += [line(where, type_, value) for type_, value in record.standing]
    return Help(
        text,
        records=tuple(record.right_line for record in hit),
        remove=tuple(remove),
        wait_seconds=wait_seconds(evidence, *((r.name, RecordType.CNAME) for r in hit)),
        verify_by=f"dig CNAME {hit[0].name}",
    )
