"""PW009: the stored password is base64 of the version byte 4 and the digest.

Asks: is what is stored hexadecimal, encoded twice, or with another first byte?

Why it matters: the right digest in the wrong wrapping is still a wrong
password; SES answers ``535 Authentication Credentials Invalid``.

How to mend: derive the password again from the same secret access key with
`sendas password derive`, and enter it in the mail client.

Source: RULES PW-09; FACTS 2.3 and 2.5.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the packing is wrong."""
    return fault_of(
        evidence,
        (Kind.HEX_ENCODED, Kind.V4_WRONG_VERSION_BYTE, Kind.ENCODED_TWICE),
        "The stored password is encoded the wrong way",
        "The right form is base64, once, of the byte 0x04 and the 32 bytes of the digest.",
    )


RULE = Rule(
    code="PW009",
    title="The stored password is base64 of the version byte 4 and the digest",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
