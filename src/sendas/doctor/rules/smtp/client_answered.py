"""SMTP109: the mail client comes as far as a reply.

Asks: does what was shown tell of a client that no server answered: a name not
found, a port closed, TLS begun the wrong way, a certificate not believed?

Why it matters: such a client never reached SES.  Nothing in AWS, in DNS or at
the recipient's shows it, and nothing there mends it.

How to mend: by how it ended; port and TLS mode first.

Source: RULES SMTP-08, SMTP-09; FACTS 3.1; the programs named in
``sendas.smtp.client_words``.
"""

from sendas.advice import Help, Owner
from sendas.bounce.refusal import CLIENT
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.smtp._login import host
from sendas.smtp.client_words import end_told
from sendas.smtp.verdict import conclusion_of


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a client says that it met no reply."""
    for symptom in evidence.symptoms:
        end = end_told(symptom.text) if symptom.reporter == CLIENT else None
        if end is None:
            continue
        said = conclusion_of(end)
        return Verdict(
            Status.FAIL,
            f"A mail client was answered by nobody: {end.value.replace('-', ' ')}",
            said.words,
            (Exhibit("the client's own words", " ".join(symptom.text.split())[:300]),),
            (
                *said.help,
                Help(
                    "See whether the same call works from here.",
                    commands=(f"sendas smtp check --host {host(evidence)} --port 587",),
                ),
            ),
            said.owner,
        )
    return None


RULE = Rule(
    code="SMTP109",
    title="The mail client comes as far as a reply",
    layer=Layer.SMTP,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("SMTP102", "SMTP103", "SMTP008"),
)
