"""PW006: the stored password was derived with AWS4 before the key.

Asks: does the password equal what the secret key gives without ``AWS4`` in
front of it?

Why it matters: the first HMAC is keyed with the letters AWS4 and the secret
key together; without them SES answers ``535 Authentication Credentials
Invalid``.

How to mend: derive the password again from the same secret access key with
`sendas password derive`, and enter it in the mail client.

Source: RULES PW-06; FACTS 2.1; SES guide, "Obtaining Amazon SES SMTP
credentials".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether AWS4 is missing."""
    return fault_of(
        evidence,
        (Kind.V4_WITHOUT_AWS4,),
        "The stored password was derived without AWS4 before the key",
        "The first HMAC must be keyed with AWS4 and the secret key together.",
    )


RULE = Rule(
    code="PW006",
    title="The stored password was derived with AWS4 before the key",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
