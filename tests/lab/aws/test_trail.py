"""CloudTrail's LookupEvents in the lab, as the API reference has it."""

import json

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from botocore.exceptions import ClientError
from sendas_lab.world import Lab

from sendas.aws import cloudtrail
from sendas.aws.reading import Raw
from sendas.iam.key_acts import Act
from sendas.outcome import NoAnswer
from sendas.ses.regions import Region


HERE, HOME = Region("eu-west-1"), Region("us-east-1")


def call(lab: Lab, service: str, operation: str, region: Region = HOME, **given: object) -> Raw:
    """As the administrator."""
    return lab.session().call(service, operation, region=region, **given)


@pytest.fixture
def key_id(sendas_lab: Lab) -> str:
    """A key made, made inactive, and deleted; a deletion that IAM refused."""
    call(sendas_lab, "iam", "CreateUser", UserName="me")
    made = call(sendas_lab, "iam", "CreateAccessKey", UserName="me")["AccessKey"]
    about = {"UserName": "me", "AccessKeyId": made["AccessKeyId"]}
    call(sendas_lab, "iam", "UpdateAccessKey", Status="Inactive", **about)
    call(sendas_lab, "iam", "DeleteAccessKey", **about)
    with pytest.raises(ClientError):
        call(sendas_lab, "iam", "DeleteAccessKey", **about)
    return str(made["AccessKeyId"])


def test_what_was_done_to_a_key_is_remembered(sendas_lab: Lab, key_id: str) -> None:
    """Each once, in order, with who and what; from whichever Region one asks."""
    acts = cloudtrail.key_acts(sendas_lab.session(), HERE, datetime.now(UTC) - timedelta(days=90))  # noqa: TID251  the lab's clock begins now

    assert not isinstance(acts, NoAnswer)
    assert [Act.MADE, Act.CHANGED, Act.DELETED] == [one.act for one in acts]
    assert {key_id} == {one.key_id for one in acts}
    assert {"me"} == {one.user for one in acts}
    assert ["Active", "Inactive", ""] == [one.status for one in acts]
    assert all(one.by == f"arn:aws:iam::{sendas_lab.account_id}:root" for one in acts)


def test_the_secret_is_not_in_it(sendas_lab: Lab) -> None:
    """CloudTrail record contents: responseElements of CreateAccessKey have no secret."""
    call(sendas_lab, "iam", "CreateUser", UserName="me")
    secret = call(sendas_lab, "iam", "CreateAccessKey", UserName="me")["AccessKey"]
    told = call(sendas_lab, "cloudtrail", "LookupEvents")

    assert secret["AccessKeyId"] in json.dumps(told, default=str)
    assert secret["SecretAccessKey"] not in json.dumps(told, default=str)


def test_a_call_that_was_not_allowed_is_in_it(sendas_lab: Lab) -> None:
    """CloudTrail guide, "CloudTrail record contents": errorCode AccessDenied, by whom."""
    call(sendas_lab, "iam", "CreateUser", UserName="me")
    made = call(sendas_lab, "iam", "CreateAccessKey", UserName="me")["AccessKey"]
    mine = boto3.client(
        "iam",
        endpoint_url=sendas_lab.aws.url,
        region_name=HOME,
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        mine.create_access_key(UserName="me")

    newest, *_ = call(sendas_lab, "cloudtrail", "LookupEvents")["Events"]
    record = json.loads(newest["CloudTrailEvent"])
    assert ("CreateAccessKey", "AccessDenied") == (record["eventName"], record["errorCode"])
    assert made["AccessKeyId"] == record["userIdentity"]["accessKeyId"]
    assert None is record["responseElements"]


@pytest.mark.usefixtures("key_id")
def test_iam_s_events_are_in_one_region(sendas_lab: Lab) -> None:
    """CloudTrail guide, "Global service events": us-east-1."""
    assert [] == call(sendas_lab, "cloudtrail", "LookupEvents", HERE)["Events"]
    assert 4 == len(call(sendas_lab, "cloudtrail", "LookupEvents")["Events"])


@pytest.mark.usefixtures("key_id")
def test_newest_first_and_page_by_page(sendas_lab: Lab) -> None:
    """Each page names the next; by one attribute only."""
    found: list[str] = []
    page: dict[str, object] = {}
    while True:
        told = call(sendas_lab, "cloudtrail", "LookupEvents", MaxResults=1, **page)
        found += [one["EventName"] for one in told["Events"]]
        if "NextToken" not in told:
            break
        page = {"NextToken": told["NextToken"]}

    assert ["DeleteAccessKey", "DeleteAccessKey", "UpdateAccessKey", "CreateAccessKey"] == found
    name = {"AttributeKey": "EventName", "AttributeValue": "CreateAccessKey"}
    told = call(sendas_lab, "cloudtrail", "LookupEvents", LookupAttributes=[name])
    assert ["CreateAccessKey"] == [one["EventName"] for one in told["Events"]]
    with pytest.raises(ClientError, match="InvalidLookupAttributes"):
        call(sendas_lab, "cloudtrail", "LookupEvents", LookupAttributes=[name, name])


@pytest.mark.usefixtures("key_id")
def test_it_forgets_after_90_days(sendas_lab: Lab) -> None:
    """CloudTrail guide, "Viewing recent management events"."""
    sendas_lab.clock.move(timedelta(days=91))

    assert [] == call(sendas_lab, "cloudtrail", "LookupEvents")["Events"]
