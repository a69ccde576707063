"""The DMARC records that matter: the domain's own, and what a walk upwards finds."""

from sendas.dns.answers import Answer, Question, RecordType
from sendas.dns.asking import drive
from sendas.dns.dmarc import DmarcRecord, claims_dmarc, near_miss
from sendas.dns.dmarc_walk import Walked, dmarc_name, tree_walk
from sendas.dns.names import canonical
from sendas.doctor.evidence import Evidence
from sendas.doctor.rules.dns._records import settled, values
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
