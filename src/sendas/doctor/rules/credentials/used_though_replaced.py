"""CRED004: no replaced credential is used.

Asks: was mail sent with an old credential after every holder was seen with the new one?

Why it matters: somebody holds a copy that nobody named, and cannot send once the old
key ends; or it leaked.

How to mend: change the password there and name the holder in `held_by`; if nobody knows
the place, end the key.

Source: FACTS 17.3.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.rules.credentials._remarks import remark_judge
from sendas.iam.credential_verdict import CredentialVerdict


RULE = Rule(
    code="CRED004",
    title="No replaced credential is used",
    layer=Layer.CREDENTIALS,
    owner=Owner.IAM,
    severity=Severity.MEDIUM,
    judge=remark_judge(
        CredentialVerdict.USED_THOUGH_REPLACED,
        "No replaced credential is used",
        "A credential is used although it was replaced",
        "Change the password there, and name it in `held_by`. Nobody you know: `sendas "
        "credentials rotate ADDRESS --revoke-now LAST4`.",
    ),
)
