"""What AWS stops and a stand-in likes to let pass: each by the words of the API reference.

Recorded answers (LocalStack's snapshots of AWS, FACTS 27) give the 501 of S3's
conditions and what Secrets Manager's labels do.
"""

import json

from collections.abc import Callable
from typing import Any

import pytest

from botocore.exceptions import ClientError
from sendas_lab.world import Lab


Client = Callable[[str], Any]


@pytest.fixture
def client(sendas_environment: dict[str, str]) -> Client:
    """A client of a service, as the administrator."""
    import botocore.session  # noqa: PLC0415  only here

    assert sendas_environment["AWS_ENDPOINT_URL"]
    session = botocore.session.Session()
    return lambda service: session.create_client(service, region_name="us-east-1")


def code_of(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    """AWS's code and the HTTP status."""
    answer = error.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_the_current_version_is_what_its_label_says(client: Client) -> None:
    """After AWSCURRENT moved, a plain GetSecretValue gives the new value, and back."""
    secrets = client("secretsmanager")
    first = secrets.create_secret(Name="s", SecretString="one")["VersionId"]
    second = secrets.put_secret_value(
        SecretId="s", SecretString="two", VersionStages=["AWSPENDING"]
    )["VersionId"]

    def plain() -> str:
        return str(secrets.get_secret_value(SecretId="s")["SecretString"])

    assert "one" == plain()
    for to, of in ((second, first), (first, second)):
        secrets.update_secret_version_stage(
            SecretId="s", VersionStage="AWSCURRENT", MoveToVersionId=to, RemoveFromVersionId=of
        )
        assert ("two" if to == second else "one") == plain()
    previous = secrets.get_secret_value(SecretId="s", VersionStage="AWSPREVIOUS")
    assert "two" == previous["SecretString"]


def allowing(queue: str, source: str, effect: str = "Allow") -> str:
    """A queue's policy for one topic."""
    statement = {
        "Effect": effect,
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": source}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("policy", "arrives"),
    [
        (None, False),
        (allowing("{queue}", "{topic}"), True),
        (allowing("{queue}", "{topic}", "Deny"), False),
        (allowing("{queue}", "arn:aws:sns:us-east-1:{account}:another"), False),
        (allowing("arn:aws:sqs:us-east-1:{account}:another", "{topic}"), False),
    ],
)
def test_a_queue_takes_what_its_policy_allows(
    sendas_lab: Lab,
    client: Client,
    policy: str | None,
    arrives: bool,  # noqa: FBT001  a parameter
) -> None:
    """Publishing succeeds all the same; what the queue does not take goes to the redrive queue."""
    sns, sqs = client("sns"), client("sqs")
    topic = sns.create_topic(Name="t")["TopicArn"]
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{sendas_lab.account_id}:q"
    spare_url = sqs.create_queue(QueueName="spare")["QueueUrl"]
    spare = arn.removesuffix("q") + "spare"
    sqs.set_queue_attributes(QueueUrl=spare_url, Attributes={"Policy": allowing(spare, topic)})
    if policy:
        for name, value in (
            ("{queue}", arn), ("{topic}", topic), ("{account}", sendas_lab.account_id)
        ):  # fmt: skip
            policy = policy.replace(name, value)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    redrive = json.dumps({"deadLetterTargetArn": spare})
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RedrivePolicy": redrive}
    )
    sns.publish(TopicArn=topic, Message="hello")

    def waiting(queue: str) -> int:
        return len(sqs.receive_message(QueueUrl=queue).get("Messages", ()))

    assert (int(arrives), int(not arrives)) == (waiting(url), waiting(spare_url))


def test_a_topic_whose_queue_is_gone_takes_messages(sendas_lab: Lab, client: Client) -> None:
    """The publisher never learns; nothing is delivered."""
    sns = client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    arn = f"arn:aws:sqs:us-east-1:{sendas_lab.account_id}:gone"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    assert sns.publish(TopicArn=topic, Message="hello")["MessageId"]


def test_a_user_with_keys_is_not_deleted(client: Client) -> None:
    """IAM API, DeleteUser: DeleteConflict, 409, until everything is taken away."""
    iam = client("iam")
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]["AccessKeyId"]
    with pytest.raises(ClientError, match="must delete access keys first") as refused:
        iam.delete_user(UserName="u")
    assert ("DeleteConflict", 409) == code_of(refused)
    iam.delete_access_key(UserName="u", AccessKeyId=key)
    iam.delete_user(UserName="u")


def test_if_none_match_takes_a_star_alone(client: Client) -> None:
    """An ETag there is 501, and so are both conditions at once."""
    s3 = client("s3")
    s3.create_bucket(Bucket="b-0000")
    etag = s3.put_object(Bucket="b-0000", Key="k", Body=b"x")["ETag"]
    for condition in ({"IfNoneMatch": etag}, {"IfNoneMatch": "*", "IfMatch": etag}):
        with pytest.raises(ClientError) as refused:
            s3.put_object(Bucket="b-0000", Key="k", Body=b"y", **condition)
        assert ("NotImplemented", 501) == code_of(refused)
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket="b-0000", Key="k", Body=b"y", IfNoneMatch="*")
    assert ("PreconditionFailed", 412) == code_of(refused)
