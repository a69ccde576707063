"""IAM009: in the sandbox, the policy covers the recipient's identity too.

Asks: did SES refuse over an identity that is not ours, while in the sandbox?

Why it matters: in the sandbox recipients must be verified identities, and SES
may ask the policy for theirs as well.  A policy that names only the domain
then fails, and only there.

How to mend: leave the sandbox; for tests, widen the policy's resource.

Source: RULES IAM-09; FACTS 4 (seen in the wild).
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.iam._grant import grant, put_policy
from sendas.doctor.rules.iam._texts import access_denied


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal names a recipient's identity."""
    ours = evidence.subject.domain
    foreign = [
        each
        for each in access_denied(evidence)
        if each.identity and each.identity.rpartition("@")[2].lower() != ours
    ]
    if not foreign or not evidence.account().in_sandbox:
        return None
    found = grant(evidence)
    commands = (put_policy(found, ours, foreign[0].resource),) if found else ()
    return Verdict(
        Status.FAIL,
        f"The policy does not cover the recipient's identity {foreign[0].identity}",
        "The account is in the sandbox, where SES asks for the recipient's identity as well.",
        (Exhibit("refusal", f"{foreign[0].action} on {foreign[0].resource}"),),
        (
            Help(
                "Leave the sandbox; or, for tests, cover that identity in the policy.",
                commands=commands,
                applies=Applies.CONFIRM,
                wait_seconds=60,
            ),
        ),
    )


RULE = Rule(
    code="IAM009",
    title="In the sandbox, the policy covers the recipient's identity too",
    layer=Layer.IAM,
    owner=Owner.IAM,
    severity=Severity.MEDIUM,
    judge=judge,
    explained_by=("ID002",),
)
