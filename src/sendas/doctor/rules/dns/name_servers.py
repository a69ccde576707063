"""DNS019: every name server answers, with authority, and all say the same.

Asks: does each of the servers to which the zone is delegated answer for it, and
do their answers agree with each other and with what the world remembers?

Why it matters: receivers and SES ask any of the servers.  One that is lame or
serves an older zone makes mail fail now and then, and checks flip between runs.
A server that does not answer us tells nothing about its records: the finding is
then "unknown", never "absent".

How to mend: for an older zone wait until it is fetched, at most the time given;
a lame server has to load the zone or be taken out of the delegation; for a
remembered answer wait until its time is up.

Source: RULES DNS-19; RFC 1912, 2.8 (lame); RFC 2308 (negative answers).
"""

from collections.abc import Iterator

from sendas.advice import Help, Owner
from sendas.dns.answers import RESOLVER, Absent, Lookup, Records, RecordType
from sendas.dns.names import within
from sendas.dns.zone import Zone
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._records import authoritative
from sendas.errors import CouldNotLook
from sendas.outcome import NoAnswer, Why, see


_STEADY = frozenset({RecordType.CNAME, RecordType.MX, RecordType.NS, RecordType.TXT})
"""Types whose answers do not change from one question to the next by design."""
_BROKEN = frozenset({Why.REFUSED, Why.SERVER_FAILURE})


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the zone is served the same by all."""
    zone = see(evidence.zone, f"name servers of {evidence.subject.domain}")
    own = [
        lookup
        for question, lookup in sorted(evidence.lookups.items())
        if within(question.name, zone.apex) and authoritative(lookup).answers
    ]
    if broken := _broken(own):
        return _lame(zone, broken)
    if differing := [lookup for lookup in own if _differ(lookup)]:
        return _disagreement(zone, own, differing)
    if silent := next(_silences(own), None):
        msg = f"{silent[0]}: {silent[1]}"
        raise CouldNotLook(msg)
    if stale := [lookup for lookup in own if _remembered(lookup)]:
        return _cached(stale)
    servers = ", ".join(zone.servers)
    return Verdict(Status.OK, f"{servers} answer, and agree") if own else None


def _broken(own: list[Lookup]) -> dict[str, NoAnswer]:
    """Servers that never answered well, and refused or failed at least once."""
    said_well = {server for lookup in own for server, _ in authoritative(lookup).usable()}
    return {
        server: said
        for lookup in own
        for server, said in authoritative(lookup).silent.items()
        if said.why in _BROKEN and server not in said_well
    }


def _silences(own: list[Lookup]) -> Iterator[tuple[str, NoAnswer]]:
    for lookup in own:
        for server, said in authoritative(lookup).silent.items():
            if said.why in {Why.TIMEOUT, Why.UNREACHABLE}:
                yield server, said


def _lame(zone: Zone, broken: dict[str, NoAnswer]) -> Verdict:
    servers = ", ".join(sorted(broken))
    shown = tuple(
        Exhibit(f"questions about {zone.apex}", str(said), server)
        for server, said in sorted(broken.items())
    )
    mend = Help(
        f"Have {servers} load the zone {zone.apex}, or take it out of the delegation at the "
        "registrar.",
        verify_by=f"dig SOA {zone.apex} at {servers}",
    )
    return Verdict(
        Status.FAIL,
        f"Name server {servers} is lame for {zone.apex}",
        "The domain is delegated to it, but it does not answer for the zone: whoever asks it "
        "gets nothing.",
        shown,
        (mend,),
    )


def _differ(lookup: Lookup) -> bool:
    # Serials apart: a zone may be edited without touching what mail asks for.
    return lookup.question.type in _STEADY and authoritative(lookup).disagree


def _disagreement(zone: Zone, own: list[Lookup], differing: list[Lookup]) -> Verdict:
    older = _older(zone, own)
    wait = max(
        _seconds(said) for lookup in differing for _, said in authoritative(lookup).usable()
    )
    shown = tuple(
        Exhibit(str(lookup.question), _said(said), server, _seconds(said))
        for lookup in differing[:3]
        for server, said in authoritative(lookup).usable()
    )
    names = ", ".join(dict.fromkeys(str(lookup.question) for lookup in differing[:3]))
    if older:
        title = f"{', '.join(older)} serves an older version of {zone.apex}"
        cause = "A change of the zone has not reached every server yet."
    else:
        title = f"The name servers of {zone.apex} disagree"
        cause = "They give different answers, and their serial numbers do not tell which is newer."
    mend = Help(
        "Wait until every server has fetched the zone and what was remembered has expired; if "
        "it stays, have the DNS provider repair the transfer.",
        wait_seconds=wait,
        verify_by=f"ask {names} at every name server",
    )
    return Verdict(Status.FAIL, title, cause, shown, (mend,), owner=Owner.WAIT)


def _older(zone: Zone, own: list[Lookup]) -> tuple[str, ...]:
    """The servers whose serial is behind the newest."""
    serials: dict[str, int] = {}
    for lookup in own:
        if (lookup.question.name, lookup.question.type) == (zone.apex, RecordType.SOA):
            for server, said in authoritative(lookup).usable():
                if isinstance(said, Records) and said.values:
                    serials[server] = int(said.values[0].split()[2])
    newest = max(serials.values(), default=0)
    return tuple(server for server, serial in sorted(serials.items()) if serial != newest)


def _remembered(lookup: Lookup) -> bool:
    """Whether the world still remembers another answer than all servers give."""
    remembered = lookup.answers.get(RESOLVER)
    said = [answer for _, answer in authoritative(lookup).usable()]
    if lookup.question.type not in _STEADY or not said:
        return False
    if remembered is None or isinstance(remembered, NoAnswer):
        return False
    return _values(remembered) != _values(said[0])


def _cached(stale: list[Lookup]) -> Verdict:
    remembered = [(lookup, lookup.answers[RESOLVER]) for lookup in stale]
    shown = tuple(
        Exhibit(str(lookup.question), _said(said), RESOLVER, _seconds(said))
        for lookup, said in remembered
        if not isinstance(said, NoAnswer)
    )
    wait = max((one.ttl or 0 for one in shown), default=0)
    mend = Help("Wait: the old answer expires by itself.", wait_seconds=wait)
    return Verdict(
        Status.WARN,
        f"Resolvers still remember an older answer for {stale[0].question}",
        "The zone is right by now as far as all its servers say; SES and receivers may see the "
        "old answer until its time is up.",
        shown,
        (mend,),
        owner=Owner.WAIT,
    )


def _values(answer: Records | Absent) -> frozenset[str]:
    return frozenset(answer.values) if isinstance(answer, Records) else frozenset()


def _seconds(answer: object) -> int:
    match answer:
        case Records(ttl=ttl):
            return ttl
        case Absent(negative_ttl=ttl):
            return ttl
        case _:
            return 0


def _said(answer: Records | Absent) -> str:
    if isinstance(answer, Records):
        return " | ".join(answer.values)
    return "no such record" if answer.name_exists else "no such name (NXDOMAIN)"


RULE = Rule(
    code="DNS019",
    title="Every name server answers with authority, and all say the same",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
)
