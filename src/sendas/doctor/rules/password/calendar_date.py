"""PW005: the stored password was not derived with a calendar date.

Asks: does the password equal what the secret key gives with a real date in the
first step?

Why it matters: signing API calls uses the day's date, so programs put it here
too; SES wants the fixed text 11111111 and answers 535.

How to mend: derive the password again from the same secret access key with
`sendas password derive`, and enter it in the mail client.

Source: RULES PW-05; FACTS 2.5; SES guide, "Obtaining Amazon SES SMTP
credentials".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a real date was used."""
    return fault_of(
        evidence,
        (Kind.V4_OTHER_DATE,),
        "The stored password was derived with a wrong date",
        "The date step of the derivation is no date: it is always the fixed text 11111111.",
    )


RULE = Rule(
    code="PW005",
    title="The stored password was not derived with a calendar date",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
