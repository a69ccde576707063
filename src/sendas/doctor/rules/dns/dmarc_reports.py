"""DNS022: whoever is to receive DMARC reports says so.

Asks: for each ``rua=`` address at a foreign domain, does
``<domain>._report._dmarc.<foreign domain>`` hold ``v=DMARC1``?

Why it matters: without it receivers send no reports there.

How to mend: the owner of that domain publishes the record; report services do
so by themselves once the domain is entered with them.

Source: RULES DNS-22; RFC 9990, section 4; FACTS 20.
"""

from sendas.advice import Help, Owner
from sendas.auth.dmarc import claims_dmarc
from sendas.dns.answers import Question, RecordType
from sendas.doctor.dns_questions import foreign_report_domains, report_question
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._dmarc import governing
from sendas.doctor.rules.dns._records import exhibit, line, values


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the reports will be sent."""
    found = governing(evidence)
    if found is None:
        return None
    at, record = found
    asked = [
        report_question(at, target)
        for target in foreign_report_domains(at, record.aggregate_reports)
    ]
    closed = [question for question in asked if not _open(evidence, question)]
    if not closed:
        to = ", ".join(record.aggregate_reports)
        return Verdict(Status.OK, f"DMARC reports go to {to}") if to else None
    mend = Help(
        "Have the owner of that domain publish this; or name an address of your own domain.",
        records=tuple(line(q.name, RecordType.TXT, "v=DMARC1") for q in closed),
    )
    return Verdict(
        Status.WARN,
        f"DMARC reports about {at} are not sent: the address at another domain is not confirmed",
        "Receivers look for the other domain's consent and find none.",
        tuple(exhibit(evidence, q.name, q.type) for q in closed),
        (mend,),
    )


def _open(evidence: Evidence, question: Question) -> bool:
    return any(claims_dmarc(text) for text in values(evidence, question.name, question.type))


RULE = Rule(
    code="DNS022",
    title="Whoever is to receive DMARC reports says so",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.LOW,
    judge=judge,
)
