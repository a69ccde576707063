"""DS104: the recipient's domain takes mail.

Asks: does the domain of the address given by ``--to`` exist, and has it an MX record,
or an address of its own, that is not the null MX?

Why it matters: a domain that is misspelt or has expired takes no mail, and SES sends a
bounce after trying, which counts against the account.

How to mend: look at what stands after the @, letter by letter.

Source: RFC 5321, 5.1; RFC 7505 (the null MX).
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import Absent, RecordType
from sendas.dns.mx import MalformedMx, parse_mx
from sendas.dns.names import canonical
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._records import exhibit, values


def judge(evidence: Evidence) -> Verdict | None:
    """Whether anybody takes mail for the recipient."""
    address = evidence.subject.to_address
    if address is None:
        return None
    domain = canonical(address.rpartition("@")[2])
    exchanges = values(evidence, domain, RecordType.MX)
    shown = (exhibit(evidence, domain, RecordType.MX),)
    if exchanges and not all(map(_is_null, exchanges)):
        return Verdict(Status.OK, f"{domain} has hosts that take mail", exhibits=shown)
    if exchanges:
        title = f"{domain} says by its MX that it takes no mail"
    elif any(values(evidence, domain, kind) for kind in (RecordType.A, RecordType.AAAA)):
        return Verdict(Status.OK, f"{domain} has a host that may take mail", exhibits=shown)
    else:
        answer = evidence.answer(domain, RecordType.MX)
        there = isinstance(answer, Absent) and not answer.name_exists
        title = f"There is no domain {domain}" if there else f"{domain} has no host for mail"
    return Verdict(
        Status.FAIL,
        title,
        f"No server takes mail for {address}.",
        shown,
        (
            Help(
                "Look at what stands after the @ letter by letter, or ask the recipient by "
                "another way.",
                verify_by=f"dig MX {domain}",
            ),
        ),
    )


def _is_null(text: str) -> bool:
    try:
        return parse_mx(text).is_null
    except MalformedMx:
        return False


RULE = Rule(
    code="DS104",
    title="The recipient's domain takes mail",
    layer=Layer.DOWNSTREAM,
    owner=Owner.CONTENT,
    severity=Severity.HIGH,
    judge=judge,
)
