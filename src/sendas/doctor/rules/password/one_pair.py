"""PW014: user name and password come from one access key.

Asks: is the password made from another secret key than the one given, or is it
right for the secret key given and refused all the same, beside the id of a key
whose user has another?

Why it matters: an IAM user may have two access keys.  The id of one with the
password of the other is refused: SES answers ``535 Authentication Credentials
Invalid`` though each half is right.  After a rotation this is common.

How to mend: take id and secret of one key, derive the password from that
secret, and enter both.

Source: RULES PW-14; FACTS 3.3 no. 6 and 17.4.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.password._pair import right_yet_refused
from sendas.doctor.rules.password._stored import examined, exhibit, wrong
from sendas.doctor.rules.smtp._advice import enter_in_gmail, last_four
from sendas.doctor.rules.smtp._login import login, reply_exhibit
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the two halves belong to two keys."""
    found = examined(evidence)
    if found is not None and found.kind is Kind.V4_OTHER_SECRET:
        return wrong(
            evidence,
            found,
            "The stored password comes from another secret access key",
            "No recipe makes it from the secret key given: it belongs to another key, such as "
            "the one before a rotation.",
        )
    key = right_yet_refused(evidence)
    siblings = evidence.iam.sibling_keys
    if key is None or found is None or not isinstance(siblings, tuple) or not siblings:
        return None
    others = " or ".join(last_four(sibling.key_id) for sibling in siblings)
    return Verdict(
        Status.FAIL,
        "User name and password come from two different access keys",
        f"The password is right for the secret key given, but the user name is the id of "
        f"{last_four(key.key_id)}; {key.user} also has {others}.",
        (exhibit(found), reply_exhibit(login(evidence))),
        (
            Help(
                f"Enter as user name the id of the key that the secret belongs to: {others} "
                f"rather than {last_four(key.key_id)}.",
                commands=(aws("iam list-access-keys", user_name=key.user),),
            ),
            enter_in_gmail(evidence),
        ),
    )


RULE = Rule(
    code="PW014",
    title="User name and password come from one access key",
    layer=Layer.PASSWORD,
    owner=Owner.GMAIL,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("PW019", "PW020"),
)
