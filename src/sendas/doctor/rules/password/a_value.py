"""PW104: the stored password is a value, not what stands for one.

Asks: is the stored text the name of a variable, the address of a secret in a
store, a mask such as ``(sensitive value)``, or a whole document?

Why it matters: whoever was to put the value in its place did not, and the text
itself is sent as password; SES answers ``535 Authentication Credentials Invalid``.

How to mend: store the 44 characters, or let the program read the reference.

Source: FACTS 3.3 no. 8; the tools named in ``sendas.smtp.stand_in_values``.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether it is of that kind."""
    return fault_of(
        evidence,
        (Kind.REFERENCE, Kind.DOCUMENT),
        "What is stored stands for a password instead of being one",
        "The program stored the text as it was given: nobody put the value in its place.",
    )


RULE = Rule(
    code="PW104",
    title="The stored password is a value, not what stands for one",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("PW015", "PW016"),
)
