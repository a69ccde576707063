"""IAM010: no other document overrules the policy that allows sending.

Asks: does any document that binds the user deny sending outright, or does a
permissions boundary not allow it?

Why it matters: one Deny beats every Allow, and a boundary must allow as well.
The policy one looks at then seems right, and SES still answers ``554 Access
denied``.  A service control policy does the same and cannot be seen from the
account.

How to mend: take the denying statement out, or widen the boundary.

Source: RULES IAM-10; FACTS 4; IAM User Guide, "Policy evaluation logic".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.iam._deny import lift_all, widen
from sendas.doctor.rules.iam._grant import SEND, Fault, grant


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a Deny or the boundary decides."""
    found = grant(evidence)
    if found is None:
        return None
    region = evidence.subject.region
    if found.fault is Fault.BOUNDARY:
        return Verdict(
            Status.FAIL,
            f"The permissions boundary of {found.user} does not allow {SEND}",
            "The user's own policies allow it; the boundary must allow it as well.",
            found.exhibits,
            (widen(found, region),),
        )
    if found.fault is not Fault.DENIED:
        return Verdict(Status.OK, f"No document denies {SEND} to {found.user}")
    if found.doubtful:
        return Verdict(
            Status.WARN,
            f"{found.decider} may deny {SEND} to {found.user}",
            "The denial has a condition on what this run cannot know.",
            found.exhibits,
            lift_all(found, evidence),
            severity=Severity.MEDIUM,
        )
    return Verdict(
        Status.FAIL,
        f"{found.decider} denies {SEND} to {found.user}",
        "A Deny beats every Allow, wherever it stands.",
        found.exhibits,
        lift_all(found, evidence),
    )


RULE = Rule(
    code="IAM010",
    title="No other document overrules the policy that allows sending",
    layer=Layer.IAM,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
