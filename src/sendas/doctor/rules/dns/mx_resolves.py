"""DNS107: mail has a way in.

Asks: has the domain an MX record, and not the null MX of RFC 7505, where receipt
rules wait for its mail, and has each host that its MX records name an address?

Why it matters: without an MX record, or with one that names a host nobody knows
(another suffix, a Region that is none), no sender finds SES.  Senders try for days
and then give up.

How to mend: publish the MX record of SES's inbound host.

Source: RULES RX-06; RFC 5321, 5.1; SES guide, "Publishing an MX record for Amazon
SES email receiving"; FACTS 8.4.
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import RecordType
from sendas.dns.mx import ses_host
from sendas.dns.names import canonical
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._mx import Exchanges, exchanges, inbound_line
from sendas.doctor.rules.dns._records import exhibit, lines, values, wait_seconds
from sendas.ses.receiving import RuleSet


def judge(evidence: Evidence) -> Verdict | None:
    """Whether senders find a host to bring the domain's mail to."""
    found = exchanges(evidence)
    if not found.texts:
        return _none(evidence, found) if _awaited(evidence) else None
    if all(mx.is_null for mx in found.parsed) and found.parsed and _awaited(evidence):
        return _none(evidence, found)
    lost = [mx.host for mx in found.parsed if not mx.is_null and not _known(evidence, mx.host)]
    if not lost:
        return Verdict(Status.OK, "Every host of the MX has an address")
    alive = [mx for mx in found.parsed if mx.host not in lost and not mx.is_null]
    mend = (
        lines(found.name, RecordType.MX, (f"{mx.preference} {mx.host}" for mx in alive))
        if alive
        else (inbound_line(evidence),)
    )
    return Verdict(
        Status.WARN if alive else Status.FAIL,
        f"The MX of {found.name} names {lost[0]}, where no host takes mail",
        "Senders find no such host." if not alive else "Senders try it in vain, then the others.",
        (
            exhibit(evidence, found.name, RecordType.MX),
            *(exhibit(evidence, host, RecordType.A) for host in lost),
        ),
        (
            Help(
                "Let the MX name hosts that exist.",
                records=mend,
                wait_seconds=wait_seconds(evidence, (found.name, RecordType.MX)),
                verify_by=f"dig MX {found.name}",
            ),
        ),
    )


def _none(evidence: Evidence, found: Exchanges) -> Verdict:
    return Verdict(
        Status.FAIL,
        f"{found.name} {_says(found)}, and SES waits for its mail",
        "Senders find no host to bring the mail to.",
        (
            exhibit(evidence, found.name, RecordType.MX),
            Exhibit("active receipt rules", f"take mail of {found.name}"),
        ),
        (
            Help(
                "Publish the MX of SES's inbound host.",
                records=(inbound_line(evidence),),
                wait_seconds=wait_seconds(evidence, (found.name, RecordType.MX)),
                verify_by=f"dig MX {found.name}",
            ),
        ),
    )


def _says(found: Exchanges) -> str:
    return "says by its MX that it takes no mail" if found.texts else "has no MX record"


def _awaited(evidence: Evidence) -> bool:
    """Whether an enabled rule of the active set names the domain."""
    seen = evidence.here.active_rule_set
    domain = evidence.subject.domain
    return isinstance(seen, RuleSet) and any(
        rule.enabled and rule.names(domain) for rule in seen.rules
    )


def _known(evidence: Evidence, host: str) -> bool:
    # A wildcard answers for SES's host with the zone appended, and takes no mail.
    appended = f".{canonical(evidence.subject.domain)}"
    if host.endswith(appended) and ses_host(host.removesuffix(appended)):
        return False
    return any(values(evidence, host, type_) for type_ in (RecordType.A, RecordType.AAAA))


RULE = Rule(
    code="DNS107",
    title="Mail has a way in",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("DNS015", "DNS016", "DNS105", "DNS106", "DNS113"),
)
