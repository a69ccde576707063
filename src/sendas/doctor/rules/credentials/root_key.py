"""CRED009: the account's root user has no access key.

Asks: has the root user an access key?

Why it matters: whoever gets it may do everything, sending as anybody included, and no policy
holds it back.

How to mend: delete it; AWS advises never to make one.

Source: IAM guide, "Root user best practices"; IAM API, GetAccountSummary.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.outcome import see


def judge(evidence: Evidence) -> Verdict | None:
    """Whether root has a key, by the account's summary."""
    if evidence.credentials is None:
        return None
    seen = see(evidence.credentials, "who can send")
    if not see(seen.root_key, "whether root has an access key"):
        return Verdict(Status.OK, "The root user has no access key")
    mend = "Sign in as root, delete the key under Security credentials, and use an IAM role."
    return Verdict(Status.FAIL, "The root user has an access key", help=(Help(mend),))


RULE = Rule(
    code="CRED009",
    title="The root user has no access key",
    layer=Layer.CREDENTIALS,
    owner=Owner.IAM,
    severity=Severity.MEDIUM,
    judge=judge,
)
