"""PW018: the credential is a long-term one.

Asks: is the user name, or what is stored as the password, of a temporary key
(ASIA…)?

Why it matters: keys of roles and sessions serve the API only.  The SMTP
interface takes long-term keys alone and answers ``535 Authentication
Credentials Invalid`` whatever the password.

How to mend: make an access key for an IAM user, derive its password, enter both.

Source: RULES PW-18 and IAM-05; FACTS 2.1 and 24c; SES guide, "Obtaining Amazon
SES SMTP credentials".
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.password._names import is_temporary
from sendas.doctor.rules.password._stored import examined, exhibit, user_name
from sendas.doctor.rules.smtp._advice import derive, enter_in_gmail, last_four
from sendas.smtp.identification import Kind


def judge(evidence: Evidence) -> Verdict | None:
    """Whether either half is a temporary key's."""
    name, found = user_name(evidence) or "", examined(evidence)
    exhibits = []
    if is_temporary(name):
        exhibits.append(Exhibit("the SMTP user name", f"ASIA{last_four(name)}"))
    if found is not None and found.kind is Kind.TEMPORARY_KEY:
        exhibits.append(exhibit(found))
    if not exhibits:
        return None
    return Verdict(
        Status.FAIL,
        "The SMTP credential is a temporary one",
        "Keys whose id begins with ASIA belong to a role or session; SMTP takes none of them.",
        tuple(exhibits),
        (
            Help(
                "Make a long-term key for an IAM user that may send: `aws iam create-access-key` "
                "with its --user-name.",
                applies=Applies.CONFIRM,
            ),
            derive(evidence),
            enter_in_gmail(evidence),
        ),
    )


RULE = Rule(
    code="PW018",
    title="The credential is a long-term one",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
