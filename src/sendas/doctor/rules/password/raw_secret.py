"""PW001: the stored password is not the raw secret access key.

Asks: is what is stored 40 characters, or equal to the secret access key?

Why it matters: the SMTP endpoint never takes the secret access key itself; SES
answers ``535 Authentication Credentials Invalid``, though the same key works
with the API. It is the most common cause of all.

How to mend: derive the password again from the same secret access key with
`sendas password derive`, and enter it in the mail client.

Source: RULES PW-01; FACTS 3.3; SES guide, "Obtaining Amazon SES SMTP
credentials".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the secret key itself was stored."""
    return fault_of(
        evidence,
        (Kind.RAW_SECRET_KEY,),
        "The secret access key itself is stored as the SMTP password",
        "SES wants the password that is derived from the key, 44 characters that begin with B.",
    )


RULE = Rule(
    code="PW001",
    title="The stored password is not the raw secret access key",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
