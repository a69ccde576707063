"""DNS116: no record trusts a domain that anybody could register.

Asks: does an exchanger, a term of SPF or an address for DMARC reports stand under a
domain that nobody holds?  Looks at domains right below a top level; registries below
one, such as co.uk, are not known here.

Why it matters: whoever registers that domain receives the mail or the reports, or
sends as you and passes SPF.  It is left over from a service that has ended, or
misspelt.

How to mend: take it out of the record.

Source: RFC 7208, 5.2; RFC 5321, 5.1; RFC 9990, section 4: whom each of them trusts.
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import Absent, RecordType
from sendas.dns.names import canonical, within
from sendas.doctor.dns_questions import Led, led_to, registrable
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._mail_from import with_mail_from
from sendas.doctor.rules.dns._records import exhibit
from sendas.doctor.rules.dns._spf import known
from sendas.doctor.rules.receive._road import Unseen
from sendas.errors import CouldNotLook, NotAsked


def judge(evidence: Evidence) -> Verdict | None:
    """Whether somebody could come into what the records trust."""
    domain = canonical(evidence.subject.domain)
    free, unseen = [], Unseen()
    for one in _led(evidence, domain):
        with unseen:
            if _nobodys(evidence, domain, one.target):
                free.append(one)
    if not free:
        unseen.tell()
        return None
    names = dict.fromkeys(registrable(one.target) for one in free)
    return Verdict(
        Status.WARN,
        f"Anybody can register {' and '.join(names)}, which records of {domain} trust",
        "Whoever does receives what is meant for that host, or sends and passes SPF.",
        (
            *(Exhibit(f"record at {one.name}", one.what) for one in free),
            *(exhibit(evidence, name, RecordType.NS) for name in names),
        ),
        tuple(_mend(one) for one in free),
    )


def _mend(one: Led) -> Help:
    # A registration that is on hold is not in the DNS, either.
    whois = f"whois {registrable(one.target)}"
    return Help(f"Take {one.what} out of the record at {one.name}.", verify_by=whois)


def _led(evidence: Evidence, domain: str) -> tuple[Led, ...]:
    try:
        found = with_mail_from(evidence)
    except CouldNotLook:
        found = None
    return tuple(led_to(domain, found[1].domain if found else None, known(evidence)))


def _nobodys(evidence: Evidence, domain: str, target: str) -> bool:
    name = registrable(target)
    if "." not in name or within(domain, name):
        return False
    try:
        held = evidence.answer(name, RecordType.NS)
        top = evidence.answer(name.rpartition(".")[2], RecordType.NS)
    except NotAsked:
        return False  # the target is there
    # Under a top level that does not exist nobody registers anything.
    return isinstance(held, Absent) and not held.name_exists and not isinstance(top, Absent)


RULE = Rule(
    code="DNS116",
    title="No record trusts a domain that anybody could register",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
)
