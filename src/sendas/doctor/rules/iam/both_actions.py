"""IAM008: the policy grants both sending actions.

Asks: is ``ses:SendEmail`` allowed beside ``ses:SendRawEmail``?

Why it matters: SMTP needs the raw action alone, but a relay or forwarder that
uses the v2 API may be refused over either, and the texts mislead.

How to mend: grant both.

Source: RULES IAM-08; FACTS 4 (contested).
"""

from dataclasses import replace

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.iam._grant import allow, grant
from sendas.iam.policy import decide


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a sender through the API would be refused where SMTP is not."""
    found = grant(evidence)
    if found is None or found.fault is not None:
        return None
    if decide(found.documents, replace(found.request, action="ses:SendEmail")).allowed:
        return Verdict(Status.OK, f"{found.user} may do both ses:SendRawEmail and ses:SendEmail")
    return Verdict(
        Status.INFO,
        f"{found.user} may send by SMTP, and not by the API's ses:SendEmail",
        "That is enough for a mail client; a relay or forwarder needs both.",
        help=(allow(found, evidence.subject.domain),),
    )


RULE = Rule(
    code="IAM008",
    title="The policy grants both sending actions",
    layer=Layer.IAM,
    owner=Owner.IAM,
    severity=Severity.LOW,
    judge=judge,
)
