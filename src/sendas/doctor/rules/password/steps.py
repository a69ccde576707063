"""PW101: the steps of the derivation are the right ones in the right order.

Asks: does the password equal what the secret key gives with the steps in
another order, another service or terminator, or digests handed on as text?

Why it matters: five HMACs in a fixed order, each keyed with the bytes of the
one before, make the password; any other chain gives another one, and SES
answers ``535 Authentication Credentials Invalid``.

How to mend: derive the password again from the same secret access key with
`sendas password derive`, and enter it in the mail client.

Source: RULES section 5; SES guide, "Obtaining Amazon SES SMTP credentials".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether order, service, terminator or hand-over is wrong."""
    return fault_of(
        evidence,
        (
            Kind.V4_WRONG_ORDER,
            Kind.V4_WRONG_SERVICE,
            Kind.V4_WRONG_TERMINATOR,
            Kind.V4_WRONG_ENCODING,
        ),
        "The stored password was derived by a wrong chain of steps",
        "The steps are 11111111, the Region, ses, aws4_request, SendRawEmail, each HMAC "
        "keyed with the bytes of the digest before.",
    )


RULE = Rule(
    code="PW101",
    title="The steps of the derivation are the right ones in the right order",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
