"""Which rule set's road is looked at: the one that takes the domain's mail, or would."""

from dataclasses import replace

import pytest

from sendas.doctor.evidence import Subject
from sendas.doctor.road_hops import awaited
from sendas.ses.receiving import ReceiptRule, RuleSet, S3Action
from sendas.ses.regions import Region


SUBJECT = Subject("example.com", Region("us-east-1"), from_address="me@example.com")
OURS = ReceiptRule("ours", True, ("example.com",), (S3Action("mail"),))  # noqa: FBT003  enabled
ASLEEP = replace(OURS, enabled=False)
THEIRS = ReceiptRule("theirs", True, ("example.org",), (S3Action("other"),))  # noqa: FBT003
FOR_INFO = replace(ASLEEP, name="info", recipients=("info@example.com",))


@pytest.mark.parametrize(
    ("active", "others", "expected"),
    [
        (RuleSet("a", (OURS,)), (RuleSet("b", (OURS,)),), "a: ours"),
        (RuleSet("a", (THEIRS, ASLEEP)), (RuleSet("b", (OURS,)),), "a: theirs ours"),
        # The rule for another address would not take what is asked about.
        (RuleSet("a", (FOR_INFO, ASLEEP)), (), "a: ours"),
        (RuleSet("a", (FOR_INFO,)), (RuleSet("b", (OURS,)),), "a: "),
        (RuleSet("a", (THEIRS,)), (RuleSet("b", (OURS,)),), "b: ours"),
        (None, (RuleSet("b", (THEIRS,)), RuleSet("c", (OURS,))), "c: ours"),
        # A set that sleeps with its rules asleep is nobody's wish.
        (None, (RuleSet("b", (ASLEEP,)),), None),
        (RuleSet("a", (THEIRS,)), (), "a: theirs"),
    ],
)
def test_the_set_that_is_waited_for(
    active: RuleSet | None, others: tuple[RuleSet, ...], expected: str | None
) -> None:
    """The active set, its sleeping rule switched on, or the set beside it."""
    found = awaited(active, others, SUBJECT)

    enabled = " ".join(rule.name for rule in found.rules if rule.enabled) if found else ""
    assert expected == (f"{found.name}: {enabled}" if found else None)
