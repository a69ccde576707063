"""The rules on identities, judged from evidence alone."""

import json

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sendas.doctor.evidence import Evidence, IamEvidence, RegionEvidence, Subject
from sendas.doctor.model import Rule, Status
from sendas.doctor.rules.identity import (
    address_shadow,
    configuration_set,
    configuration_set_exists,
    dkim_signing,
    dkim_status,
    feedback,
    mail_from,
    other_region,
    replica,
    verified,
)
from sendas.errors import CouldNotLook
from sendas.iam.keys import AccessKey, Caller
from sendas.iam.policy import PolicyDocument, Source
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.configuration_set import ConfigurationSet, EventDestination
from sendas.ses.identity import Dkim, Identity, MailFrom
from sendas.ses.regions import Region


HERE, THERE = Region("us-east-1"), Region("eu-west-1")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DKIM = Dkim("SUCCESS", signing_enabled=True, tokens=("aaa", "bbb", "ccc"))
WELL = Identity("example.com", HERE, "SUCCESS", verified_for_sending=True, dkim=DKIM)
PENDING = replace(
    WELL,
    verification_status="PENDING",
    verified_for_sending=False,
    dkim=replace(DKIM, status="PENDING"),
    verification_error="HOST_NOT_FOUND",
    last_checked=NOW,
    soa_primary="ns1.example.org",
)
UNSIGNED = Dkim("NOT_STARTED", signing_enabled=False, tokens=())
ADDRESS = replace(WELL, name="me@example.com", dkim=UNSIGNED)
SET = ConfigurationSet("events", sending_enabled=True, tls_required=False, suppressed_reasons=None)
SILENCE = NoAnswer(Why.TIMEOUT, "10 s")


def evidence(
    *identities: Identity,
    elsewhere: Seen[Identity | None] = None,
    sets: Mapping[str, Seen[ConfigurationSet | None]] | None = None,
    domain: str = "example.com",
) -> Evidence:
    """What SES holds here, *elsewhere* being the domain's identity in another Region."""
    known: dict[str, Seen[Identity | None]] = {domain: None, f"me@{domain}": None}
    known |= {identity.name: identity for identity in identities}
    return Evidence(
        Subject(domain, HERE, f"me@{domain}"),
        NOW,
        regions={
            HERE: RegionEvidence(identities=known, configuration_sets=sets or {}),
            THERE: RegionEvidence(identities={domain: elsewhere}),
        },
    )


def dkim(**changes: object) -> Identity:
    """The domain with its DKIM changed."""
    return replace(WELL, dkim=replace(DKIM, **changes))  # type: ignore[arg-type]  # fields by name


def rejecting(status: str, behavior: str = "REJECT_MESSAGE") -> Identity:
    """The domain with a MAIL FROM in that state."""
    return replace(WELL, mail_from=MailFrom("bounce.example.com", status, behavior))


BOUNCES = EventDestination("sns", enabled=True, event_types=("BOUNCE",), kind="SNS")
WITH_SET = replace(WELL, configuration_set="events")
PUBLISHING = replace(SET, event_destinations=(BOUNCES,))

CASES = [
    (verified.RULE, evidence(WELL), Status.OK),
    (verified.RULE, evidence(PENDING), Status.FAIL),
    (verified.RULE, evidence(), Status.FAIL),
    (verified.RULE, evidence(ADDRESS), Status.WARN),
    (verified.RULE, evidence(elsewhere=replace(WELL, region=THERE)), None),
    (verified.RULE, evidence(WELL, domain="mail.example.com"), Status.OK),
    (other_region.RULE, evidence(elsewhere=replace(WELL, region=THERE)), Status.FAIL),
    (other_region.RULE, evidence(elsewhere=replace(PENDING, region=THERE)), None),
    (other_region.RULE, evidence(WELL, elsewhere=replace(WELL, region=THERE)), None),
    (other_region.RULE, evidence(PENDING, elsewhere=replace(WELL, region=THERE)), None),
    (other_region.RULE, evidence(elsewhere=SILENCE), None),
    (address_shadow.RULE, evidence(WELL), Status.OK),
    (address_shadow.RULE, evidence(WELL, ADDRESS), Status.FAIL),
    (address_shadow.RULE, evidence(WELL, replace(ADDRESS, dkim=DKIM)), Status.INFO),
    (
        address_shadow.RULE,
        evidence(WELL, replace(ADDRESS, dkim=replace(UNSIGNED, signing_enabled=True))),
        Status.INFO,
    ),
    (address_shadow.RULE, evidence(WELL, replace(ADDRESS, name="you@example.com")), Status.WARN),
    (address_shadow.RULE, evidence(WELL, replace(ADDRESS, name="x@example.net")), Status.OK),
    (
        address_shadow.RULE,
        evidence(WELL, replace(ADDRESS, verified_for_sending=False)),
        Status.OK,
    ),
    (address_shadow.RULE, evidence(PENDING, ADDRESS), None),
    (dkim_status.RULE, evidence(WELL), Status.OK),
    (dkim_status.RULE, evidence(dkim(status="TEMPORARY_FAILURE")), Status.FAIL),
    (dkim_status.RULE, evidence(dkim(status="FAILED")), Status.FAIL),
    (dkim_status.RULE, evidence(dkim(status="NOT_STARTED")), Status.FAIL),
    (dkim_status.RULE, evidence(dkim(status="SOMETHING_NEW")), Status.WARN),
    (dkim_status.RULE, evidence(PENDING), None),
    (dkim_signing.RULE, evidence(WELL), Status.OK),
    (dkim_signing.RULE, evidence(dkim(signing_enabled=False)), Status.FAIL),
    (dkim_signing.RULE, evidence(PENDING), None),
    (replica.RULE, evidence(PENDING), None),
    (
        replica.RULE,
        evidence(replace(PENDING, verification_error="REPLICATION_PRIMARY_NOT_FOUND")),
        Status.FAIL,
    ),
    (mail_from.RULE, evidence(WELL), None),
    (mail_from.RULE, evidence(rejecting("SUCCESS")), Status.OK),
    (mail_from.RULE, evidence(rejecting("FAILED", "USE_DEFAULT_VALUE")), Status.OK),
    (mail_from.RULE, evidence(rejecting("FAILED")), Status.FAIL),
    (mail_from.RULE, evidence(rejecting("PENDING")), Status.FAIL),
    (configuration_set.RULE, evidence(WELL), Status.INFO),
    (configuration_set.RULE, evidence(WITH_SET), Status.OK),
    (configuration_set.RULE, evidence(), None),
    (configuration_set_exists.RULE, evidence(WELL), None),
    (configuration_set_exists.RULE, evidence(WITH_SET, sets={"events": SET}), Status.OK),
    (configuration_set_exists.RULE, evidence(WITH_SET, sets={"events": None}), Status.FAIL),
    (feedback.RULE, evidence(WITH_SET, sets={"events": PUBLISHING}), Status.INFO),
    (feedback.RULE, evidence(WITH_SET, sets={"events": SET}), None),
    (feedback.RULE, evidence(WELL), None),
    (
        feedback.RULE,
        evidence(
            replace(WELL, configuration_set="sendas-example-com"),
            sets={
                "sendas-example-com": replace(
                    SET, event_destinations=(replace(BOUNCES, name="sendas-example-com-events"),)
                )
            },
        ),
        None,
    ),
    (
        feedback.RULE,
        evidence(replace(WITH_SET, feedback_forwarding=False), sets={"events": PUBLISHING}),
        None,
    ),
]


@pytest.mark.parametrize(("rule", "seen", "status"), CASES)
def test_each_branch(rule: Rule, seen: Evidence, status: Status | None) -> None:
    """Each state of an identity has its one answer."""
    verdict = rule.judge(seen)

    assert status is (verdict and verdict.status)


@pytest.mark.parametrize("rule", [verified.RULE, dkim_status.RULE, configuration_set.RULE])
def test_silence_is_not_absence(rule: Rule) -> None:
    """Where SES did not answer, nothing is concluded."""
    seen = evidence()
    known = replace(seen.here, identities={"example.com": SILENCE})

    with pytest.raises(CouldNotLook, match="timeout"):
        rule.judge(replace(seen, regions={HERE: known}))


def test_pending_names_the_records_ses_waits_for() -> None:
    """The three CNAMEs are in the advice, whole (SES API v2, DkimAttributes.Tokens)."""
    verdict = verified.RULE.judge(evidence(PENDING))

    assert verdict is not None
    assert (
        "aaa._domainkey.example.com. 1800 IN CNAME aaa.dkim.amazonses.com."
        == (verdict.help[0].records[0])
    )
    assert 3 == len(verdict.help[0].records)
    assert "HOST_NOT_FOUND" in verdict.exhibits[0].answer


def test_own_key_has_no_records_to_name() -> None:
    """With BYODKIM nothing points to SES, so no record is made up."""
    own = replace(PENDING, dkim=replace(PENDING.dkim, origin="EXTERNAL"))
    verdict = verified.RULE.judge(evidence(own))

    assert verdict is not None
    assert () == verdict.help[0].records


def test_other_region_reuses_its_records() -> None:
    """The parent's Region becomes the signing origin, in the form of the SES API v2."""
    verdict = other_region.RULE.judge(evidence(elsewhere=replace(WELL, region=THERE)))

    assert verdict is not None
    assert (
        "aws sesv2 create-email-identity --region us-east-1 --email-identity example.com "
        "--dkim-signing-attributes "
        """'{"DomainSigningAttributesOrigin":"AWS_SES_EU_WEST_1"}'"""
    ) == verdict.help[0].commands[0]


def test_replica_is_no_parent() -> None:
    """An identity that is itself a replica, or has its own key, cannot lend its records."""
    away = replace(WELL, region=THERE, dkim=replace(DKIM, origin="EXTERNAL"))
    verdict = other_region.RULE.judge(evidence(elsewhere=away))

    assert verdict is not None
    assert "--dkim-signing-attributes" not in verdict.help[0].commands[0]


def test_shadow_is_deleted_by_name() -> None:
    """The command deletes the address, never the domain."""
    verdict = address_shadow.RULE.judge(evidence(WELL, ADDRESS))

    assert verdict is not None
    assert (
        "aws sesv2 delete-email-identity --region us-east-1 --email-identity me@example.com",
    ) == verdict.help[0].commands


def test_attaching_a_set_first_lets_the_user_use_it() -> None:
    """A policy that covers the identity alone would refuse all mail once a set is attached."""
    arn = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
    statement = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": arn}
    narrow = PolicyDocument("mail", Source.INLINE, json.dumps({"Statement": [statement]}))
    wide = replace(narrow, text=json.dumps({"Statement": [statement | {"Resource": "*"}]}))
    key = AccessKey("AKIAIOSFODNN7EXAMPLE", "smtp", active=True, created=None)

    def commands(document: PolicyDocument) -> tuple[str, ...]:
        seen = replace(
            evidence(WELL),
            caller=Caller("123456789012", "arn:aws:iam::123456789012:user/admin"),
            iam=IamEvidence(key, (), (document,)),
        )
        verdict = configuration_set.RULE.judge(seen)
        assert verdict is not None
        return verdict.help[0].commands

    assert ["iam", "sesv2", "sesv2"] == [line.split()[1] for line in commands(narrow)]
    assert "configuration-set/example-com" in commands(narrow)[0]
    assert ["sesv2", "sesv2"] == [line.split()[1] for line in commands(wide)]
