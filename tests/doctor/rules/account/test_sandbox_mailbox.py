"""The first day: an account in the sandbox, and a mailbox that nobody verified (FACTS 6)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sendas.doctor.evidence import Evidence, RegionEvidence, Subject
from sendas.doctor.model import Status
from sendas.doctor.rules.account.sandbox_mailbox import RULE
from sendas.errors import CouldNotLook
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.account_state import Account
from sendas.ses.identity import Dkim, Identity
from sendas.ses.regions import Region


HERE = Region("us-east-1")
MAILBOX = "owner@gmail.com"
ACCOUNT = Account(
    HERE,
    production_access=False,
    sending_enabled=True,
    enforcement="HEALTHY",
    max_24_hour_send=200.0,
    max_send_rate_per_second=1.0,
    sent_last_24_hours=0.0,
    suppressed_reasons=(),
)
VERIFIED = Identity(
    MAILBOX,
    HERE,
    "SUCCESS",
    verified_for_sending=True,
    dkim=Dkim("NOT_STARTED", signing_enabled=False, tokens=()),
)


def evidence(
    identity: Seen[Identity | None], *, production: bool = False, mailbox: str | None = MAILBOX
) -> Evidence:
    """An account, and what SES knows of the mailbox."""
    account = replace(ACCOUNT, production_access=production)
    return Evidence(
        Subject("example.com", HERE, mailbox=mailbox),
        datetime(2026, 11, 29, tzinfo=UTC),
        regions={HERE: RegionEvidence(account, {MAILBOX: identity, "gmail.com": None})},
    )


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        (evidence(None), Status.FAIL),
        (evidence(replace(VERIFIED, verified_for_sending=False)), Status.FAIL),
        (evidence(VERIFIED), Status.OK),
        (evidence(None, production=True), Status.OK),
        (evidence(None, mailbox=None), None),
    ],
)
def test_forwards_are_refused_in_the_sandbox(seen: Evidence, status: Status | None) -> None:
    """Every forward fails until the mailbox is verified, or production access granted."""
    verdict = RULE.judge(seen)

    assert status is (verdict and verdict.status)


def test_silence_is_no_refusal() -> None:
    """Who could not be asked about is not called unverified."""
    with pytest.raises(CouldNotLook):
        RULE.judge(evidence(NoAnswer(Why.TIMEOUT, "5 s")))
