"""CRED008: no credential may do more than it needs.

Asks: may a mailbox's user, or one that is used over SMTP, do more than send, or send as
more than its mailbox?

Why it matters: whoever gets the password of a mail program gets all of that.

How to mend: let a new user of the least rights take its place, then end the old key.

Source: FACTS 4; IAM guide, "Grant least privilege".
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.rules.credentials._remarks import remark_judge
from sendas.iam.credential_verdict import CredentialVerdict


RULE = Rule(
    code="CRED008",
    title="No credential may do more than it needs",
    layer=Layer.CREDENTIALS,
    owner=Owner.IAM,
    severity=Severity.MEDIUM,
    judge=remark_judge(
        CredentialVerdict.TOO_MANY_RIGHTS,
        "No credential may do more than it needs",
        "A credential may do more than it needs",
        "`sendas credentials rotate ADDRESS --user NAME` hands its holders over to a user "
        "that may only send as the address.",
    ),
)
