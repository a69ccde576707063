"""SES API v1 identities, over the same state as v2."""

from typing import Any

import pytest

from botocore.exceptions import ClientError


World = Any
"""The fixture's type, in conftest.py; tests are no package, so it cannot be imported."""


def test_txt_way_verifies_a_domain(world: World) -> None:
    """VerifyDomainIdentity wants its token at _amazonses; the token is stable (FACTS 25)."""
    ses = world.client("ses")
    token = ses.verify_domain_identity(Domain="example.com")["VerificationToken"]

    def seen() -> dict[str, str]:
        found = ses.get_identity_verification_attributes(
            Identities=["example.com", "none.example"]
        )
        attributes: dict[str, dict[str, str]] = found["VerificationAttributes"]
        assert list(attributes) == ["example.com"]
        return attributes["example.com"]

    assert seen() == {"VerificationStatus": "Pending", "VerificationToken": token}
    world.records["_amazonses.example.com", "TXT"] = (token,)
    assert seen()["VerificationStatus"] == "Success"


def test_dkim_tokens_are_those_of_v2(world: World) -> None:
    """Both APIs show one identity."""
    ses = world.client("ses")
    tokens = ses.verify_domain_dkim(Domain="example.com")["DkimTokens"]
    seen = world.client("sesv2").get_email_identity(EmailIdentity="example.com")
    assert tokens == seen["DkimAttributes"]["Tokens"]
    attributes = ses.get_identity_dkim_attributes(Identities=["example.com"])["DkimAttributes"]
    assert attributes["example.com"] == {
        "DkimEnabled": True,
        "DkimVerificationStatus": "Pending",
        "DkimTokens": tokens,
    }


def test_mail_from_in_v1_words(world: World) -> None:
    """UseDefaultValue and TemporaryFailure are v1's spelling."""
    world.verify()
    ses = world.client("ses")
    ses.set_identity_mail_from_domain(
        Identity="example.com",
        MailFromDomain="bounce.example.com",
        BehaviorOnMXFailure="RejectMessage",
    )
    found = ses.get_identity_mail_from_domain_attributes(Identities=["example.com"])
    assert found["MailFromDomainAttributes"]["example.com"] == {
        "MailFromDomain": "bounce.example.com",
        "MailFromDomainStatus": "Pending",
        "BehaviorOnMXFailure": "RejectMessage",
    }


def test_listing_and_deleting(world: World) -> None:
    """ListIdentities filters by kind; deleting what is not there is no error in v1."""
    ses = world.client("ses")
    ses.verify_domain_identity(Domain="example.com")
    ses.verify_email_identity(EmailAddress="me@example.net")
    assert ses.list_identities(IdentityType="Domain")["Identities"] == ["example.com"]
    assert ses.list_identities(IdentityType="EmailAddress")["Identities"] == ["me@example.net"]
    ses.delete_identity(Identity="example.com")
    ses.delete_identity(Identity="example.com")
    assert ses.list_identities()["Identities"] == ["me@example.net"]


def test_feedback_forwarding_needs_topics(world: World) -> None:
    """It can be switched off only when bounces and complaints have a topic (API reference)."""
    world.verify()
    ses = world.client("ses")
    topic = world.client("sns").create_topic(Name="t")["TopicArn"]
    given = {"Identity": "example.com"}
    with pytest.raises(ClientError) as error:
        ses.set_identity_feedback_forwarding_enabled(**given, ForwardingEnabled=False)
    assert error.value.response["Error"]["Code"] == "InvalidParameterValue"
    for kind in ("Bounce", "Complaint"):
        ses.set_identity_notification_topic(**given, NotificationType=kind, SnsTopic=topic)
    ses.set_identity_feedback_forwarding_enabled(**given, ForwardingEnabled=False)
    seen = ses.get_identity_notification_attributes(Identities=["example.com"])
    attributes = seen["NotificationAttributes"]["example.com"]
    assert attributes["ForwardingEnabled"] is False
    assert topic == attributes["BounceTopic"]


def test_sending_switch_is_shared_with_v2(world: World) -> None:
    """UpdateAccountSendingEnabled and GetAccount speak of one switch."""
    world.client("ses").update_account_sending_enabled(Enabled=False)
    assert world.client("sesv2").get_account()["SendingEnabled"] is False
    assert world.client("ses").get_account_sending_enabled()["Enabled"] is False
