"""ACC007: the account's pricing plan is known to its owner.

Asks: which pricing plan does GetAccount name in this Region?

Why it matters: since 21 July 2026 accounts that are new, or have long not
sent, begin on the plan ESSENTIALS, which costs more per mail than NONE.

How to mend: choose the plan; nothing about the mail depends on it.

Source: RULES ACC-07; FACTS 14; SES API v2, PricingAttributes.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict


def judge(evidence: Evidence) -> Verdict | None:
    """Which plan the account pays by."""
    account = evidence.account()
    if account.pricing_plan is None:
        return None
    asked = (Exhibit(f"GetAccount in {account.region}", f"CurrentPlan {account.pricing_plan}"),)
    title = f"The pricing plan in {account.region} is {account.pricing_plan}"
    if account.pricing_plan != "ESSENTIALS":
        return Verdict(Status.OK, title, exhibits=asked)
    return Verdict(
        Status.INFO,
        title,
        "Accounts may begin on it without having chosen it; paying by use costs less per mail.",
        asked,
        (Help("Compare the plans in the SES console, under Account, and choose."),),
    )


RULE = Rule(
    code="ACC007",
    title="The account's pricing plan is known to its owner",
    layer=Layer.ACCOUNT,
    owner=Owner.SES,
    severity=Severity.LOW,
    judge=judge,
)
