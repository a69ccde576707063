"""SUP005: the owner's own mailbox is not on a suppression list.

Asks: does the list of the Region that sends, or of the one that receives, hold
the mailbox that mail is forwarded to?

Why it matters: one hard bounce of a forwarded mail can list the owner's own
mailbox.  From then on every forward is accepted with 250 and nothing arrives.

How to mend: take it off, and let an alarm watch the own addresses.

Source: RULES SUP-05; FACTS 13 (inferred from its semantics).
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.suppression._listed import (
    elsewhere,
    entry,
    exhibit,
    make_sure_of_the_others,
    take_off,
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether forwarded mail vanishes for the owner."""
    mailbox, here = evidence.subject.mailbox, evidence.subject.region
    if mailbox is None:
        return None
    listed = entry(evidence, mailbox, here)
    others = elsewhere(evidence, mailbox)
    found = (listed, *others) if listed else others
    if not found:
        make_sure_of_the_others(evidence, mailbox)
        return Verdict(Status.OK, f"Your mailbox {mailbox} is on no suppression list")
    regions = ", ".join(each.region for each in found)
    return Verdict(
        Status.FAIL,
        f"Your mailbox {mailbox} is on the suppression list of {regions}",
        f"What is forwarded to it through {regions} is accepted with 250 and never sent.",
        tuple(map(exhibit, found)),
        (take_off(*found),),
    )


RULE = Rule(
    code="SUP005",
    title="The owner's own mailbox is not on a suppression list",
    layer=Layer.SUPPRESSION,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("DS005",),
)
