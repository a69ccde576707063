"""SES, both API versions, as our gateways see it."""

import json

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sendas.outcome import NoAnswer
from sendas.ses import account_state as ses_account
from sendas.ses.receiving import ReceiptRule, RuleSet, S3Action


Account: TypeAlias = Any
"""A type of conftest, which pytest's importlib mode keeps to itself."""

Clients: TypeAlias = Callable[[str], Any]
ABSENT = "sendas-contract.invalid"
"""Nobody's: .invalid is reserved (RFC 2606)."""


def test_the_account_has_a_state(account: Account) -> None:
    """GetAccount answers in words that we know."""
    seen = account.gateways.account(account.region)

    assert isinstance(seen, ses_account.Account)
    assert seen.enforcement in {"HEALTHY", "PROBATION", "SHUTDOWN"}
    assert 0 < seen.max_send_rate_per_second
    assert 0 <= seen.sent_last_24_hours


def test_what_is_not_there_is_none(account: Account) -> None:
    """Absence is an answer, and no error."""
    gateways, region = account.gateways, account.region

    assert gateways.identity(region, ABSENT) is None
    assert gateways.identity(region, f"nobody@{ABSENT}") is None
    assert gateways.suppressed(region, f"nobody@{ABSENT}") is None
    assert gateways.configuration_set(region, "sendas-contract-no-such-set") is None


def test_receiving_answers(account: Account) -> None:
    """An active set is a set or none, and is one of all sets."""
    active = account.gateways.active_rule_set(account.region)
    every = account.gateways.rule_sets(account.region)

    assert not isinstance(active, NoAnswer)
    assert isinstance(every, tuple)
    assert active is None or active.name in {rule_set.name for rule_set in every}


class TestInTheLab:
    """What is set up by boto3 is what our gateways say."""

    def test_identity(self, lab_account: Account, client: Clients) -> None:
        """A new domain is pending, with three tokens; MAIL FROM and default set are told."""
        sesv2 = client("sesv2")
        sesv2.create_configuration_set(ConfigurationSetName="contract-default")
        made = sesv2.create_email_identity(
            EmailIdentity="contract.example.com", ConfigurationSetName="contract-default"
        )
        sesv2.put_email_identity_mail_from_attributes(
            EmailIdentity="contract.example.com", MailFromDomain="bounce.contract.example.com",
            BehaviorOnMxFailure="REJECT_MESSAGE",
        )  # fmt: skip
        seen = lab_account.gateways.identity(lab_account.region, "contract.example.com")

        assert "PENDING" == seen.verification_status
        assert not seen.verified_for_sending
        assert tuple(made["DkimAttributes"]["Tokens"]) == seen.dkim.tokens
        assert 3 == len(seen.dkim.tokens)
        assert "contract-default" == seen.configuration_set
        assert "bounce.contract.example.com" == seen.mail_from.domain
        assert "REJECT_MESSAGE" == seen.mail_from.behavior_on_mx_failure

    def test_suppression_is_per_region(
        self,
        lab: Any,  # noqa: ANN401  the lab's switches
        lab_account: Account,
        client: Clients,
    ) -> None:
        """An entry is there with its reason and date, and only in its Region."""
        lab.ses.grant_production_access(lab.region)  # SES guide: no such calls in the sandbox
        address = "listed@example.net"
        client("sesv2").put_suppressed_destination(EmailAddress=address, Reason="COMPLAINT")
        seen = lab_account.gateways.suppressed(lab_account.region, address)

        assert (address, "COMPLAINT") == (seen.address, seen.reason)
        assert seen.since.tzinfo is not None
        assert abs((seen.since - datetime.now(UTC)).total_seconds()) < 60  # noqa: TID251  the lab's clock is the machine's
        assert lab_account.gateways.suppressed("eu-west-1", address) is None

    def test_configuration_set(self, lab_account: Account, client: Clients) -> None:
        """A set with its destination and its own suppression reasons."""
        sesv2 = client("sesv2")
        topic = client("sns").create_topic(Name="contract")["TopicArn"]
        sesv2.create_configuration_set(
            ConfigurationSetName="contract", SendingOptions={"SendingEnabled": False},
            SuppressionOptions={"SuppressedReasons": []}, DeliveryOptions={"TlsPolicy": "REQUIRE"},
        )  # fmt: skip
        sesv2.create_configuration_set_event_destination(
            ConfigurationSetName="contract", EventDestinationName="bounces",
            EventDestination={
                "Enabled": True, "MatchingEventTypes": ["BOUNCE"],
                "SnsDestination": {"TopicArn": topic},
            },
        )  # fmt: skip
        seen = lab_account.gateways.configuration_set(lab_account.region, "contract")

        assert not seen.sending_enabled
        assert seen.tls_required
        assert () == seen.suppressed_reasons
        (destination,) = seen.event_destinations
        assert ("bounces", "SNS", topic) == (
            destination.name, destination.kind, destination.target,
        )  # fmt: skip
        assert ("BOUNCE",) == destination.event_types

    def test_rules(self, lab_account: Account, client: Clients) -> None:
        """Rules in order with their actions; the active set is the one set active."""
        bucket, ses = "contract-inbox", client("ses")
        s3 = client("s3")
        s3.create_bucket(Bucket=bucket)
        allow = {
            "Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"},
            "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*",
        }  # fmt: skip
        s3.put_bucket_policy(
            Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        )
        ses.create_receipt_rule_set(RuleSetName="contract")
        ses.create_receipt_rule(
            RuleSetName="contract",
            Rule={
                "Name": "in", "Enabled": True, "ScanEnabled": True, "TlsPolicy": "Require",
                "Recipients": ["contract.example.com"],
                "Actions": [{"S3Action": {"BucketName": bucket, "ObjectKeyPrefix": "in/"}}],
            },
        )  # fmt: skip
        expected = RuleSet(
            "contract",
            (
                ReceiptRule(
                    "in", enabled=True, recipients=("contract.example.com",),
                    actions=(S3Action(bucket, "in/"),), scan_enabled=True, tls_required=True,
                ),
            ),
        )  # fmt: skip

        assert lab_account.gateways.active_rule_set(lab_account.region) is None
        assert (expected,) == lab_account.gateways.rule_sets(lab_account.region)
        ses.set_active_receipt_rule_set(RuleSetName="contract")
        assert expected == lab_account.gateways.active_rule_set(lab_account.region)
        ses.set_active_receipt_rule_set()
