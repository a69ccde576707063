"""What could not be looked at is unknown: it is no fault, and takes nothing else with it."""

import pytest

from scenario import Build, blamed, seen
from sendas_lab.world import Lab

from sendas.doctor.run import examine, exit_status
from sendas.play.faults import play


DENIED = {
    "ses:GetAccount": {"ACC001", "ACC003", "ID002"},
    "ses:GetEmailIdentity": {"ID101", "DNS001"},
    "ses:GetSuppressedDestination": {"SUP001", "SUP005"},
    "ses:DescribeActiveReceiptRuleSet": {"RX001", "RX003"},
    "iam:GetAccessKeyLastUsed": set(),
    "iam:GetUserPolicy": {"IAM001", "IAM002"},
    "s3:GetBucketPolicy": {"RX007"},
    "route53:ListHostedZonesByName": set(),
}
"""A call that AWS denies, and some of the codes that cannot be judged without it."""


@pytest.mark.parametrize("action", DENIED)
def test_a_denied_call_loses_only_what_depends_on_it(
    action: str, make: Build, sendas_lab: Lab
) -> None:
    """No root; the dependent findings are unknown or skipped, most others are well."""
    scene = make()
    sendas_lab.aws.faults.deny(action)

    diagnosis = examine(seen(scene))

    ended = {f.code: f.status for f in diagnosis.findings}
    assert () == diagnosis.roots, blamed(diagnosis)
    assert {"unknown", "skipped"} >= {ended[code] for code in DENIED[action] if code in ended}
    assert "crashed" not in ended.values(), blamed(diagnosis)
    assert sum(status in {"ok", "info"} for status in ended.values()) > 35
    assert (3 if DENIED[action] else 0) == exit_status(diagnosis), blamed(diagnosis)


def test_a_real_fault_still_shows(make: Build, sendas_lab: Lab) -> None:
    """With GetAccount denied, a missing DMARC record is the one root, exit status 1."""
    scene = make()
    play("dmarc-missing", scene)
    sendas_lab.aws.faults.deny("ses:GetAccount")

    diagnosis = examine(seen(scene))

    assert ("DNS012",) == diagnosis.roots, blamed(diagnosis)
    assert 1 == exit_status(diagnosis)


def test_the_missing_action_is_named(make: Build, sendas_lab: Lab) -> None:
    """Whoever reads the report knows which permission to ask for."""
    scene = make()
    sendas_lab.aws.faults.deny("ses:GetAccount")

    diagnosis = examine(seen(scene))

    assert any("ses:GetAccount" in f.cause for f in diagnosis.findings if f.status == "unknown")
