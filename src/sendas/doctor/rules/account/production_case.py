"""ACC011: no request for production access is stuck.

Asks: what became of the request to leave the sandbox?

Why it matters: a denied or failed request leaves the account in the sandbox for
good, silently; only an answer in the case moves it.

How to mend: reply in the case: who receives the mail, how they asked for it,
how bounces and complaints are handled.

Source: RULES ACC-11; FACTS 11; SES API v2, ReviewDetails.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict


def judge(evidence: Evidence) -> Verdict | None:
    """Whether AWS still waits for an answer, or we for theirs."""
    account = evidence.account()
    status = account.review_status
    if account.production_access or status is None or status == "GRANTED":
        return None
    case = f"case {account.case_id}" if account.case_id else "the case in the Support Center"
    asked = (Exhibit(f"GetAccount in {account.region}", f"ReviewDetails {status}, {case}"),)
    if status == "PENDING":
        return Verdict(
            Status.INFO,
            f"AWS is looking at the request to leave the sandbox in {account.region}",
            exhibits=asked,
            help=(Help(f"Wait for AWS, and watch {case} for questions."),),
            owner=Owner.AWS,
        )
    return Verdict(
        Status.WARN,
        f"The request to leave the sandbox in {account.region} ended as {status}",
        "The account stays in the sandbox until the case is answered.",
        asked,
        (
            Help(
                f"Reply in {case}: who receives the mail, how they asked for it, how bounces and "
                "complaints are handled.",
            ),
        ),
    )


RULE = Rule(
    code="ACC011",
    title="No request for production access is stuck",
    layer=Layer.ACCOUNT,
    owner=Owner.SES,
    severity=Severity.MEDIUM,
    judge=judge,
)
