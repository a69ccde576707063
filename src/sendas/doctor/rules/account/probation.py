"""ACC002: the account is not under review.

Asks: is the enforcement status in this Region other than PROBATION?

Why it matters: mail still flows, but AWS has seen too many bounces (5 % and
more) or complaints (0.1 % and more) and will pause the account unless it
stops.  The rates look back over thousands of mails, which for one person is a
year.

How to mend: find the stream; forwarded spam is the usual one.  Answer the case.

Source: RULES ACC-02; FACTS 11; SES guide, "Sending review process FAQs".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict


_KNOWN = {"HEALTHY", "SHUTDOWN"}


def judge(evidence: Evidence) -> Verdict:
    """Whether AWS watches the account."""
    account = evidence.account()
    state = account.enforcement
    asked = (Exhibit(f"GetAccount in {account.region}", f"EnforcementStatus {state}"),)
    if state in _KNOWN:
        return Verdict(
            Status.OK, f"The account is not under review in {account.region}", exhibits=asked
        )
    if state != "PROBATION":
        return Verdict(
            Status.WARN,
            f"The account's enforcement status is {state}, which this release does not know",
            exhibits=asked,
        )
    return Verdict(
        Status.FAIL,
        f"The account is under review in {account.region}",
        "Too many bounces or complaints. Mail flows, and AWS pauses the account if it goes on.",
        asked,
        (
            Help(
                "Find the stream that bounces or is complained about, and look at forwarded mail "
                "first: forwarded spam bounces at Gmail. Stop it, then answer the case in the AWS "
                "Support Center. AWS decides.",
                verify_by=f"aws sesv2 get-account --region {account.region}",
            ),
        ),
    )


RULE = Rule(
    code="ACC002",
    title="The account is not under review",
    layer=Layer.ACCOUNT,
    owner=Owner.SES,
    severity=Severity.MEDIUM,
    judge=judge,
    explained_by=("DS005",),
)
