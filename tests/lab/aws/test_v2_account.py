"""SES API v2: the account, its suppression list and its configuration sets."""

from datetime import UTC, datetime
from typing import Any

import pytest

from botocore.exceptions import ClientError


World = Any
"""The fixture's type, in conftest.py; tests are no package, so it cannot be imported."""


REGION = "us-east-2"


def test_new_account_is_in_the_sandbox(world: World) -> None:
    """200 a day, 1 a second, healthy, both suppression reasons on (FACTS 6, 13)."""
    account = world.client("sesv2").get_account()
    assert account["ProductionAccessEnabled"] is False
    assert account["SendingEnabled"] is True
    assert account["EnforcementStatus"] == "HEALTHY"
    quota = {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 0.0}
    assert quota == account["SendQuota"]
    assert account["SuppressionAttributes"]["SuppressedReasons"] == ["BOUNCE", "COMPLAINT"]
    assert account["PricingAttributes"]["CurrentPlan"] == "ESSENTIALS"


def test_leaving_the_sandbox_is_reviewed(world: World) -> None:
    """PutAccountDetails waits for a person; a second one meanwhile is a conflict (FACTS 11)."""
    ses = world.client("sesv2")
    given = {
        "MailType": "TRANSACTIONAL",
        "WebsiteURL": "https://example.com",
        "ProductionAccessEnabled": True,
    }
    ses.put_account_details(**given)
    assert ses.get_account()["Details"]["ReviewDetails"]["Status"] == "PENDING"
    with pytest.raises(ClientError) as error:
        ses.put_account_details(**given)
    assert error.value.response["Error"]["Code"] == "ConflictException"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    world.ses.grant_production_access(REGION)
    account = ses.get_account()
    assert account["ProductionAccessEnabled"] is True
    assert account["Details"]["ReviewDetails"]["Status"] == "GRANTED"
    assert world.client("sesv2", "eu-west-1").get_account()["ProductionAccessEnabled"] is False


def test_suppression_list_round_trip(world: World) -> None:
    """Put, get, list by reason and time, page, delete; all in lower case."""
    world.ses.grant_production_access(REGION)
    ses = world.client("sesv2")
    for n in range(3):
        ses.put_suppressed_destination(EmailAddress=f"A{n}@example.net", Reason="BOUNCE")
    ses.put_suppressed_destination(EmailAddress="b@example.net", Reason="COMPLAINT")
    found = ses.get_suppressed_destination(EmailAddress="B@example.net")["SuppressedDestination"]
    assert (found["EmailAddress"], found["Reason"]) == ("b@example.net", "COMPLAINT")
    assert isinstance(found["LastUpdateTime"], datetime)
    only = ses.list_suppressed_destinations(Reasons=["COMPLAINT"])
    listed = [s["EmailAddress"] for s in only["SuppressedDestinationSummaries"]]
    assert listed == ["b@example.net"]
    first = ses.list_suppressed_destinations(PageSize=3)
    second = ses.list_suppressed_destinations(PageSize=3, NextToken=first["NextToken"])
    assert len(first["SuppressedDestinationSummaries"]) == 3
    assert len(second["SuppressedDestinationSummaries"]) == 1
    past = ses.list_suppressed_destinations(EndDate=datetime(2020, 1, 1, tzinfo=UTC))
    assert past["SuppressedDestinationSummaries"] == []
    ses.delete_suppressed_destination(EmailAddress="b@example.net")
    for call in (ses.get_suppressed_destination, ses.delete_suppressed_destination):
        with pytest.raises(ClientError) as error:
            call(EmailAddress="b@example.net")
        assert error.value.response["Error"]["Code"] == "NotFoundException"
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_suppression_cannot_be_written_in_the_sandbox(world: World) -> None:
    """FACTS 13."""
    with pytest.raises(ClientError) as error:
        world.client("sesv2").put_suppressed_destination(
            EmailAddress="a@example.net", Reason="BOUNCE"
        )
    assert error.value.response["Error"]["Code"] == "BadRequestException"


def test_configuration_set_round_trip(world: World) -> None:
    """What is created reads back, SendingEnabled False included (FACTS 25)."""
    ses = world.client("sesv2")
    ses.create_configuration_set(
        ConfigurationSetName="main",
        SendingOptions={"SendingEnabled": False},
        SuppressionOptions={"SuppressedReasons": ["COMPLAINT"]},
    )
    found = ses.get_configuration_set(ConfigurationSetName="main")
    assert found["SendingOptions"] == {"SendingEnabled": False}
    assert found["SuppressionOptions"] == {"SuppressedReasons": ["COMPLAINT"]}
    ses.put_configuration_set_sending_options(ConfigurationSetName="main", SendingEnabled=True)
    found = ses.get_configuration_set(ConfigurationSetName="main")
    assert found["SendingOptions"] == {"SendingEnabled": True}
    assert ses.list_configuration_sets()["ConfigurationSets"] == ["main"]
    assert [{"Name": "main"}] == world.client("ses").list_configuration_sets()["ConfigurationSets"]
    with pytest.raises(ClientError) as error:
        ses.create_configuration_set(ConfigurationSetName="main")
    assert error.value.response["Error"]["Code"] == "AlreadyExistsException"
    ses.delete_configuration_set(ConfigurationSetName="main")
    with pytest.raises(ClientError) as error:
        ses.get_configuration_set(ConfigurationSetName="main")
    assert error.value.response["Error"]["Code"] == "NotFoundException"


def test_event_destinations_stand_side_by_side(world: World) -> None:
    """A second destination leaves the first alone; both APIs show them (FACTS 25)."""
    ses, v1 = world.client("sesv2"), world.client("ses")
    topic = world.client("sns").create_topic(Name="t")["TopicArn"]
    ses.create_configuration_set(ConfigurationSetName="main")
    ses.create_configuration_set_event_destination(
        ConfigurationSetName="main",
        EventDestinationName="one",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["BOUNCE", "DELIVERY_DELAY"],
            "SnsDestination": {"TopicArn": topic},
        },
    )
    v1.create_configuration_set_event_destination(
        ConfigurationSetName="main",
        EventDestination={
            "Name": "two",
            "Enabled": True,
            "MatchingEventTypes": ["send"],
            "SNSDestination": {"TopicARN": topic},
        },
    )
    found = ses.get_configuration_set_event_destinations(ConfigurationSetName="main")
    assert [d["Name"] for d in found["EventDestinations"]] == ["one", "two"]
    assert found["EventDestinations"][1]["MatchingEventTypes"] == ["SEND"]
    assert found["EventDestinations"][0]["SnsDestination"] == {"TopicArn": topic}
    seen = v1.describe_configuration_set(
        ConfigurationSetName="main", ConfigurationSetAttributeNames=["eventDestinations"]
    )
    assert seen["EventDestinations"][1]["SNSDestination"] == {"TopicARN": topic}


@pytest.mark.parametrize(
    ("events", "topic"),
    [(["bounse"], True), ([], True), (["BOUNCE"], False)],
    ids=["misspelt event", "no events", "no such topic"],
)
def test_bad_event_destination_is_refused(world: World, events: list[str], topic: bool) -> None:  # noqa: FBT001  a table's column
    """A misspelt event type is an error at once; schema linters miss it (FACTS 25)."""
    ses = world.client("sesv2")
    arn = world.client("sns").create_topic(Name="t")["TopicArn"]
    ses.create_configuration_set(ConfigurationSetName="main")
    with pytest.raises(ClientError) as error:
        ses.create_configuration_set_event_destination(
            ConfigurationSetName="main",
            EventDestinationName="one",
            EventDestination={
                "MatchingEventTypes": events,
                "SnsDestination": {"TopicArn": arn if topic else arn + "x"},
            },
        )
    assert error.value.response["Error"]["Code"] == "BadRequestException"


def test_unmodelled_call_says_so(world: World) -> None:
    """A clean AWS error that names the call, in both protocols, and no retries (HTTP 400)."""
    for service, call in (
        ("sesv2", "list_contact_lists"),
        ("ses", "list_custom_verification_email_templates"),
    ):
        with pytest.raises(ClientError) as error:
            getattr(world.client(service), call)()
        answer = error.value.response
        assert answer["Error"]["Code"] == "NotImplementedByLab"
        assert call.replace("_", "") in answer["Error"]["Message"].lower()
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
