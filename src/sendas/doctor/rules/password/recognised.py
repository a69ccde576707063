"""PW102: the stored password is of a known kind.

Asks: is the stored text nothing that is known: not an SES password, not a
damaged one, not a key?

Why it matters: an SES SMTP password has 44 characters, begins with B and holds
letters, digits, ``+`` and ``/`` only. Another account's password, or an app
password, is refused: SES answers ``535 Authentication Credentials Invalid``.

How to mend: derive the password again from the same secret access key with
`sendas password derive`, and enter it in the mail client.

Source: FACTS 2.3.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the text resembles nothing."""
    return fault_of(
        evidence,
        (Kind.UNKNOWN,),
        "What is stored is no SES SMTP password at all",
        "An SES SMTP password has 44 characters, begins with B, and holds letters, "
        "digits, + and / only.",
    )


RULE = Rule(
    code="PW102",
    title="The stored password is of a known kind",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("PW015", "PW016"),
)
