"""GM011: Gmail accepts the server's certificate.

Asks: does Gmail say ``TLS Negotiation failed``?

Why it matters: since April 2020 Gmail refuses certificates that are
self-signed or for another name. SES's own are right; a relay's often are not.

How to mend: install a certificate of a public authority for the very name
typed in Gmail.

Source: RULES GM-11; FACTS 5.1.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.gmail._bounce import Kind, bounce


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the certificate was refused."""
    found = bounce(evidence, Kind.CERTIFICATE)
    if found is None:
        return None
    return Verdict(
        Status.FAIL,
        "Gmail does not accept the SMTP server's certificate",
        "It must come from a public authority and name the host as typed in Gmail.",
        (found.exhibit,),
        (
            Help(
                "Type the host in Gmail as its certificate names it; for a relay of your own, "
                "install a public certificate (Let's Encrypt and the like) for that name.",
                verify_by="sendas smtp check --host HOST",
            ),
        ),
    )


RULE = Rule(
    code="GM011",
    title="Gmail accepts the server's certificate",
    layer=Layer.GMAIL,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("SMTP103", "SMTP102", "SMTP008"),
)
