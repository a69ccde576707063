"""DNS013: the alignment that DMARC asks for can hold.

Asks: does the record ask for strict alignment that mail through SES can never
have: ``aspf=s`` with a MAIL FROM subdomain, or ``adkim=s`` where SES signs as
another domain than the one in From?

Why it matters: the custom MAIL FROM domain is always a subdomain, and strict
means equal.  SPF then never counts, and DMARC hangs on DKIM alone, or on
nothing.

How to mend: relaxed alignment, which is the default: take the tag out.

Source: RULES DNS-13; RFC 9989, 4.4; SES guide, "Complying with DMARC".
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import RecordType
from sendas.dns.dmarc import Alignment, with_tags
from sendas.dns.dmarc_walk import dmarc_name
from sendas.dns.names import canonical, within
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._dmarc import governing
from sendas.doctor.rules.dns._records import line, values, wait_seconds
from sendas.doctor.rules.identity._sending import domain_identity


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a strict tag asks for the impossible."""
    found = governing(evidence)
    identity = domain_identity(evidence)
    if found is None or identity is None:
        return None
    at, record = found
    author = _author_domain(evidence)
    impossible: dict[str, str] = {}
    mail_from = identity.mail_from and canonical(identity.mail_from.domain)
    if mail_from and mail_from != author and record.spf_alignment is Alignment.STRICT:
        impossible["aspf"] = f"aspf=s asks for SPF at {author}, but mail goes out as {mail_from}"
    if canonical(identity.name) != author and record.dkim_alignment is Alignment.STRICT:
        impossible["adkim"] = f"adkim=s asks for d={author}, but SES signs d={identity.name}"
    name = dmarc_name(at)
    shown = (Exhibit(f"TXT {name}", record.text),)
    if not impossible:
        return Verdict(Status.OK, "The alignment that DMARC asks for can hold", exhibits=shown)
    mended = with_tags(record.text, **dict.fromkeys(impossible))
    others = [t for t in values(evidence, name, RecordType.TXT) if t != record.text]
    mend = Help(
        f"Take {' and '.join(f'{tag}=s' for tag in impossible)} out: relaxed is the default.",
        records=tuple(line(name, RecordType.TXT, text) for text in [*others, mended]),
        wait_seconds=wait_seconds(evidence, (name, RecordType.TXT)),
        verify_by=f"dig TXT {name}",
    )
    return Verdict(
        Status.FAIL,
        f"DMARC asks for strict alignment that cannot hold ({', '.join(impossible)})",
        f"{'; '.join(impossible.values())}.",
        shown,
        (mend,),
    )


def _author_domain(evidence: Evidence) -> str:
    """The domain in From: the subject's, or the subdomain the owner writes as."""
    domain = canonical(evidence.subject.domain)
    author = canonical((evidence.subject.from_address or "").rpartition("@")[2])
    return author if author and within(author, domain) else domain


RULE = Rule(
    code="DNS013",
    title="The alignment that DMARC asks for can hold",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
)
