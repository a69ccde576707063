"""CRED001: no credential is due to be replaced.

Asks: is any active access key that can send as the domain 76 to 89 days old?

Why it matters: at 90 days it is out of policy, and whoever holds a copy needs days to
change it.

How to mend: `sendas credentials rotate ADDRESS`, and again until it says that all is
done.

Source: FACTS 17.3.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.rules.credentials._remarks import remark_judge
from sendas.iam.credential_verdict import CredentialVerdict


RULE = Rule(
    code="CRED001",
    title="No credential is due to be replaced",
    layer=Layer.CREDENTIALS,
    owner=Owner.IAM,
    severity=Severity.LOW,
    judge=remark_judge(
        CredentialVerdict.DUE,
        "No credential is due to be replaced",
        "A credential is due to be replaced",
        "Begin now: `sendas credentials rotate ADDRESS`; mail goes on meanwhile.",
    ),
)
