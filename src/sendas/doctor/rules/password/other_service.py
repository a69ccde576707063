"""PW105: the stored password is not another service's.

Asks: does the stored text have the form of a Google app password?

Why it matters: guides for Gmail's own SMTP server tell to make one, and it is then
entered for SES; SES answers ``535 Authentication Credentials Invalid``.

How to mend: enter the SMTP password that is derived from the access key's secret.

Source: FACTS 5.1; Google help, "Sign in with app passwords".
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
        (Kind.APP_PASSWORD,),
        "What is stored is a Google app password",
        "An app password lets into a Google account."
        " SES takes the password derived from an IAM access key, and nothing of Google's.",
    )


RULE = Rule(
    code="PW105",
    title="The stored password is not another service's",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("PW015", "PW016"),
)
