"""PW020: the access key behind the SMTP credential exists.

Asks: does IAM know the key whose id is the SMTP user name?

Why it matters: a key deleted, as after a rotation, is gone for good: SES answers
``535 Authentication Credentials Invalid`` to every mail client that still holds
its password.  A key of another account looks the same from here.

How to mend: hand the new key's id and password to the mail client; a deleted
key cannot be brought back.

Source: RULES PW-20; FACTS 3.3 no. 6 and 23, incident B; IAM API,
GetAccessKeyLastUsed.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.password._names import long_term_key
from sendas.doctor.rules.smtp._advice import derive, enter_in_gmail, last_four
from sendas.outcome import see


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the account knows the key."""
    name = long_term_key(evidence)
    if name is None:
        return None
    key = see(evidence.iam.key, "the access key that is the SMTP user name")
    asked = f"IAM: whose key is {last_four(name)}?"
    if key is not None:
        return Verdict(
            Status.OK,
            f"Access key {last_four(name)} exists",
            exhibits=(Exhibit(asked, key.user),),
        )
    return Verdict(
        Status.FAIL,
        f"There is no access key {last_four(name)} in this account",
        "It was deleted, as a rotation does at its end, or it belongs to another account. "
        "Whatever still holds its SMTP password is refused.",
        (Exhibit(asked, "no such key"),),
        (
            Help(
                "Take the key that replaced it; where there is none, make one: `aws iam "
                "create-access-key` with the --user-name of the user that sends."
            ),
            derive(evidence),
            enter_in_gmail(evidence),
        ),
    )


RULE = Rule(
    code="PW020",
    title="The access key behind the SMTP credential exists",
    layer=Layer.PASSWORD,
    owner=Owner.GMAIL,
    severity=Severity.HIGH,
    judge=judge,
)
