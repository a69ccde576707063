"""DNS001: the DKIM records stand at the delegated name servers.

Asks: does ``<token>._domainkey.<domain>`` exist for each of the tokens that SES
gave, at the name servers to which the domain is delegated?

Why it matters: without them SES does not verify the domain, or stops signing
for it.  Records entered at a provider to which the domain is not delegated are
seen by nobody.

How to mend: enter the CNAME records where the domain is delegated to; the
finding names those servers.  A record stored elsewhere may stay or go.

Source: RULES DNS-01; FACTS 9; SES guide, "Easy DKIM"; SES API v2,
VerificationInfo (HOST_NOT_FOUND, SOARecord).
"""

from dataclasses import replace

from sendas.advice import Owner
from sendas.dns.answers import RecordType
from sendas.dns.hosted_zone import HostedZone
from sendas.dns.names import canonical
from sendas.dns.zone import Zone
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._dkim import Found, easy_dkim_identity, judge_kind
from sendas.errors import CouldNotLook


def judge(evidence: Evidence) -> Verdict | None:
    """Whether any of the records is nowhere to be found."""
    verdict = judge_kind(
        evidence,
        Found.MISSING,
        "{count} of {all} DKIM records are missing",
        "SES looks for these names to verify the domain and to sign for it.",
        f"Enter these records at the DNS provider that serves the domain ({_servers(evidence)}).",
    )
    if verdict is None or verdict.status is not Status.FAIL:
        return verdict
    if stray := _stray_zone(evidence):
        return replace(
            verdict,
            title=f"{verdict.title}: they stand in a zone that is not delegated",
            cause=f"Route 53 zone {stray.zone_id} holds them, but the domain is delegated to "
            f"{_servers(evidence)}, where nobody finds them.",
            exhibits=(
                *verdict.exhibits,
                Exhibit(
                    f"name servers of Route 53 zone {stray.zone_id}", _list(stray.name_servers)
                ),
                Exhibit(f"name servers of {stray.name}", _servers(evidence)),
            ),
        )
    primary = _other_primary(evidence)
    return replace(verdict, cause=f"{verdict.cause}  {primary}") if primary else verdict


def _servers(evidence: Evidence) -> str:
    return _list(evidence.zone.servers) if isinstance(evidence.zone, Zone) else "not known"


def _list(servers: tuple[str, ...]) -> str:
    return ", ".join(canonical(server) for server in servers)


def _stray_zone(evidence: Evidence) -> HostedZone | None:
    """A zone of this account that holds a DKIM record, and that is not the delegated one."""
    if not isinstance(evidence.hosted_zones, tuple) or not isinstance(evidence.zone, Zone):
        return None
    delegated = set(map(canonical, evidence.zone.servers))
    for zone in evidence.hosted_zones:
        holds = any(f"._domainkey.{evidence.subject.domain}" in key for key in zone.records)
        if holds and delegated.isdisjoint(map(canonical, zone.name_servers)):
            return zone
    return None


def _other_primary(evidence: Evidence) -> str | None:
    """What SES saw as the zone's primary server, if the zone says another now."""
    identity = easy_dkim_identity(evidence)
    if identity is None or identity.soa_primary is None or not isinstance(evidence.zone, Zone):
        return None
    seen = canonical(identity.soa_primary)
    try:
        soa = evidence.records(evidence.zone.apex, RecordType.SOA)
    except CouldNotLook:
        return None
    if not soa or canonical(soa[0].split()[0]) == seen:
        return None
    return f"When SES looked, the zone's primary server was {seen}; now it is {soa[0].split()[0]}."


RULE = Rule(
    code="DNS001",
    title="The DKIM records stand at the delegated name servers",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("DNS105", "DNS106", "DNS113"),
)
