"""PW017: the user name is the id of the key that the password was made from.

Asks: is the password right for the secret key given, and refused all the same
beside the id of the only key of its user?

Why it matters: the id then belongs to another user's key than the secret.  SES
answers ``535 Authentication Credentials Invalid``, because it looks up the
secret of the id it was told.

How to mend: enter the id of the key whose secret the password was derived from.

Source: RULES PW-17; FACTS 3.3.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.password._pair import right_yet_refused
from sendas.doctor.rules.password._stored import examined, exhibit
from sendas.doctor.rules.smtp._advice import enter_in_gmail, last_four
from sendas.doctor.rules.smtp._login import login, reply_exhibit


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the id is of another user's key."""
    found, key = examined(evidence), right_yet_refused(evidence)
    siblings = evidence.iam.sibling_keys
    if key is None or found is None or (isinstance(siblings, tuple) and siblings):
        return None
    return Verdict(
        Status.FAIL,
        f"The user name is the id of another key, {last_four(key.key_id)} of {key.user}",
        "The password is right for the secret key given; that secret belongs to another id.",
        (exhibit(found), reply_exhibit(login(evidence))),
        (
            Help(
                "Enter as user name the access key id that the secret key was issued with; both "
                "stood together when the key was made. It is not "
                f"{last_four(key.key_id)}."
            ),
            enter_in_gmail(evidence),
        ),
    )


RULE = Rule(
    code="PW017",
    title="The user name is the id of the key that the password was made from",
    layer=Layer.PASSWORD,
    owner=Owner.GMAIL,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("PW019", "PW020"),
)
