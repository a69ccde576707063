"""PW008: the stored password has its version byte.

Asks: does the stored text decode to a bare digest of 32 bytes?

Why it matters: the byte 0x04 goes before the digest, and then both are
encoded; without it SES answers ``535 Authentication Credentials Invalid``.

How to mend: derive the password again from the same secret access key with
`sendas password derive`, and enter it in the mail client.

Source: RULES PW-08; FACTS 2.3; SES guide, "Obtaining Amazon SES SMTP
credentials".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the digest stands alone."""
    return fault_of(
        evidence,
        (Kind.V4_WITHOUT_VERSION_BYTE,),
        "The stored password lacks its version byte",
        "The byte 0x04 must be put before the digest, before both are encoded in base64.",
    )


RULE = Rule(
    code="PW008",
    title="The stored password has its version byte",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
