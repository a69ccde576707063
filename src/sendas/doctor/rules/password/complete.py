"""PW013: the stored password is complete and bare.

Asks: is the stored text shorter than 44 characters, empty, doubled, or does a
label stand before it?

Why it matters: labels such as ``SmtpPassword:`` come from a script's print
line and are no part of it; SES answers ``535 Authentication Credentials
Invalid``.

How to mend: paste the bare 44 characters.

Source: RULES PW-13; FACTS 24b.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether something is missing or pasted along."""
    return fault_of(
        evidence,
        (Kind.TRUNCATED, Kind.PREFIXED, Kind.PASTED_TWICE, Kind.EMPTY),
        "What is stored is not one whole password and nothing else",
        "A password is exactly 44 characters, without a label before it and nothing after.",
    )


RULE = Rule(
    code="PW013",
    title="The stored password is complete and bare",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
