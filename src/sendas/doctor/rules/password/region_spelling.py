"""PW011: the Region was spelled as a Region code when deriving.

Asks: does the password equal what the secret key gives for capitals, a zone
such as us-east-1a, or a host name in the Region's place?

Why it matters: the Region's step wants the plain code, such as us-east-1;
anything else gives another password, and SES answers ``535 Authentication
Credentials Invalid``.

How to mend: derive the password again from the same secret access key with
`sendas password derive`, and enter it in the mail client.

Source: RULES PW-11; FACTS 2.5.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the Region was in another form."""
    return fault_of(
        evidence,
        (Kind.V4_REGION_SPELLING,),
        "The stored password was derived with the Region in a wrong form",
        "The Region must be its plain code in small letters, such as us-east-1: no zone, "
        "no host name.",
    )


RULE = Rule(
    code="PW011",
    title="The Region was spelled as a Region code when deriving",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
