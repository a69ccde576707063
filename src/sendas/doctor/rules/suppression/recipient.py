"""SUP001: the recipient is not on this Region's suppression list.

Asks: does the account's suppression list here hold the recipient, and why?

Why it matters: SES accepts mail to a listed address with 250, counts it, and
sends nothing.  BOUNCE means that mail to it failed for good; COMPLAINT that the
recipient, or the recipient's provider, called a mail spam.  What led to the
entry is past, and the entry stays until somebody removes it.

How to mend: with BOUNCE, take the address off once the cause is gone.  With
COMPLAINT, only if the recipient agrees.

Source: RULES SUP-01; FACTS 13; SES guide, "Using the account-level suppression
list" and "Overriding it by configuration set".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.suppression._listed import (
    elsewhere,
    entry,
    exhibit,
    is_withheld,
    recipients,
    take_off,
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES withholds the mail by itself."""
    region = evidence.subject.region
    asked = recipients(evidence)
    every = [listed for address in asked if (listed := entry(evidence, address, region))]
    found = [listed for listed in every if is_withheld(evidence, listed)]
    if not asked:
        return None
    if every and not found:
        names = ", ".join(each.address for each in every)
        return Verdict(
            Status.INFO,
            f"{names} is on the suppression list of {region}, and SES sends all the same",
            "The reasons that the configuration set, or the account, suppresses for leave it out.",
            tuple(map(exhibit, every)),
        )
    if not found:
        return Verdict(Status.OK, f"{', '.join(asked)} is not on the suppression list of {region}")
    names = ", ".join(each.address for each in found)
    reasons = ", ".join(dict.fromkeys(each.reason for each in found))
    groups = [(each, *elsewhere(evidence, each.address)) for each in found]
    return Verdict(
        Status.FAIL,
        f"{names} is on the suppression list of {region} ({reasons})",
        "SES accepts mail to it with 250 and sends nothing.",
        tuple(exhibit(each) for group in groups for each in group),
        tuple(take_off(*group) for group in groups),
    )


RULE = Rule(
    code="SUP001",
    title="The recipient is not on this Region's suppression list",
    layer=Layer.SUPPRESSION,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
