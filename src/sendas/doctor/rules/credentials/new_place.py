"""CRED007: no credential is used from somewhere new.

Asks: was mail sent this week from a network that never sent with this credential
before?

Why it matters: a password that leaked is used from where its owner never was.

How to mend: see whose the place is; if nobody's, end the key at once.

Source: FACTS 17.3.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.rules.credentials._remarks import remark_judge
from sendas.iam.credential_verdict import CredentialVerdict


RULE = Rule(
    code="CRED007",
    title="No credential is used from somewhere new",
    layer=Layer.CREDENTIALS,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=remark_judge(
        CredentialVerdict.NEW_PLACE,
        "No credential is used from somewhere new",
        "A credential is used from somewhere new",
        "Is that place yours? Name it in `held_by`. If not: `sendas credentials rotate "
        "ADDRESS --revoke-now LAST4`.",
    ),
)
