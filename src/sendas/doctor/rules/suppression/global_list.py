"""SUP002: the recipient is not on SES's own list.

Asks: does a bounce say that SES suppressed the address because of its recent
history, while it is not on the account's list?

Why it matters: SES keeps a list over all its customers, which nobody can ask.
An address stays on it for up to 14 days, longer each time, and mail to it
counts as a bounce of ours.

How to mend: wait.  With the account's own list switched on, SES's list does not
apply to us.

Source: RULES SUP-02; FACTS 13; SES guide, "Global suppression list".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._refusals import refusal_with


_TWO_WEEKS_SECONDS = 14 * 24 * 60 * 60


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a bounce speaks of SES's own list."""
    said = refusal_with(evidence, "recent history of bouncing as an invalid address")
    if said is None:
        return None
    return Verdict(
        Status.FAIL,
        "SES withheld the mail because the address bounced for other customers of SES",
        "That list is SES's own and cannot be looked at.",
        (Exhibit("bounce", said),),
        (
            Help(
                "Have the recipient confirm the address, and wait up to 14 days. The account's "
                "own suppression list, once switched on, takes the place of SES's.",
                wait_seconds=_TWO_WEEKS_SECONDS,
            ),
        ),
    )


RULE = Rule(
    code="SUP002",
    title="The recipient is not on SES's own list",
    layer=Layer.SUPPRESSION,
    owner=Owner.WAIT,
    severity=Severity.MEDIUM,
    judge=judge,
    explained_by=("SUP001", "SUP005"),
)
