"""IAM001: the policy covers the identity and the configuration set.

Asks: do the resources of the policies that allow sending include the ARN of
this domain's identity here and, if it has one, of its default configuration
set?

Why it matters: SES asks for each of them.  A policy written for another
domain, another Region or for identities only ends in ``554 Access denied …
on resource …`` after a good login.

How to mend: name both ARNs.

Source: RULES IAM-01; FACTS 4; SES guide, "Controlling access to Amazon SES".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.iam._grant import Fault, allow, grant


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the right resources are named."""
    found = grant(evidence)
    if found is None or found.fault is Fault.ACTION:
        return None
    if found.fault is not Fault.RESOURCE:
        return Verdict(Status.OK, f"The policies of {found.user} cover what it sends with")
    thing = found.decision.resource.rpartition(":")[2]
    return Verdict(
        Status.FAIL,
        f"The policies of {found.user} do not cover {thing}",
        "They allow sending with other resources only, and SES asks for this one.",
        found.exhibits,
        (allow(found, evidence.subject.domain),),
    )


RULE = Rule(
    code="IAM001",
    title="The policy covers the identity and the configuration set",
    layer=Layer.IAM,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
