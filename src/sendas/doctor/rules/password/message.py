"""PW007: the stored password was derived over SendRawEmail.

Asks: does the password equal what the secret key gives with another last step?

Why it matters: the last HMAC runs over the fixed text SendRawEmail, whatever
is sent later; with SendEmail or nothing SES answers ``535 Authentication
Credentials Invalid``.

How to mend: derive the password again from the same secret access key with
`sendas password derive`, and enter it in the mail client.

Source: RULES PW-07; FACTS 2.1; SES guide, "Obtaining Amazon SES SMTP
credentials".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the last step used another text."""
    return fault_of(
        evidence,
        (Kind.V4_WRONG_MESSAGE,),
        "The stored password was derived over another text than SendRawEmail",
        "The last HMAC must run over the fixed text SendRawEmail, whatever is sent.",
    )


RULE = Rule(
    code="PW007",
    title="The stored password was derived over SendRawEmail",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
