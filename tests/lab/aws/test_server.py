"""The server itself: labs side by side, reset, the services behind it."""

import io
import json
import urllib.error
import urllib.request
import zipfile

from typing import Any

import pytest

from botocore.exceptions import ClientError


World = Any
"""The fixture's type, in conftest.py; tests are no package, so it cannot be imported."""

REGION = "us-east-2"
LOCATION = {"LocationConstraint": REGION}


def test_two_labs_in_one_process_share_nothing(world: World) -> None:
    """Identities, keys and even bucket names are apart; account ids differ."""
    other = type(world)("444455556666")
    other.aws.start()
    try:
        for one in (world, other):
            one.verify()
            one.client("s3").create_bucket(Bucket="mail", CreateBucketConfiguration=LOCATION)
            one.client("s3").put_object(Bucket="mail", Key="who", Body=one.account_id.encode())
            one.user("same-name")
        for one in (world, other):
            body = one.client("s3").get_object(Bucket="mail", Key="who")["Body"].read()
            assert one.account_id.encode() == body
            assert one.account_id == one.client("sts").get_caller_identity()["Account"]
        with pytest.raises(ClientError):
            world.client("sesv2", key=other.administrator).get_account()
        other.aws.reset()
        assert other.client("s3").list_buckets()["Buckets"] == []
        assert len(world.client("s3").list_buckets()["Buckets"]) == 1
    finally:
        other.aws.stop()


def test_reset_empties_everything(world: World) -> None:
    """Every service of the account."""
    world.verify()
    world.user("u")
    world.client("s3").create_bucket(Bucket="mail", CreateBucketConfiguration=LOCATION)
    world.client("sns").create_topic(Name="t")
    world.aws.reset()
    assert world.client("sesv2").list_email_identities()["EmailIdentities"] == []
    assert world.client("iam").list_users()["Users"] == []
    assert world.client("s3").list_buckets()["Buckets"] == []
    assert world.client("sns").list_topics()["Topics"] == []


def test_a_stopped_server_can_be_started_again(world: World) -> None:
    """Start and stop leave no thread that answers."""
    other = type(world)("444455556666")
    with pytest.raises(RuntimeError):
        _ = other.aws.url
    for _ in range(2):
        other.aws.start()
        other.client("sesv2").get_account()
        other.aws.stop()


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/v2/email/account", b"", 403),
        ("POST", "/", b"Action=GetSendQuota&Version=2010-12-01", 403),
    ],
)
def test_unsigned_calls_are_refused(
    world: World, method: str, path: str, body: bytes, code: int
) -> None:
    """MissingAuthenticationToken, whichever API (AWS common errors)."""
    asked = urllib.request.Request(world.aws.url + path, data=body or None, method=method)  # noqa: S310  loopback
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(asked)  # noqa: S310  the same
    with error.value as answer:
        assert code == answer.code
        text = answer.read().decode() + str(answer.headers)
    assert "MissingAuthenticationToken" in text


def test_missing_parameters_are_named(world: World) -> None:
    """A client that checks nothing gets a clean error."""
    with pytest.raises(ClientError) as error:
        world.unchecked("ses").describe_receipt_rule()
    seen = error.value.response["Error"]
    # Query services' common wording (AWS common errors, ValidationError).
    assert seen["Code"] == "ValidationError"
    assert "Value null at 'ruleSetName'" in seen["Message"]
    with pytest.raises(ClientError) as error:
        world.unchecked("sesv2", "nowhere").get_account()
    assert error.value.response["Error"]["Code"] == "SignatureDoesNotMatch"


def test_route53_answers_behind_the_door(world: World) -> None:
    """What is not SES is moto's."""
    route53 = world.client("route53")
    made = route53.create_hosted_zone(Name="example.com", CallerReference="x")
    zone = made["HostedZone"]["Id"]
    found = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert {"NS", "SOA"} == {one["Type"] for one in found}


def test_a_function_really_runs(world: World) -> None:
    """The zip's code, in a child process that can call the lab's AWS."""
    code = (
        "import os, boto3\n"
        "def handle(event, context):\n"
        "    account = boto3.client('sts').get_caller_identity()['Account']\n"
        "    return {'got': event, 'account': account, 'own': os.environ['OWN']}\n"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.py", code)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = world.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust)
    functions = world.client("lambda")
    functions.create_function(
        FunctionName="f",
        Runtime="python3.11",
        Role=role["Role"]["Arn"],
        Handler="main.handle",
        Timeout=20,
        Environment={"Variables": {"OWN": "yes"}},
        Code={"ZipFile": packed.getvalue()},
    )
    answer = json.load(functions.invoke(FunctionName="f", Payload=b'{"a": 1}')["Payload"])
    assert answer == {"got": {"a": 1}, "account": "111122223333", "own": "yes"}
