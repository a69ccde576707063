"""IAM004: the user has room for a new access key.

Asks: how many access keys has the key's user?

Why it matters: IAM allows two.  With both in place the next rotation stops
with ``LimitExceeded``, and a forgotten key is one more to leak.

How to mend: find the one that is unused by its last use, set it inactive, wait
until nobody complains, delete it.

Source: RULES IAM-04; FACTS 4; IAM API, CreateAccessKey.
"""

from datetime import datetime

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.iam.keys import AccessKey
from sendas.outcome import see


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a second key stands in the way of the next rotation."""
    key = see(evidence.iam.key, "the access key")
    if key is None:
        return None
    siblings = see(evidence.iam.sibling_keys, f"ListAccessKeys of {key.user}")
    if not siblings:
        return Verdict(Status.OK, f"{key.user} has one access key and room for the next")
    return Verdict(
        Status.INFO,
        f"{key.user} has two access keys, which is all that IAM allows",
        "A rotation cannot begin before one of them is deleted.",
        tuple(_exhibit(each) for each in (key, *siblings)),
        (
            Help(
                "Find the key that nothing uses, set it inactive, wait some days, delete it. "
                f"`aws iam list-access-keys --user-name {key.user}` lists both.",
            ),
        ),
    )


def _exhibit(key: AccessKey) -> Exhibit:
    state = "active" if key.active else "inactive"
    return Exhibit(
        f"access key …{key.key_id[-4:]}",
        f"{state}, created {_day(key.created)}, last used {_day(key.last_used)}",
    )


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else "never or unknown"


RULE = Rule(
    code="IAM004",
    title="The user has room for a new access key",
    layer=Layer.IAM,
    owner=Owner.IAM,
    severity=Severity.LOW,
    judge=judge,
)
