"""PW003: the stored password was derived with the date step.

Asks: does the password equal what the secret key gives when the HMAC over the
fixed text 11111111 is left out?

Why it matters: such a password has a perfect form, so nothing but recomputing
tells; SES answers ``535 Authentication Credentials Invalid``, while the API
works with the same key. No work on identity, policy or DNS can mend it.

How to mend: derive the password again from the same secret access key with
`sendas password derive`, and enter it in the mail client.

Source: RULES PW-03; FACTS 2.1 and 24a; SES guide, "Obtaining Amazon SES SMTP
credentials".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the date step was left out."""
    return fault_of(
        evidence,
        (Kind.V4_WITHOUT_DATE,),
        "The stored password was derived without the date step",
        "The first HMAC must run over the fixed text 11111111, and only then over the "
        "Region. The key, the identity and DNS are not to blame.",
    )


RULE = Rule(
    code="PW003",
    title="The stored password was derived with the date step",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
