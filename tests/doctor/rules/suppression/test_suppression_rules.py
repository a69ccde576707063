"""The rules on suppression lists, judged from evidence alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sendas.advice import Applies
from sendas.doctor.evidence import Evidence, RegionEvidence, Subject, Symptom
from sendas.doctor.model import Rule, Status
from sendas.doctor.rules.suppression import (
    global_list,
    other_region,
    own_mailbox,
    reasons,
    recipient,
)
from sendas.errors import CouldNotLook, NotAsked
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.account_state import Account
from sendas.ses.configuration_set import ConfigurationSet
from sendas.ses.identity import Dkim, Identity
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed


HERE, THERE = Region("us-east-1"), Region("eu-west-1")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TO, MAILBOX, THIRD = "friend@example.net", "owner@example.org", "third@example.edu"
SILENCE = NoAnswer(Why.DENIED, "ses:GetSuppressedDestination")
Listed = Mapping[str, Seen[Suppressed | None]]


def listed(address: str = TO, region: Region = HERE, reason: str = "BOUNCE") -> Suppressed:
    """An entry."""
    return Suppressed(address, region, reason, NOW, "0100018f-example")


def evidence(
    here: Listed | None = None,
    there: Listed | None = None,
    *,
    to: str | None = TO,
    mailbox: str | None = MAILBOX,
    bounced: str | None = None,
) -> Evidence:
    """Two Regions' lists; *bounced* is a recipient whose bounce was shown."""
    nobody: Listed = {TO: None, MAILBOX: None}
    return Evidence(
        Subject("example.com", HERE, "me@example.com", to, mailbox),
        NOW,
        regions={
            HERE: RegionEvidence(suppressed=dict(nobody) | dict(here or {})),
            THERE: RegionEvidence(suppressed=dict(nobody) | dict(there or {})),
        },
        symptoms=(Symptom("exchange-online", "550 5.7.1 no", recipient=bounced),)
        if bounced
        else (),
    )


def account(*suppressing: str, override: tuple[str, ...] | None = None) -> Evidence:
    """An account that suppresses for these reasons, and a configuration set."""
    found = Account(
        HERE,
        production_access=True,
        sending_enabled=True,
        enforcement="HEALTHY",
        max_24_hour_send=200,
        max_send_rate_per_second=1,
        sent_last_24_hours=0,
        suppressed_reasons=suppressing,
    )
    events = ConfigurationSet(
        "events", sending_enabled=True, tls_required=False, suppressed_reasons=override
    )
    identity = Identity(
        "example.com",
        HERE,
        "SUCCESS",
        verified_for_sending=True,
        dkim=Dkim("SUCCESS", signing_enabled=True, tokens=()),
        configuration_set="events",
    )
    return Evidence(
        Subject("example.com", HERE),
        NOW,
        regions={HERE: RegionEvidence(found, {"example.com": identity}, {}, {"events": events})},
    )


def said(text: str) -> Evidence:
    """A bounce with this text."""
    return replace(evidence(), symptoms=(Symptom("ses", text),))


HERE_LISTED = {TO: listed()}
THERE_LISTED = {TO: listed(region=THERE)}
HISTORY = (
    "Amazon SES has suppressed sending to this address because it has a recent history of "
    "bouncing as an invalid address."
)

CASES = [
    (recipient.RULE, evidence(), Status.OK),
    (recipient.RULE, evidence(HERE_LISTED), Status.FAIL),
    (recipient.RULE, evidence(HERE_LISTED, to="Friend@Example.net"), Status.FAIL),
    (recipient.RULE, evidence({}, THERE_LISTED), Status.OK),
    (recipient.RULE, evidence(to=None), None),
    (recipient.RULE, evidence({MAILBOX: listed(MAILBOX)}, to=MAILBOX), None),
    (recipient.RULE, evidence({THIRD: listed(THIRD)}, bounced=THIRD), Status.FAIL),
    (recipient.RULE, evidence(bounced="unasked@example.edu"), Status.OK),
    (other_region.RULE, evidence(), Status.OK),
    (other_region.RULE, evidence({}, THERE_LISTED), Status.FAIL),
    (other_region.RULE, evidence(HERE_LISTED, THERE_LISTED), Status.OK),
    (other_region.RULE, evidence(to=None), None),
    (own_mailbox.RULE, evidence(), Status.OK),
    (own_mailbox.RULE, evidence({MAILBOX: listed(MAILBOX)}), Status.FAIL),
    (own_mailbox.RULE, evidence({}, {MAILBOX: listed(MAILBOX, THERE)}), Status.FAIL),
    (own_mailbox.RULE, evidence(mailbox=None), None),
    (reasons.RULE, account("BOUNCE", "COMPLAINT"), Status.OK),
    (reasons.RULE, account("BOUNCE"), Status.INFO),
    (reasons.RULE, account(), Status.INFO),
    (reasons.RULE, account("BOUNCE", "COMPLAINT", override=()), Status.INFO),
    (reasons.RULE, account(override=("BOUNCE", "COMPLAINT")), Status.OK),
    (global_list.RULE, evidence(), None),
    (global_list.RULE, said(HISTORY), Status.FAIL),
]


@pytest.mark.parametrize(("rule", "seen", "status"), CASES)
def test_each_branch(rule: Rule, seen: Evidence, status: Status | None) -> None:
    """Each list gives its one answer."""
    verdict = rule.judge(seen)

    assert status is (verdict and verdict.status)


@pytest.mark.parametrize(
    ("rule", "address"),
    [(recipient.RULE, TO), (own_mailbox.RULE, MAILBOX)],
)
def test_silence_is_not_absence(rule: Rule, address: str) -> None:
    """A list that could not be asked is not empty."""
    with pytest.raises(CouldNotLook, match="denied"):
        rule.judge(evidence({address: SILENCE}))


@pytest.mark.parametrize(
    ("rule", "address"), [(other_region.RULE, TO), (own_mailbox.RULE, MAILBOX)]
)
def test_silence_of_another_region_is_not_absence(rule: Rule, address: str) -> None:
    """Nor is that of another Region, though what the first says stands."""
    with pytest.raises(CouldNotLook, match="eu-west-1"):
        rule.judge(evidence({}, {address: SILENCE}))


def test_recipient_that_was_not_looked_up_is_left_out() -> None:
    """A run that asked no list says nothing of one."""
    with pytest.raises(NotAsked):
        recipient.RULE.judge(evidence(to=THIRD))


@pytest.mark.parametrize(
    ("reason", "applies", "word"),
    [("BOUNCE", Applies.CONFIRM, "cause"), ("COMPLAINT", Applies.MANUAL, "Ask")],
)
def test_advice_depends_on_the_reason(reason: str, applies: Applies, word: str) -> None:
    """After a complaint only the recipient can say whether mail is wanted."""
    verdict = recipient.RULE.judge(evidence({TO: listed(reason=reason)}))

    assert verdict is not None
    assert applies is verdict.help[0].applies
    assert word in verdict.help[0].text
    assert (
        "aws sesv2 delete-suppressed-destination --region us-east-1 "
        "--email-address friend@example.net"
    ) == verdict.help[0].commands[0]


def test_every_region_that_lists_it_is_mended() -> None:
    """One advice takes the address off all lists, so that no second finding follows."""
    verdict = recipient.RULE.judge(evidence(HERE_LISTED, THERE_LISTED))

    assert verdict is not None
    assert ["us-east-1", "eu-west-1"] == [c.split()[4] for c in verdict.help[0].commands]


def test_the_override_is_what_is_mended() -> None:
    """Where a configuration set overrides the account, the set is changed."""
    verdict = reasons.RULE.judge(account("BOUNCE", "COMPLAINT", override=()))

    assert verdict is not None
    assert (
        "aws sesv2 put-configuration-set-suppression-options --region us-east-1 "
        "--configuration-set-name events --suppressed-reasons BOUNCE COMPLAINT"
    ) == verdict.help[0].commands[0]


@pytest.mark.parametrize(
    ("account_for", "set_for", "status"),
    [
        (("BOUNCE",), None, Status.FAIL),
        (("BOUNCE",), (), Status.INFO),
        (("BOUNCE", "COMPLAINT"), ("COMPLAINT",), Status.INFO),
        ((), ("BOUNCE",), Status.FAIL),
        (("COMPLAINT",), None, Status.INFO),
    ],
)
def test_the_sets_reasons_count_before_the_accounts(
    account_for: tuple[str, ...], set_for: tuple[str, ...] | None, status: Status
) -> None:
    """SES heeds an entry only for the reasons that it suppresses for (SES guide, overriding)."""
    there = account(*account_for, override=set_for)
    here = replace(there.here, suppressed={TO: listed(reason="BOUNCE")})
    seen = replace(there, subject=replace(there.subject, to_address=TO), regions={HERE: here})
    verdict = recipient.RULE.judge(seen)

    assert verdict is not None
    assert status is verdict.status
