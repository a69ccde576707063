"""SUP003: the recipient is not on another Region's suppression list.

Asks: where this Region's list does not hold the recipient, does another's?

Why it matters: the list is per Region.  Mail that leaves through this Region is
not withheld; mail through the other vanishes with 250, as a forwarder or an
older client that still sends there would find.

How to mend: take the address off there too, by the same care as here.

Source: RULES SUP-03; FACTS 13 ("per Region"); incident B.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.suppression._listed import (
    elsewhere,
    entry,
    exhibit,
    make_sure_of_the_others,
    recipients,
    take_off,
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether only other Regions list the recipient."""
    here = evidence.subject.region
    asked = recipients(evidence)
    groups = [
        group
        for address in asked
        if (group := elsewhere(evidence, address)) and not entry(evidence, address, here)
    ]
    if not asked or len(evidence.regions) < 2:  # noqa: PLR2004  here and at least one more
        return None
    if not groups:
        for address in asked:
            make_sure_of_the_others(evidence, address)
        return Verdict(Status.OK, "No other Region alone lists the recipient")
    names = ", ".join(group[0].address for group in groups)
    regions = ", ".join(dict.fromkeys(each.region for group in groups for each in group))
    return Verdict(
        Status.FAIL,
        f"{names} is on the suppression list of {regions}, not of {here}",
        f"Mail sent through {regions} vanishes with 250; through {here} it goes out.",
        tuple(exhibit(each) for group in groups for each in group),
        tuple(take_off(*group) for group in groups),
        severity=Severity.MEDIUM,
    )


RULE = Rule(
    code="SUP003",
    title="The recipient is not on another Region's suppression list",
    layer=Layer.SUPPRESSION,
    owner=Owner.SES,
    severity=Severity.MEDIUM,
    judge=judge,
)
