"""PW021: user name and password stand in their own fields, without blanks.

Asks: does a secret stand in the user name's field, a key id in the password's,
or do blanks stand around the user name?

Why it matters: pasting goes wrong in the field next door, and blanks cannot be
seen; SES answers ``535 Authentication Credentials Invalid``.

How to mend: paste both again: the access key id as user name, the 44 characters
as password.

Source: RULES PW-21.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.password._names import is_secret
from sendas.doctor.rules.password._stored import examined, user_name
from sendas.doctor.rules.smtp._advice import derive, enter_in_gmail
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the two were swapped, or pasted with blanks."""
    name, found = user_name(evidence) or "", examined(evidence)
    exhibits = []
    if is_secret(name):
        exhibits.append(Exhibit("the SMTP user name", "the form of a secret; it is not shown"))
    if found is not None and found.kind is Kind.ACCESS_KEY_ID:
        exhibits.append(Exhibit("the stored password", "an access key id"))
    if exhibits:
        title = "User name and password stand in each other's fields"
    elif name != name.strip():
        ends = bool({"\n", "\r"} & set(name))
        what = "A line end stands" if ends else "Blanks stand"
        title = f"{what} around the SMTP user name"
        exhibits.append(
            Exhibit(
                "the SMTP user name", f"{'a line end' if ends else 'blanks'} before or after it"
            )
        )
    else:
        return None
    return Verdict(
        Status.FAIL,
        title,
        "The user name is the access key id, the password the 44 characters derived from its "
        "secret key, each without anything around it.",
        tuple(exhibits),
        (
            Help(
                "Paste both again, the access key id (AKIA…) as user name. A secret that stood in "
                "a user name's field may have been logged: make a new key, and delete the old one."
            ),
            derive(evidence),
            enter_in_gmail(evidence),
        ),
    )


RULE = Rule(
    code="PW021",
    title="User name and password stand in their own fields, without blanks",
    layer=Layer.PASSWORD,
    owner=Owner.GMAIL,
    severity=Severity.HIGH,
    judge=judge,
)
