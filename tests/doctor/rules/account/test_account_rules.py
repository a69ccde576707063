"""The rules on the account, judged from evidence alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sendas.doctor.evidence import Evidence, RegionEvidence, Subject, Symptom
from sendas.doctor.model import Rule, Status
from sendas.doctor.rules.account import (
    old_signature,
    paused,
    pricing_plan,
    probation,
    production_case,
    quota,
    rate,
    sandbox,
    set_paused,
    shutdown,
)
from sendas.errors import CouldNotLook
from sendas.outcome import NOT_ASKED, NoAnswer, Seen, Why
from sendas.ses.account_state import Account
from sendas.ses.configuration_set import ConfigurationSet
from sendas.ses.identity import Dkim, Identity
from sendas.ses.regions import Region


HERE = Region("us-east-1")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WELL = Account(
    HERE,
    production_access=True,
    sending_enabled=True,
    enforcement="HEALTHY",
    max_24_hour_send=200,
    max_send_rate_per_second=1,
    sent_last_24_hours=0,
    suppressed_reasons=("BOUNCE", "COMPLAINT"),
)
TO = "friend@example.net"
RECIPIENT = Identity(
    TO,
    HERE,
    "SUCCESS",
    verified_for_sending=True,
    dkim=Dkim("SUCCESS", True, ()),  # noqa: FBT003  signing
)
SILENCE = NoAnswer(Why.DENIED, "ses:GetEmailIdentity")


def evidence(
    account: Seen[Account] = WELL,
    *symptoms: str,
    to: str | None = TO,
    identities: Mapping[str, Seen[Identity | None]] | None = None,
    paused_set: bool | None = None,
) -> Evidence:
    """An account, what was refused, and who is written to."""
    known: dict[str, Seen[Identity | None]] = {
        "example.com": replace(
            RECIPIENT,
            name="example.com",
            configuration_set=None if paused_set is None else "events",
        ),
        TO: None,
    }
    events = ConfigurationSet(
        "events", not paused_set, tls_required=False, suppressed_reasons=None
    )
    return Evidence(
        Subject("example.com", HERE, "me@example.com", to),
        NOW,
        regions={
            HERE: RegionEvidence(account, known | dict(identities or {}), {}, {"events": events})
        },
        symptoms=tuple(Symptom("ses", text) for text in symptoms),
    )


def changed(**fields: object) -> Account:
    """The account with other answers."""
    return replace(WELL, **fields)  # type: ignore[arg-type]  # fields by name


SANDBOX = changed(production_access=False)
UNVERIFIED = (
    "554 Message rejected: Email address is not verified. The following identities failed the "
    "check in region US-EAST-1: stranger@example.org"
)

CASES = [
    (shutdown.RULE, evidence(), Status.OK),
    (shutdown.RULE, evidence(changed(enforcement="SHUTDOWN")), Status.FAIL),
    (shutdown.RULE, evidence(changed(enforcement="PROBATION")), Status.OK),
    (probation.RULE, evidence(), Status.OK),
    (probation.RULE, evidence(changed(enforcement="PROBATION")), Status.FAIL),
    (probation.RULE, evidence(changed(enforcement="SHUTDOWN")), Status.OK),
    (probation.RULE, evidence(changed(enforcement="PURGATORY")), Status.WARN),
    (paused.RULE, evidence(), Status.OK),
    (paused.RULE, evidence(changed(sending_enabled=False)), Status.FAIL),
    (set_paused.RULE, evidence(), None),
    (set_paused.RULE, evidence(paused_set=False), Status.OK),
    (set_paused.RULE, evidence(paused_set=True), Status.FAIL),
    (quota.RULE, evidence(), Status.OK),
    (quota.RULE, evidence(changed(sent_last_24_hours=200)), Status.FAIL),
    (quota.RULE, evidence(changed(sent_last_24_hours=199)), Status.WARN),
    (quota.RULE, evidence(changed(max_24_hour_send=-1, sent_last_24_hours=9e6)), Status.OK),
    (
        quota.RULE,
        evidence(WELL, "454 Throttling failure: Daily message quota exceeded"),
        Status.WARN,
    ),
    (rate.RULE, evidence(), None),
    (rate.RULE, evidence(changed(max_send_rate_per_second=0)), Status.FAIL),
    (
        rate.RULE,
        evidence(WELL, "454 Throttling failure: Maximum sending rate exceeded"),
        Status.FAIL,
    ),
    (
        rate.RULE,
        evidence(WELL, "Throttling failure:\n Maximum sending rate\n exceeded."),
        Status.FAIL,
    ),
    (rate.RULE, evidence(WELL, "Maximum SigV2 SMTP sending rate exceeded"), None),
    (old_signature.RULE, evidence(WELL, "Maximum SigV2 SMTP sending rate exceeded"), Status.FAIL),
    (old_signature.RULE, evidence(), None),
    (pricing_plan.RULE, evidence(), None),
    (pricing_plan.RULE, evidence(changed(pricing_plan="NONE")), Status.OK),
    (pricing_plan.RULE, evidence(changed(pricing_plan="ESSENTIALS")), Status.INFO),
    (production_case.RULE, evidence(), None),
    (
        production_case.RULE,
        evidence(changed(production_access=False, review_status="PENDING")),
        Status.INFO,
    ),
    (
        production_case.RULE,
        evidence(changed(production_access=False, review_status="DENIED")),
        Status.WARN,
    ),
    (production_case.RULE, evidence(changed(review_status="GRANTED")), None),
    (sandbox.RULE, evidence(), Status.OK),
    (sandbox.RULE, evidence(SANDBOX), Status.FAIL),
    (sandbox.RULE, evidence(SANDBOX, to=None), Status.WARN),
    (sandbox.RULE, evidence(SANDBOX, UNVERIFIED, to=None), Status.FAIL),
    (
        sandbox.RULE,
        evidence(SANDBOX, UNVERIFIED.replace("stranger@example.org", "me@example.com"), to=None),
        Status.WARN,
    ),
    (sandbox.RULE, evidence(SANDBOX, identities={TO: RECIPIENT}), Status.INFO),
    (
        sandbox.RULE,
        evidence(SANDBOX, identities={TO: replace(RECIPIENT, verified_for_sending=False)}),
        Status.FAIL,
    ),
    (
        sandbox.RULE,
        evidence(SANDBOX, identities={"example.net": replace(RECIPIENT, name="example.net")}),
        Status.INFO,
    ),
    (sandbox.RULE, evidence(SANDBOX, to="success@simulator.amazonses.com"), Status.INFO),
]


@pytest.mark.parametrize(("rule", "seen", "status"), CASES)
def test_each_branch(rule: Rule, seen: Evidence, status: Status | None) -> None:
    """Each state of an account has its one answer."""
    verdict = rule.judge(seen)

    assert status is (verdict and verdict.status)


@pytest.mark.parametrize("rule", [shutdown.RULE, paused.RULE, quota.RULE, sandbox.RULE])
def test_silence_is_not_absence(rule: Rule) -> None:
    """Where GetAccount did not answer, nothing is concluded."""
    with pytest.raises(CouldNotLook, match="denied"):
        rule.judge(evidence(SILENCE))


@pytest.mark.parametrize("answer", [SILENCE, NOT_ASKED])
def test_unknown_recipient_is_not_unverified(answer: NoAnswer) -> None:
    """In the sandbox, a recipient nobody could look up is not called unverified."""
    with pytest.raises(CouldNotLook):
        sandbox.RULE.judge(evidence(SANDBOX, identities={TO: answer}))


def test_pause_is_undone_by_one_command() -> None:
    """The switch is thrown in the Region that was asked about."""
    verdict = paused.RULE.judge(evidence(changed(sending_enabled=False)))

    assert verdict is not None
    assert (
        "aws sesv2 put-account-sending-attributes --region us-east-1 --sending-enabled",
    ) == verdict.help[0].commands


def test_denied_request_is_answered_not_repeated() -> None:
    """While a case is open, the advice is to answer it: AWS refuses a second request."""
    denied = changed(production_access=False, review_status="DENIED", case_id="1234567890")
    verdict = sandbox.RULE.judge(evidence(denied))

    assert verdict is not None
    assert "1234567890" in verdict.help[0].text
    assert () == verdict.help[0].commands
