"""IAM002: the SMTP user may do what SMTP does, ses:SendRawEmail.

Asks: does any policy of the key's user allow ``ses:SendRawEmail``?

Why it matters: the login looks at the key alone and succeeds (235).  Only when
the message is offered are the policies asked, and SES answers ``554 Access
denied``.  A policy with ``ses:SendEmail`` alone serves the API, not SMTP.

How to mend: allow both actions; the texts that name the missing one mislead.

Source: RULES IAM-02 and IAM-08; FACTS 4; SES guide, "Controlling access to
Amazon SES".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.iam._grant import SEND, Fault, allow, grant


def judge(evidence: Evidence) -> Verdict | None:
    """Whether any policy speaks of sending raw mail at all."""
    found = grant(evidence)
    if found is None:
        return None
    if found.fault is not Fault.ACTION:
        return Verdict(Status.OK, f"A policy of {found.user} speaks of {SEND}")
    return Verdict(
        Status.FAIL,
        f"No policy lets {found.user} do {SEND}",
        "SES accepts the login and then refuses each message, because SMTP sends raw mail.",
        found.exhibits,
        (allow(found, evidence.subject.domain),),
    )


RULE = Rule(
    code="IAM002",
    title="The SMTP user may do ses:SendRawEmail",
    layer=Layer.IAM,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
