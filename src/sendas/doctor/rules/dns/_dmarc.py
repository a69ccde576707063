"""The DMARC records that matter: the domain's own, and what a walk upwards finds."""

from sendas.advice import Help
from sendas.auth.dmarc import Alignment, DmarcRecord, claims_dmarc, near_miss, with_tags
from sendas.auth.dmarc_walk import Walked, dmarc_name, tree_walk
from sendas.dns.answers import Answer, Question, RecordType
from sendas.dns.asking import drive
from sendas.dns.names import canonical, within
from sendas.doctor.evidence import Evidence
from sendas.doctor.rules.dns._records import lines, settled, values, wait_seconds
from sendas.doctor.rules.identity._sending import domain_identity
from sendas.errors import CouldNotLook
from sendas.outcome import NoAnswer


FRESH = "v=DMARC1; p=none"


def texts(evidence: Evidence) -> tuple[str, ...]:
    """Every TXT record at the domain's DMARC name."""
    return values(evidence, dmarc_name(evidence.subject.domain), RecordType.TXT)


def claims(evidence: Evidence) -> tuple[str, ...]:
    """Those that receivers read as DMARC records, well-formed or not."""
    return tuple(text for text in texts(evidence) if claims_dmarc(text))


def walked(evidence: Evidence, domain: str) -> Walked:
    """The tree walk from *domain*, over the evidence; raises CouldNotLook."""

    def ask(question: Question) -> Answer:
        return settled(evidence, question.name, question.type)

    found = drive(tree_walk(domain), ask)
    if isinstance(found, NoAnswer):  # settled() would have raised
        msg = f"DMARC of {domain}: {found}"
        raise CouldNotLook(msg)
    return found


def governing(evidence: Evidence) -> tuple[str, DmarcRecord] | None:
    """The record that governs the domain, and where it stands; raises CouldNotLook."""
    return walked(evidence, canonical(evidence.subject.domain)).policy


def meant(evidence: Evidence) -> tuple[str, str] | None:
    """A record that was meant as DMARC and is not found as such: where, and its text."""
    domain = evidence.subject.domain
    name = dmarc_name(domain)
    for text in texts(evidence):
        if near_miss(text):
            return name, text
    for where in (f"{name}.{domain}", domain):
        for text in values(evidence, where, RecordType.TXT):
            if claims_dmarc(text) or near_miss(text):
                return where, text
    return None


def impossible_alignment(evidence: Evidence, record: DmarcRecord) -> dict[str, str]:
    """The tags that ask for strict alignment which mail through SES cannot have, and why.

    Raises:
        CouldNotLook: SES did not tell how the domain sends.
    """
    identity = domain_identity(evidence)
    if identity is None:
        return {}
    author = _author_domain(evidence)
    found: dict[str, str] = {}
    mail_from = identity.mail_from and canonical(identity.mail_from.domain)
    if mail_from and mail_from != author and record.spf_alignment is Alignment.STRICT:
        found["aspf"] = f"aspf=s asks for SPF at {author}, but mail goes out as {mail_from}"
    if canonical(identity.name) != author and record.dkim_alignment is Alignment.STRICT:
        found["adkim"] = f"adkim=s asks for d={author}, but SES signs d={identity.name}"
    return found


def _author_domain(evidence: Evidence) -> str:
    """The domain in From: the subject's, or the subdomain the owner writes as."""
    domain = canonical(evidence.subject.domain)
    author = canonical((evidence.subject.from_address or "").rpartition("@")[2])
    return author if author and within(author, domain) else domain


def mend(evidence: Evidence, at: str, record: DmarcRecord, text: str, *also: str) -> Help:
    """Advice to publish the record without the tags that do harm, nor those of *also*.

    Every rule advises the same record, so that two pieces of advice do not
    undo each other.
    """
    try:
        impossible = tuple(impossible_alignment(evidence, record))
    except CouldNotLook:
        impossible = ()
    name = dmarc_name(at)
    mended = with_tags(record.text, **dict.fromkeys((*impossible, *record.obsolete, *also)))
    others = [t for t in values(evidence, name, RecordType.TXT) if t != record.text]
    return Help(
        text,
        records=lines(name, RecordType.TXT, [*others, mended]),
        wait_seconds=wait_seconds(evidence, (name, RecordType.TXT)),
        verify_by=f"dig TXT {name}",
    )
