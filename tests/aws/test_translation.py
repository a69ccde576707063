"""AWS's answers in our words.

The dicts are the response syntax of each operation's page in the API
reference, as botocore hands it out, cut to what is read.
"""

from datetime import UTC, datetime

import pytest

from sendas.aws.iam import parse_keys
from sendas.aws.iam_policies import as_text
from sendas.aws.route53 import candidates, parse_zone, parse_zone_ids
from sendas.aws.ses import parse_rule_set
from sendas.aws.sesv2 import (
    parse_account,
    parse_configuration_set,
    parse_identity,
    parse_suppressed,
)
from sendas.dns.hosted_zone import HostedZone
from sendas.iam.keys import AccessKey
from sendas.ses.account_state import Account
from sendas.ses.configuration_set import ConfigurationSet, EventDestination
from sendas.ses.identity import Dkim, Identity, MailFrom
from sendas.ses.receiving import LambdaAction, OtherAction, ReceiptRule, RuleSet, S3Action
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed


HERE = Region("us-east-1")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_account() -> None:
    """GetAccount of an account in the sandbox whose case was refused."""
    raw = {
        "ProductionAccessEnabled": False,
        "SendingEnabled": True,
        "EnforcementStatus": "PROBATION",
        "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 7.0},
        "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        "Details": {"ReviewDetails": {"Status": "DENIED", "CaseId": "1234"}},
        "PricingAttributes": {"CurrentPlan": "ESSENTIALS"},
    }

    assert Account(
        region=HERE,
        production_access=False,
        sending_enabled=True,
        enforcement="PROBATION",
        max_24_hour_send=200.0,
        max_send_rate_per_second=1.0,
        sent_last_24_hours=7.0,
        suppressed_reasons=("BOUNCE", "COMPLAINT"),
        review_status="DENIED",
        case_id="1234",
        pricing_plan="ESSENTIALS",
    ) == parse_account(raw, HERE)


def test_account_without_fields_is_not_blamed() -> None:
    """What SES does not say is no fault."""
    seen = parse_account({}, HERE)

    assert not seen.in_sandbox
    assert seen.sending_enabled
    assert not seen.quota_used_up


def test_identity() -> None:
    """GetEmailIdentity of a domain with Easy DKIM whose verification failed."""
    raw = {
        "IdentityType": "DOMAIN",
        "FeedbackForwardingStatus": False,
        "VerifiedForSendingStatus": False,
        "DkimAttributes": {
            "SigningEnabled": True,
            "Status": "FAILED",
            "Tokens": ["a", "b", "c"],
            "SigningHostedZone": "dkim.eu-central-2.amazonses.com",
            "SigningAttributesOrigin": "AWS_SES_EU_WEST_1",
            "CurrentSigningKeyLength": "RSA_2048_BIT",
        },
        "MailFromAttributes": {
            "MailFromDomain": "bounce.example.com",
            "MailFromDomainStatus": "FAILED",
            "BehaviorOnMxFailure": "REJECT_MESSAGE",
        },
        "Policies": {"share": "{}"},
        "ConfigurationSetName": "mail",
        "VerificationStatus": "FAILED",
        "VerificationInfo": {
            "LastCheckedTimestamp": NOON,
            "ErrorType": "TYPE_NOT_FOUND",
            "SOARecord": {"PrimaryNameServer": "ns1.example.net"},
        },
    }

    assert Identity(
        name="example.com",
        region=HERE,
        verification_status="FAILED",
        verified_for_sending=False,
        dkim=Dkim(
            "FAILED", signing_enabled=True, tokens=("a", "b", "c"),
            signing_zone="dkim.eu-central-2.amazonses.com", origin="AWS_SES_EU_WEST_1",
            key_length="RSA_2048_BIT",
        ),
        mail_from=MailFrom("bounce.example.com", "FAILED", "REJECT_MESSAGE"),
        configuration_set="mail",
        feedback_forwarding=False,
        verification_error="TYPE_NOT_FOUND",
        last_checked=NOON,
        soa_primary="ns1.example.net",
        policies={"share": "{}"},
    ) == parse_identity(raw, "example.com", HERE)  # fmt: skip


@pytest.mark.parametrize(("flag", "status"), [(True, "SUCCESS"), (False, "PENDING")])
def test_identity_of_an_older_ses(flag: bool, status: str) -> None:  # noqa: FBT001  a column of the table
    """Without VerificationStatus the flag tells; without MAIL FROM attributes there is none."""
    seen = parse_identity({"VerifiedForSendingStatus": flag}, "example.com", HERE)

    assert status == seen.verification_status
    assert seen.mail_from is None
    assert "dkim.amazonses.com" == seen.dkim.signing_zone


def test_suppressed() -> None:
    """GetSuppressedDestination of incident B."""
    raw = {
        "SuppressedDestination": {
            "EmailAddress": "bob@example.net",
            "Reason": "COMPLAINT",
            "LastUpdateTime": NOON,
            "Attributes": {"MessageId": "0100", "FeedbackId": "f"},
        }
    }

    assert Suppressed("bob@example.net", HERE, "COMPLAINT", NOON, "0100") == parse_suppressed(
        raw, HERE
    )


def test_configuration_set() -> None:
    """GetConfigurationSet with its destinations, one of a kind that nobody knew."""
    raw = {
        "ConfigurationSetName": "mail",
        "DeliveryOptions": {"TlsPolicy": "REQUIRE"},
        "SendingOptions": {"SendingEnabled": False},
        "SuppressionOptions": {"SuppressedReasons": []},
    }
    events = {
        "EventDestinations": [
            {
                "Name": "sns", "Enabled": True, "MatchingEventTypes": ["BOUNCE", "NEW_WORD"],
                "SnsDestination": {"TopicArn": "arn:aws:sns:us-east-1:123456789012:mail"},
            },
            {"Name": "new", "Enabled": False, "LaterDestination": {"Arn": "x"}},
        ]
    }  # fmt: skip

    assert ConfigurationSet(
        name="mail",
        sending_enabled=False,
        tls_required=True,
        suppressed_reasons=(),
        event_destinations=(
            EventDestination("sns", True, ("BOUNCE", "NEW_WORD"), "SNS",  # noqa: FBT003  its place is plain
                             "arn:aws:sns:us-east-1:123456789012:mail"),
            EventDestination("new", False, (), "Later"),  # noqa: FBT003  the same
        ),
    ) == parse_configuration_set(raw, events, "mail")  # fmt: skip


def test_configuration_set_that_says_nothing() -> None:
    """No override means: as the account has it."""
    seen = parse_configuration_set({}, {}, "mail")

    assert seen.suppressed_reasons is None
    assert seen.sending_enabled


def test_rule_set() -> None:
    """DescribeActiveReceiptRuleSet; actions in order, unknown ones by SES's name."""
    raw = {
        "Metadata": {"Name": "mail", "CreatedTimestamp": NOON},
        "Rules": [
            {
                "Name": "in", "Enabled": True, "TlsPolicy": "Require", "ScanEnabled": True,
                "Recipients": ["example.com"],
                "Actions": [
                    {"S3Action": {"BucketName": "b", "ObjectKeyPrefix": "in/", "TopicArn": "t"}},
                    {"LambdaAction": {"FunctionArn": "f", "InvocationType": "RequestResponse"}},
                    {"TeleportAction": {"Where": "there"}},
                ],
            },
            {"Name": "off"},
        ],
    }  # fmt: skip

    assert RuleSet(
        "mail",
        (
            ReceiptRule(
                "in", enabled=True, recipients=("example.com",),
                actions=(
                    S3Action("b", "in/", "t"), LambdaAction("f", "RequestResponse"),
                    OtherAction("TeleportAction"),
                ),
                scan_enabled=True, tls_required=True,
            ),
            ReceiptRule("off", enabled=False, recipients=(), actions=()),
        ),
    ) == parse_rule_set(raw)  # fmt: skip


def test_keys() -> None:
    """ListAccessKeys; a key never used has no last use, whatever IAM writes there."""
    raw = {
        "AccessKeyMetadata": [
            {"UserName": "alice", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Active",
             "CreateDate": NOON},
            {"UserName": "alice", "AccessKeyId": "AKIAI44QH8DHBEXAMPLE", "Status": "Expired",
             "CreateDate": NOON},
        ]
    }  # fmt: skip
    used = {"LastUsedDate": NOON, "ServiceName": "ses", "Region": "us-east-1"}
    uses = {
        "AKIAIOSFODNN7EXAMPLE": {"AccessKeyLastUsed": used},
        "AKIAI44QH8DHBEXAMPLE": {"AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}},
    }

    assert (
        AccessKey("AKIAIOSFODNN7EXAMPLE", "alice", True, NOON, NOON, "ses", "us-east-1"),  # noqa: FBT003  its place is plain
        AccessKey("AKIAI44QH8DHBEXAMPLE", "alice", False, NOON),  # noqa: FBT003  the same
    ) == parse_keys(raw, "alice", uses)


@pytest.mark.parametrize(
    "document", [{"Statement": []}, '{"Statement": []}', "%7B%22Statement%22%3A%20%5B%5D%7D"]
)
def test_policy_documents_become_text(document: object) -> None:
    """Decoded by botocore or percent-encoded by IAM, a document ends as the same JSON."""
    assert '{"Statement": []}' == as_text(document)


def test_zone() -> None:
    """GetHostedZone and ListResourceRecordSets: names and texts as ours are, mail's only."""
    raw = {
        "HostedZone": {"Id": "/hostedzone/Z1D633PJN98FT9", "Name": "example.com."},
        "DelegationSet": {"NameServers": ["ns-1.awsdns-01.org.", "ns-2.awsdns-02.com."]},
    }

    def record(kind: str, name: str, *values: str) -> dict[str, object]:
        return {"Name": name, "Type": kind, "ResourceRecords": [{"Value": v} for v in values]}

    sets = [
        record("MX", "example.com.", "10 Inbound-SMTP.us-east-1.amazonaws.com."),
        record("TXT", "example.com.", '"v=spf1 " "include:amazonses.com ~all"', '"say \\"hi\\""'),
        record("CNAME", "x._domainkey.Example.com.", "x.dkim.amazonses.com."),
        record("TXT", "\\052._dmarc.example.com.", '"v=DMARC1\\073 p=none"'),
        record("MX", "bounce.example.com.", "10 feedback-smtp.us-east-1.amazonses.com"),
        record("TXT", "bounce.example.com.", '"V=SPF1 -all"'),
        record("A", "www.example.com.", "192.0.2.1"),
        {"Name": "example.com.", "Type": "A", "AliasTarget": {"DNSName": "x."}},
        record("CAA", "example.com.", '0 issue "ca.example"'),
    ]

    assert HostedZone(
        "Z1D633PJN98FT9",
        "example.com",
        ("ns-1.awsdns-01.org", "ns-2.awsdns-02.com"),
        {
            "MX example.com": ("10 inbound-smtp.us-east-1.amazonaws.com",),
            "TXT example.com": ("v=spf1 include:amazonses.com ~all", 'say "hi"'),
            "CNAME x._domainkey.example.com": ("x.dkim.amazonses.com",),
            "TXT *._dmarc.example.com": ("v=DMARC1; p=none",),
            "MX bounce.example.com": ("10 feedback-smtp.us-east-1.amazonses.com",),
            "TXT bounce.example.com": ("V=SPF1 -all",),
            "A example.com": (),
        },
    ) == parse_zone(raw, sets, "example.com")


def test_zone_ids() -> None:
    """The list goes on with other names, and holds private zones: neither is meant."""
    raw = {
        "HostedZones": [
            {"Id": "/hostedzone/Z1", "Name": "example.com.", "Config": {"PrivateZone": False}},
            {"Id": "/hostedzone/Z2", "Name": "example.com.", "Config": {"PrivateZone": True}},
            {"Id": "/hostedzone/Z3", "Name": "example.com."},
            {"Id": "/hostedzone/Z4", "Name": "a.example.com."},
        ]
    }

    assert ("Z1", "Z3") == parse_zone_ids(raw, "example.com")


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("A.Mail.example.com.", ("a.mail.example.com", "mail.example.com", "example.com")),
        ("example.com", ("example.com",)),
        ("localhost", ("localhost",)),
    ],
)
def test_candidates(domain: str, expected: tuple[str, ...]) -> None:
    """A zone may be the domain's own or a parent's, never a top-level domain's."""
    assert expected == candidates(domain)
