"""What S3 tells, and whom: the policy of the queue, topic or function decides."""

import json

from typing import Any

import pytest

from botocore.exceptions import ClientError

from tests.lab.aws.conftest import REGION, World


@pytest.fixture
def bucket(world: World) -> str:
    """A bucket's name."""
    world.client("s3").create_bucket(
        Bucket="mail", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return "mail"


def queue(world: World, *statements: dict[str, Any]) -> tuple[str, str]:
    """A queue with that policy: its URL and ARN."""
    sqs = world.client("sqs")
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url, f"arn:aws:sqs:{REGION}:{world.account_id}:told"


def allowing(effect: str = "Allow") -> dict[str, Any]:
    """A statement for S3."""
    return {
        "Effect": effect,
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::mail"}},
    }


def tell(world: World, arn: str, **filters: Any) -> None:  # noqa: ANN401  a filter
    """Let the bucket tell the queue."""
    world.client("s3").put_bucket_notification_configuration(
        Bucket="mail",
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], **filters}]
        },
    )


def told(world: World, url: str) -> list[dict[str, Any]]:
    """Everything in the queue."""
    answer = world.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(one["Body"]) for one in answer.get("Messages", [])]


def test_a_queue_whose_policy_lets_s3_in_is_told(world: World, bucket: str) -> None:
    """First the test event (S3 guide), then what was put; members as recorded."""
    url, arn = queue(world, allowing())
    tell(world, arn)

    world.client("s3").put_object(Bucket=bucket, Key="in/a b", Body=b"x")

    test, event = told(world, url)
    assert "s3:TestEvent" == test["Event"]
    (record,) = event["Records"]
    assert ("in/a+b", 1) == (record["s3"]["object"]["key"], record["s3"]["object"]["size"])
    assert {"key", "size", "eTag", "sequencer"} == set(record["s3"]["object"])
    assert {"userIdentity", "requestParameters", "responseElements"} < set(record)
    assert "principalId" in record["s3"]["bucket"]["ownerIdentity"]


@pytest.mark.parametrize("effects", [(), ("Deny",), ("Allow", "Deny")])
def test_a_queue_that_does_not_let_s3_in_is_refused(
    world: World, bucket: str, effects: tuple[str, ...]
) -> None:
    """Message and members: recorded, test_multiple_invalid_sqs_arns; the reason: S3 guide."""
    _, arn = queue(world, *(allowing(effect) for effect in effects))

    with pytest.raises(ClientError) as refused:
        tell(world, arn)

    error = refused.value.response["Error"]
    assert "Unable to validate the following destination configurations" == error["Message"]
    assert arn == error["ArgumentName1"]  # type: ignore[typeddict-item]  # S3's own
    assert bucket


def test_a_policy_taken_away_later_silences_the_bucket(world: World, bucket: str) -> None:
    """Nothing fails for who puts: S3 tells of its own accord."""
    url, arn = queue(world, allowing())
    tell(world, arn)
    told(world, url)
    world.client("sqs").set_queue_attributes(
        QueueUrl=url,
        Attributes={"Policy": json.dumps({"Statement": [allowing("Deny")]})},
    )

    world.client("s3").put_object(Bucket=bucket, Key="k", Body=b"")

    assert [] == told(world, url)


def test_rules_in_any_letter_case(world: World, bucket: str) -> None:
    """Recorded, test_filter_rules_case_insensitive; they are told capitalized."""
    url, arn = queue(world, allowing())
    rules = [{"Name": "PREFIX", "Value": "in/"}, {"Name": "sufFix", "Value": ""}]
    tell(world, arn, Filter={"Key": {"FilterRules": rules}})
    told(world, url)
    s3 = world.client("s3")

    s3.put_object(Bucket=bucket, Key="out/a", Body=b"")
    s3.put_object(Bucket=bucket, Key="in/a", Body=b"")

    assert ["in/a"] == [one["Records"][0]["s3"]["object"]["key"] for one in told(world, url)]
    shown = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"][0]
    assert ["Prefix", "Suffix"] == [one["Name"] for one in shown["Filter"]["Key"]["FilterRules"]]


@pytest.mark.parametrize(
    ("headers", "condition"),
    [
        ({"CopySourceIfMatch": "etag", "CopySourceIfNoneMatch": "ETAG"}, "If-Match"),
        ({"CopySourceIfNoneMatch": "ETAG"}, "If-None-Match"),
    ],
)
def test_conditions_of_a_copy(
    world: World, bucket: str, headers: dict[str, str], condition: str
) -> None:
    """The first that does not hold is told (recorded, test_s3_copy_object_preconditions)."""
    s3 = world.client("s3")
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"].strip('"')
    given = {name: value.replace("ETAG", etag) for name, value in headers.items()}

    with pytest.raises(ClientError) as refused:
        s3.copy_object(Bucket=bucket, Key="to", CopySource=f"{bucket}/k", **given)

    error: Any = refused.value.response["Error"]
    assert ("PreconditionFailed", f"x-amz-copy-source-{condition}") == (
        error["Code"],
        error["Condition"],
    )
