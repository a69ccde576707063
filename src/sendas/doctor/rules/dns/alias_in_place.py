"""DNS109: no CNAME stands where mail's own records belong.

Asks: is the custom MAIL FROM domain, or the DMARC name, an alias that does not lead
to what belongs there, or an alias beside other records?

Why it matters: a CNAME speaks for every type of its name: MX and TXT are then looked
up at its target, and no provider takes other records beside it.

How to mend: take the CNAME away, then enter the records.

Source: RFC 1034, 3.6.2; RFC 2181, 10.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sendas.advice import Help, Owner
from sendas.auth.dmarc_walk import dmarc_name
from sendas.auth.spf import claims_spf
from sendas.dns.answers import Records, RecordType
from sendas.dns.names import canonical
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._dmarc import FRESH as FRESH_DMARC
from sendas.doctor.rules.dns._dmarc import claims
from sendas.doctor.rules.dns._mail_from import mx_line, set_again, with_mail_from
from sendas.doctor.rules.dns._records import line, settled, values, wait_seconds
from sendas.doctor.rules.dns._spf import FRESH


@dataclass(frozen=True, slots=True)
class _Alias:
    """A name that is an alias and should not be."""

    name: str
    target: str
    records: tuple[str, ...]
    commands: tuple[str, ...] = ()


def judge(evidence: Evidence) -> Verdict | None:
    """Whether an alias hides what mail needs."""
    found = [*_mail_from(evidence), *_dmarc(evidence)]
    if not found:
        return None
    return Verdict(
        Status.FAIL,
        "; ".join(f"A CNAME stands at {one.name}, where mail's records belong" for one in found),
        "Receivers look at its target instead, and no other record can stand beside it.",
        tuple(Exhibit(f"CNAME {one.name}", one.target) for one in found),
        tuple(
            Help(
                f"Take the CNAME of {one.name} away, then publish what belongs there; whatever "
                f"used that name finds {one.target} there no more.",
                records=one.records,
                remove=(line(one.name, RecordType.CNAME, one.target),),
                commands=one.commands,
                wait_seconds=wait_seconds(evidence, (one.name, RecordType.CNAME)),
                verify_by=f"dig CNAME {one.name}",
            )
            for one in found
        ),
    )


def _mail_from(evidence: Evidence) -> Iterator[_Alias]:
    found = with_mail_from(evidence)
    if found is None:
        return
    identity, mail_from = found
    name = canonical(mail_from.domain)
    target = _target(evidence, name)
    if target is None:
        return
    leads = values(evidence, name, RecordType.MX) and any(
        map(claims_spf, values(evidence, name, RecordType.TXT))
    )
    if not leads or _beside(evidence, name, RecordType.MX, RecordType.TXT):
        records = (mx_line(identity, mail_from), line(name, RecordType.TXT, FRESH))
        yield _Alias(name, target, records, set_again(identity, mail_from))


def _dmarc(evidence: Evidence) -> Iterator[_Alias]:
    name = dmarc_name(canonical(evidence.subject.domain))
    target = _target(evidence, name)
    if target is not None and (not claims(evidence) or _beside(evidence, name, RecordType.TXT)):
        yield _Alias(name, target, (line(name, RecordType.TXT, FRESH_DMARC),))


def _target(evidence: Evidence, name: str) -> str | None:
    aliases = values(evidence, name, RecordType.CNAME)
    return aliases[0] if aliases else None


def _beside(evidence: Evidence, name: str, *types: RecordType) -> bool:
    """Whether records stand at *name* itself, although it is an alias."""
    answers = (settled(evidence, name, type_) for type_ in types)
    return any(isinstance(one, Records) and not one.alias for one in answers)


RULE = Rule(
    code="DNS109",
    title="No CNAME stands where mail's own records belong",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
)
