"""SES API v2 identities, asked by boto3 over HTTP; shapes are botocore's model of 1.44.5."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from botocore.exceptions import ClientError


World = Any
"""The fixture's type, in conftest.py; tests are no package, so it cannot be imported."""


def test_new_domain_is_pending_with_three_tokens_of_its_own(world: World) -> None:
    """Easy DKIM gives each identity three tokens, the same at every look (FACTS 25)."""
    ses = world.client("sesv2")
    made = ses.create_email_identity(EmailIdentity="example.com")
    other = ses.create_email_identity(EmailIdentity="example.net")["DkimAttributes"]
    assert made["IdentityType"] == "DOMAIN"
    assert made["VerifiedForSendingStatus"] is False
    dkim = made["DkimAttributes"]
    assert {"SigningEnabled": True, "Status": "PENDING"}.items() <= dkim.items()
    assert dkim["SigningHostedZone"] == "dkim.amazonses.com"
    assert dkim["SigningAttributesOrigin"] == "AWS_SES"
    assert len(set(dkim["Tokens"]) | set(other["Tokens"])) == 6
    seen = ses.get_email_identity(EmailIdentity="example.com")
    assert dkim["Tokens"] == seen["DkimAttributes"]["Tokens"]


@pytest.mark.parametrize(
    ("make_wrong", "error"),
    [
        (lambda *_: None, "HOST_NOT_FOUND"),
        (lambda r, name: r.update({(name, "TXT"): ("x",)}), "TYPE_NOT_FOUND"),
        (lambda r, name: r.update({(name, "CNAME"): ("x.example.org",)}), "INVALID_VALUE"),
    ],
    ids=["missing", "wrong type", "wrong target"],
)
def test_verification_info_names_what_is_wrong(
    world: World, make_wrong: Callable[..., object], error: str
) -> None:
    """One bad CNAME keeps the identity PENDING, with SES's ErrorType (api/sesv2)."""
    token = world.verify()[1]
    name = f"{token}._domainkey.example.com"
    del world.records[name, "CNAME"]
    make_wrong(world.records, name)
    world.records["example.com", "SOA"] = ("ns1.example.org. admin.example.org. 7 1 2 3 4",)
    seen = world.client("sesv2").get_email_identity(EmailIdentity="example.com")
    assert seen["VerificationStatus"] == "PENDING"
    assert error == seen["VerificationInfo"]["ErrorType"]
    assert isinstance(seen["VerificationInfo"]["LastCheckedTimestamp"], datetime)
    soa = seen["VerificationInfo"]["SOARecord"]
    assert soa["PrimaryNameServer"] == "ns1.example.org"
    assert soa["SerialNumber"] == 7


def test_silent_dns_is_a_server_error_not_absence(world: World) -> None:
    """A name server that does not answer is DNS_SERVER_ERROR."""
    token = world.verify()[0]
    world.silent.add(f"{token}._domainkey.example.com")
    seen = world.client("sesv2").get_email_identity(EmailIdentity="example.com")
    assert seen["VerificationInfo"]["ErrorType"] == "DNS_SERVER_ERROR"


def test_identity_lives_through_its_states(world: World) -> None:
    """SUCCESS, TEMPORARY_FAILURE when a CNAME goes, FAILED after 72 hours of that."""
    token = world.verify()[0]
    ses = world.client("sesv2")

    def status() -> str:
        return str(ses.get_email_identity(EmailIdentity="example.com")["VerificationStatus"])

    assert status() == "SUCCESS"
    del world.records[f"{token}._domainkey.example.com", "CNAME"]
    assert status() == "TEMPORARY_FAILURE"
    world.pass_time(hours=71)
    assert status() == "TEMPORARY_FAILURE"
    world.pass_time(hours=2)
    assert status() == "FAILED"


def test_unverified_domain_fails_after_72_hours(world: World) -> None:
    """SES stops looking (guide, "Verifying identities")."""
    ses = world.client("sesv2")
    ses.create_email_identity(EmailIdentity="example.com")
    world.pass_time(hours=73)
    seen = ses.get_email_identity(EmailIdentity="example.com")
    assert seen["VerificationStatus"] == "FAILED"
    assert seen["DkimAttributes"]["Status"] == "FAILED"


@pytest.mark.parametrize(
    ("call", "arguments", "code"),
    [
        ("create_email_identity", {"EmailIdentity": "example.com"}, "AlreadyExistsException"),
        ("create_email_identity", {"EmailIdentity": "EXAMPLE.com"}, "AlreadyExistsException"),
        ("create_email_identity", {"EmailIdentity": "no domain"}, "BadRequestException"),
        ("create_email_identity", {"EmailIdentity": "a@b@"}, "BadRequestException"),
        ("get_email_identity", {"EmailIdentity": "example.org"}, "NotFoundException"),
        ("delete_email_identity", {"EmailIdentity": "example.org"}, "NotFoundException"),
        (
            "put_email_identity_mail_from_attributes",
            {"EmailIdentity": "example.com", "MailFromDomain": "example.com"},
            "BadRequestException",
        ),
        (
            "put_email_identity_configuration_set_attributes",
            {"EmailIdentity": "example.com", "ConfigurationSetName": "none"},
            "NotFoundException",
        ),
        (
            "create_email_identity_policy",
            {"EmailIdentity": "example.com", "PolicyName": "p", "Policy": "no json"},
            "BadRequestException",
        ),
    ],
)
def test_bad_input_gets_ses_own_error(
    world: World, call: str, arguments: dict[str, str], code: str
) -> None:
    """Error codes are those the service model lists for the call."""
    world.verify()
    with pytest.raises(ClientError) as error:
        getattr(world.client("sesv2"), call)(**arguments)
    assert code == error.value.response["Error"]["Code"]


def test_mail_from_follows_its_mx(world: World) -> None:
    """PENDING without MX, SUCCESS with the one right MX, TEMPORARY_FAILURE with two."""
    world.verify()
    ses = world.client("sesv2")
    name = "bounce.example.com"
    mx = (name, "MX")

    def status() -> dict[str, str]:
        seen: dict[str, str] = ses.get_email_identity(EmailIdentity="example.com")[
            "MailFromAttributes"
        ]
        return seen

    assert status() == {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    ses.put_email_identity_mail_from_attributes(
        EmailIdentity="example.com",
        MailFromDomain=name,
        BehaviorOnMxFailure="REJECT_MESSAGE",
    )
    expected = {"MailFromDomain": name, "BehaviorOnMxFailure": "REJECT_MESSAGE"}
    assert status() == {**expected, "MailFromDomainStatus": "PENDING"}
    world.records[mx] = ("10 feedback-smtp.us-east-2.amazonses.com",)
    assert status()["MailFromDomainStatus"] == "SUCCESS"
    world.records[mx] = (*world.records[mx], "20 mx.example.net")
    assert status()["MailFromDomainStatus"] == "TEMPORARY_FAILURE"


def test_failed_mail_from_stays_failed_until_it_is_set_again(world: World) -> None:
    """FACTS 9: after 72 hours SES stops looking."""
    world.verify()
    ses = world.client("sesv2")
    given = {"EmailIdentity": "example.com", "MailFromDomain": "bounce.example.com"}
    ses.put_email_identity_mail_from_attributes(**given)
    world.pass_time(hours=73)
    world.records["bounce.example.com", "MX"] = ("10 feedback-smtp.us-east-2.amazonses.com",)

    def status() -> str:
        seen = ses.get_email_identity(EmailIdentity="example.com")
        return str(seen["MailFromAttributes"]["MailFromDomainStatus"])

    assert status() == "FAILED"
    ses.put_email_identity_mail_from_attributes(**given)
    assert status() == "SUCCESS"


def test_address_waits_for_the_click(world: World) -> None:
    """An address identity is verified by the link in SES's mail, and has no DKIM of its own."""
    ses = world.client("sesv2")
    made = ses.create_email_identity(EmailIdentity="me@example.com")
    assert made["IdentityType"] == "EMAIL_ADDRESS"
    assert made["DkimAttributes"]["Status"] == "NOT_STARTED"
    world.ses.confirm_address("us-east-2", "me@example.com")
    assert ses.get_email_identity(EmailIdentity="me@example.com")["VerifiedForSendingStatus"]


def test_regions_are_apart(world: World) -> None:
    """An identity of one Region is unknown in another (FACTS 9)."""
    world.verify()
    with pytest.raises(ClientError) as error:
        world.client("sesv2", "eu-west-1").get_email_identity(EmailIdentity="example.com")
    assert error.value.response["Error"]["Code"] == "NotFoundException"


def test_list_pages(world: World) -> None:
    """Every identity comes once, whatever the page size."""
    ses = world.client("sesv2")
    names = [f"d{n}.example.com" for n in range(5)]
    for name in names:
        ses.create_email_identity(EmailIdentity=name)
    seen, token = [], None
    while token is not None or not seen:
        page = ses.list_email_identities(PageSize=2, **({"NextToken": token} if token else {}))
        seen += [item["IdentityName"] for item in page["EmailIdentities"]]
        token = page.get("NextToken")
    assert names == seen
    with pytest.raises(ClientError) as error:
        ses.list_email_identities(NextToken="garbage")
    assert error.value.response["Error"]["Code"] == "InvalidNextTokenException"


def test_policies_are_kept(world: World) -> None:
    """Create, get, delete a sending authorization policy."""
    world.verify()
    ses = world.client("sesv2")
    given = {"EmailIdentity": "example.com", "PolicyName": "p"}
    ses.create_email_identity_policy(**given, Policy='{"Statement": []}')
    seen = ses.get_email_identity_policies(EmailIdentity="example.com")["Policies"]
    assert seen == {"p": '{"Statement": []}'}
    ses.delete_email_identity_policy(**given)
    assert ses.get_email_identity(EmailIdentity="example.com")["Policies"] == {}
