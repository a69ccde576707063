"""PW010: no stray characters stand around the key or the password.

Asks: does a line end, blank, quote or byte order mark stand around the stored
password, or did one stand around the secret key when it was derived?

Why it matters: one invisible character makes another password, of the same
perfect form if it was at the key; SES answers 535.

How to mend: copy the secret key without anything around it, derive again, and
paste the bare 44 characters.

Source: RULES PW-10; FACTS 2.5.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.password._stored import fault_of
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether white space or quotes came in."""
    return fault_of(
        evidence,
        (Kind.WITH_WHITESPACE, Kind.QUOTED, Kind.V4_FROM_DAMAGED_SECRET),
        "Stray characters came into the password",
        "A line end, blank, quote or byte order mark was taken for a part of the key or "
        "of the password.",
    )


RULE = Rule(
    code="PW010",
    title="No stray characters stand around the key or the password",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
