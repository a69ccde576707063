"""RX111: one forwarder works on the domain's mail.

Asks: do several different functions hear of the same mail?  A function and its
alias are one.

Why it matters: two active forwarders send every mail on twice, and each counts
the other's bounces against the account.

How to mend: switch one of them off; moving from one to the other, that is the old.

Source: RULES RX-23; docs/receiving.md.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.receive._road import (
    Unseen,
    by_bucket,
    called,
    function,
    name_of,
    start,
    whole_function,
)  # fmt: skip


def judge(evidence: Evidence) -> Verdict | None:
    """Whether mail is worked on more than once."""
    begin, unseen = start(evidence), Unseen()
    calls = called(evidence, begin, unseen) if begin else ()
    for action in begin.stored if begin else ():
        with unseen:  # what hangs on nothing elsewhere is a second forwarder here
            by_bucket(evidence, action.bucket)
    arns: dict[str, None] = {}
    for call in calls:
        with unseen:
            if function(evidence, call.arn).exists:
                arns[whole_function(call.arn)] = None
    if len(arns) < 2:  # noqa: PLR2004  one, or none
        unseen.tell()
        return Verdict(Status.OK, "No second function hears of the same mail") if calls else None
    names = " and ".join(name_of(arn) for arn in arns)
    return Verdict(
        Status.WARN,
        f"{names} hear of the same mail",
        "Unless one only looks on, every mail is forwarded more than once.",
        tuple(Exhibit(f"told by {c.source or c.by}", name_of(c.arn)) for c in calls),
        (Help("Where both forward, take the one that is no longer wanted off the road."),),
    )


RULE = Rule(
    code="RX111",
    title="One forwarder works on the domain's mail",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.MEDIUM,
    judge=judge,
)
