"""CRED006: every holder was seen with its current password.

Asks: is there a holder of whom no mail was seen, two weeks after the password was
handed over?

Why it matters: its copy may be the old password: it stops sending when the old key
ends.

How to mend: send a mail from there; or enter the current password there.

Source: FACTS 17.3.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.rules.credentials._remarks import remark_judge
from sendas.iam.credential_verdict import CredentialVerdict


RULE = Rule(
    code="CRED006",
    title="Every holder was seen with its current password",
    layer=Layer.CREDENTIALS,
    owner=Owner.IAM,
    severity=Severity.MEDIUM,
    judge=remark_judge(
        CredentialVerdict.HOLDER_NOT_SEEN,
        "Every holder was seen with its current password",
        "A holder was not seen with its current password",
        "Send a mail from there. `sendas credentials audit ADDRESS --ask` writes to whoever "
        "holds it.",
    ),
)
