"""ACC001: AWS has not paused the account.

Asks: is the enforcement status in this Region other than SHUTDOWN?

Why it matters: after a review AWS can pause an account.  SES then refuses every
message with ``Account is paused`` or ``Sending paused for this account``.

How to mend: answer the case that AWS opened: what caused the bounces or
complaints, what was changed, and how it is kept from coming back.  Nothing in
the account switches this off.

Source: RULES ACC-01; FACTS 11; SES guide, "Sending review process FAQs".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict


def judge(evidence: Evidence) -> Verdict:
    """Whether AWS itself has stopped the account."""
    account = evidence.account()
    asked = (
        Exhibit(f"GetAccount in {account.region}", f"EnforcementStatus {account.enforcement}"),
    )
    if account.enforcement != "SHUTDOWN":
        return Verdict(
            Status.OK, f"AWS has not paused the account in {account.region}", exhibits=asked
        )
    return Verdict(
        Status.FAIL,
        f"AWS has paused the account in {account.region}",
        "Bounces, complaints or a review led AWS to stop all sending; SES refuses every message.",
        asked,
        (
            Help(
                "Answer the case in the AWS Support Center (AWS writes to the account's root "
                "address): the cause, what you changed, how it is kept from coming back. AWS "
                "decides.",
                verify_by=f"aws sesv2 get-account --region {account.region}",
            ),
        ),
    )


RULE = Rule(
    code="ACC001",
    title="AWS has not paused the account",
    layer=Layer.ACCOUNT,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("DS005",),
)
