"""CRED003: every credential is used.

Asks: is there an active access key, a day old or older, that neither IAM nor the
history of sent mail saw used?

Why it matters: it can leak as any other, and nobody would miss it.

How to mend: enter it where it belongs, or delete it.

Source: IAM API, GetAccessKeyLastUsed.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.rules.credentials._remarks import remark_judge
from sendas.iam.credential_verdict import CredentialVerdict


RULE = Rule(
    code="CRED003",
    title="Every credential is used",
    layer=Layer.CREDENTIALS,
    owner=Owner.IAM,
    severity=Severity.LOW,
    judge=remark_judge(
        CredentialVerdict.NEVER_USED,
        "Every credential is used",
        "A credential was never used",
        "Enter its password where it belongs, or delete the key.",
    ),
)
