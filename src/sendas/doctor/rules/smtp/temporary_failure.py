"""SMTP005: SES can check the credential.

Asks: did SES answer ``454 Temporary authentication failure``?

Why it matters: the fault is on SES's side; the credential may be right, and
changing it would make things worse.

How to mend: try again after 5, 10, 30 seconds, then every 20 minutes, on a new
connection each time.

Source: RULES SMTP-05; FACTS 3.2; SES guide, "Amazon SES SMTP issues".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.smtp._login import said
from sendas.smtp.meaning import Cause


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES said so."""
    exhibit = said(evidence, Cause.TEMPORARY_AUTH_FAILURE)
    if exhibit is None:
        return None
    return Verdict(
        Status.FAIL,
        "SES could not check the credential",
        "The fault is on SES's side and passes; the credential may be right.",
        (exhibit,),
        (
            Help(
                "Change nothing. Try again on a new connection after 5, 10, 30 seconds, then "
                "every 20 minutes; if it lasts, look at the AWS Health Dashboard for SES.",
                wait_seconds=30,
            ),
        ),
    )


RULE = Rule(
    code="SMTP005",
    title="SES can check the credential",
    layer=Layer.SMTP,
    owner=Owner.WAIT,
    severity=Severity.MEDIUM,
    judge=judge,
)
