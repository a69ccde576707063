"""CRED002: no credential is overdue.

Asks: is any active access key that can send as the domain 90 days old or older?

Why it matters: a key that leaked long ago is still good; auditors ask for 90 days.

How to mend: `sendas credentials rotate ADDRESS`, and again until it says that all is
done.

Source: FACTS 17.3.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.rules.credentials._remarks import remark_judge
from sendas.iam.credential_verdict import CredentialVerdict


RULE = Rule(
    code="CRED002",
    title="No credential is overdue",
    layer=Layer.CREDENTIALS,
    owner=Owner.IAM,
    severity=Severity.MEDIUM,
    judge=remark_judge(
        CredentialVerdict.OVERDUE,
        "No credential is overdue",
        "A credential is overdue",
        "`sendas credentials rotate ADDRESS`; the old one works until every holder was seen "
        "with the new.",
    ),
)
