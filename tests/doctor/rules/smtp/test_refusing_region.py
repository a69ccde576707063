"""The Region that a refusal names, against the one asked about (issue 11's F17)."""

from datetime import UTC, datetime

import pytest

from sendas.doctor.evidence import Evidence, Subject, Symptom
from sendas.doctor.model import Status
from sendas.doctor.rules.smtp.message_taken import RULE
from sendas.ses.regions import Region


def refused(region: str) -> Evidence:
    """SES's words for an address that is not verified there, asked about us-east-1."""
    text = (
        "554 Message rejected: Email address is not verified. The following identities failed "
        f"the check in region {region}: me@example.com"
    )
    return Evidence(
        Subject("example.com", Region("us-east-1")),
        datetime(2026, 11, 29, tzinfo=UTC),
        symptoms=(Symptom("ses", text, 554),),
    )


@pytest.mark.parametrize(("region", "elsewhere"), [("EU-WEST-1", True), ("US-EAST-1", False)])
def test_advice_is_about_the_region_that_refused(region: str, *, elsewhere: bool) -> None:
    """Another Region's refusal is not mended here: the doctor says where to look."""
    verdict = RULE.judge(refused(region))

    assert verdict is not None
    assert Status.FAIL is verdict.status
    command = "sendas doctor example.com --region eu-west-1"
    assert elsewhere == (command in verdict.help[0].commands)
    assert elsewhere == ("eu-west-1" in verdict.title)
