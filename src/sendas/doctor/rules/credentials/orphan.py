"""CRED005: every credential's password is known to somebody.

Asks: is there a key whose password is stored nowhere: of a mailbox, or never used?

Why it matters: it takes one of the two places that IAM has for a user's keys, and
nobody can send with it who should.

How to mend: see who made it (`sendas credentials list --long`), then delete it.

Source: FACTS 17.4.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.rules.credentials._remarks import remark_judge
from sendas.iam.credential_verdict import CredentialVerdict


RULE = Rule(
    code="CRED005",
    title="Every credential's password is known to somebody",
    layer=Layer.CREDENTIALS,
    owner=Owner.IAM,
    severity=Severity.MEDIUM,
    judge=remark_judge(
        CredentialVerdict.ORPHAN,
        "Every credential's password is known to somebody",
        "A key's password is stored nowhere",
        "See who made it: `sendas credentials list --long`; then delete the key. A mailbox "
        "that has no other: `sendas credentials rotate ADDRESS`.",
    ),
)
