"""SMTP007: the account has opened SES.

Asks: did SES answer ``535 Account not subscribed to SES``?

Why it matters: the key is real, but SES was never used in the account that
owns it. No password can log in before that.

How to mend: open the SES console once in the account that owns the key, in
this Region.

Source: RULES SMTP-07; FACTS 3.2; SES guide, "Amazon SES SMTP issues".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.smtp._advice import region_to_use
from sendas.doctor.rules.smtp._login import said
from sendas.smtp.meaning import Cause


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES said so."""
    exhibit = said(evidence, Cause.NOT_SUBSCRIBED)
    if exhibit is None:
        return None
    return Verdict(
        Status.FAIL,
        "The account that owns the key has never opened SES",
        "User name and password are not to blame.",
        (exhibit,),
        (
            Help(
                "Sign in to the AWS account that owns the key and open the SES console in "
                f"{region_to_use(evidence)} once; then verify the domain there.",
                commands=(f"aws sesv2 get-account --region {region_to_use(evidence)}",),
                wait_seconds=60,
            ),
        ),
    )


RULE = Rule(
    code="SMTP007",
    title="The account has opened SES",
    layer=Layer.SMTP,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
