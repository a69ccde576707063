"""PW004: the stored password is for the Region that is dialled.

Asks: does the password equal what the secret key gives for another Region than
the endpoint's?

Why it matters: a password works in one Region alone, and its form does not
show which; SES answers ``535 Authentication Credentials Invalid``.

How to mend: derive it for the endpoint's Region, or dial the endpoint of the
password's Region if the identity is verified there.

Source: RULES PW-04; FACTS 2.1; SES guide, "Regions and Amazon SES".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the password belongs to another Region."""
    return fault_of(
        evidence,
        (Kind.V4_OTHER_REGION,),
        "The stored password is for another Region",
        "It is derived from the right key for another Region than the endpoint's; each "
        "Region has its own password.",
    )


RULE = Rule(
    code="PW004",
    title="The stored password is for the Region that is dialled",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("SMTP102",),
)
