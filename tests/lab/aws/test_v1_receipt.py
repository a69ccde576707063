"""SES API v1 receipt rules over HTTP: errors by their literal codes, order, test writes."""

import json

from typing import Any

import pytest

from botocore.exceptions import ClientError
from sendas_lab.mail import Envelope, Transmission
from sendas_lab.ses.receipt import AuthVerdicts


World = Any
"""The fixture's type, in conftest.py; tests are no package, so it cannot be imported."""

REGION = "us-east-2"
ACCOUNT = "111122223333"
S3 = {"S3Action": {"BucketName": "mail", "ObjectKeyPrefix": "in/"}}


def rule(name: str, *actions: dict[str, Any], **more: object) -> dict[str, Any]:
    """A rule as the API takes it."""
    return {"Name": name, "Enabled": True, "Actions": list(actions), **more}


def bucket(world: World, *, policy: bool = True) -> None:
    """A bucket, with the policy of SES's guide unless left out."""
    s3 = world.client("s3")
    s3.create_bucket(Bucket="mail", CreateBucketConfiguration={"LocationConstraint": REGION})
    if policy:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "ses.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::mail/*",
            "Condition": {"StringEquals": {"AWS:SourceAccount": ACCOUNT}},
        }
        s3.put_bucket_policy(
            Bucket="mail",
            Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )


def code(call: Any, **given: object) -> str:  # noqa: ANN401  a boto3 method
    """The error code of a call that must fail."""
    with pytest.raises(ClientError) as error:
        call(**given)
    return str(error.value.response["Error"]["Code"])


def test_rule_set_life(world: World) -> None:
    """Create, activate, describe; the active one cannot be deleted; clearing frees it."""
    ses = world.client("ses")
    assert "Metadata" not in ses.describe_active_receipt_rule_set()
    ses.create_receipt_rule_set(RuleSetName="one")
    assert code(ses.create_receipt_rule_set, RuleSetName="one") == "AlreadyExists"
    assert code(ses.set_active_receipt_rule_set, RuleSetName="two") == "RuleSetDoesNotExist"
    ses.set_active_receipt_rule_set(RuleSetName="one")
    assert ses.describe_active_receipt_rule_set()["Metadata"]["Name"] == "one"
    assert code(ses.delete_receipt_rule_set, RuleSetName="one") == "CannotDelete"
    ses.set_active_receipt_rule_set()
    ses.delete_receipt_rule_set(RuleSetName="one")
    assert code(ses.describe_receipt_rule_set, RuleSetName="one") == "RuleSetDoesNotExist"
    assert ses.list_receipt_rule_sets()["RuleSets"] == []


def test_rules_keep_their_order(world: World) -> None:
    """Without After a rule goes to the front; position and reorder move it."""
    ses = world.client("ses")
    ses.create_receipt_rule_set(RuleSetName="s")
    for name in "abc":
        ses.create_receipt_rule(RuleSetName="s", Rule=rule(name))

    def order() -> str:
        return "".join(r["Name"] for r in ses.describe_receipt_rule_set(RuleSetName="s")["Rules"])

    assert order() == "cba"
    ses.set_receipt_rule_position(RuleSetName="s", RuleName="c", After="a")
    assert order() == "bac"
    ses.create_receipt_rule(RuleSetName="s", Rule=rule("d"), After="b")
    assert order() == "bdac"
    ses.reorder_receipt_rule_set(RuleSetName="s", RuleNames=list("abcd"))
    assert order() == "abcd"
    ses.delete_receipt_rule(RuleSetName="s", RuleName="b")
    ses.clone_receipt_rule_set(RuleSetName="t", OriginalRuleSetName="s")
    ses.update_receipt_rule(RuleSetName="s", Rule=rule("a", ScanEnabled=True))
    both = [
        ses.describe_receipt_rule(RuleSetName=name, RuleName="a")["Rule"]["ScanEnabled"]
        for name in "st"
    ]
    assert both == [True, False]
    assert order() == "acd"


def test_same_name_with_another_body_exists_already(world: World) -> None:
    """Names are unique in a set (moto compares whole bodies, FACTS 25)."""
    ses = world.client("ses")
    ses.create_receipt_rule_set(RuleSetName="s")
    ses.create_receipt_rule(RuleSetName="s", Rule=rule("a"))
    again = rule("a", Recipients=["example.com"])
    assert code(ses.create_receipt_rule, RuleSetName="s", Rule=again) == "AlreadyExists"


ARN = f"arn:aws:sns:us-east-2:{ACCOUNT}:none"
FUNCTION = f"arn:aws:lambda:us-east-2:{ACCOUNT}:function:none"
BOUNCE = {"SmtpReplyCode": "550", "Message": "no", "Sender": "b@example.org"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"Rule": rule("a"), "After": "none"}, "RuleDoesNotExist"),
        ({"Rule": rule("a"), "RuleSetName": "none"}, "RuleSetDoesNotExist"),
        ({"Rule": rule("a b")}, "InvalidParameterValue"),
        ({"Rule": rule("a", *([{"StopAction": {"Scope": "RuleSet"}}] * 11))}, "LimitExceeded"),
        ({"Rule": rule("a", Recipients=["x.example"] * 101)}, "LimitExceeded"),
        ({"Rule": rule("a", S3)}, "InvalidS3Configuration"),
        ({"Rule": rule("a", {"SNSAction": {"TopicArn": ARN}})}, "InvalidSnsTopic"),
        ({"Rule": rule("a", {"StopAction": {"Scope": "RuleSet", "TopicArn": ARN}})},
         "InvalidSnsTopic"),
        ({"Rule": rule("a", {"LambdaAction": {"FunctionArn": FUNCTION}})},
         "InvalidLambdaFunction"),
        ({"Rule": rule("a", {"BounceAction": BOUNCE})}, "InvalidParameterValue"),
        ({"Rule": rule("a", {"AddHeaderAction": {"HeaderName": "A b", "HeaderValue": "c"}})},
         "InvalidParameterValue"),
        ({"Rule": rule("a", {"WorkmailAction": {"OrganizationArn": "arn:aws:workmail:x:y:z"}})},
         "NotImplementedByLab"),
    ],
)  # fmt: skip
def test_bad_rules(world: World, given: dict[str, Any], expected: str) -> None:
    """SES's own codes (api/ses), and nothing is stored."""
    ses = world.client("ses")
    ses.create_receipt_rule_set(RuleSetName="s")
    assert expected == code(ses.create_receipt_rule, **({"RuleSetName": "s"} | given))
    assert ses.describe_receipt_rule_set(RuleSetName="s")["Rules"] == []


def test_bucket_without_policy_is_refused_by_name(world: World) -> None:
    """CreateReceiptRule test-writes (FACTS 8.3)."""
    bucket(world, policy=False)
    ses = world.client("ses")
    ses.create_receipt_rule_set(RuleSetName="s")
    with pytest.raises(ClientError) as error:
        ses.create_receipt_rule(RuleSetName="s", Rule=rule("a", S3))
    assert error.value.response["Error"] == {
        "Type": "Sender",
        "Code": "InvalidS3Configuration",
        "Message": "Could not write to bucket: mail",
    }


def test_mail_arrives_in_the_bucket(world: World) -> None:
    """The set-up object first, then the mail, readable through S3 itself."""
    bucket(world)
    world.verify()
    ses, s3 = world.client("ses"), world.client("s3")
    ses.create_receipt_rule_set(RuleSetName="s")
    ses.create_receipt_rule(
        RuleSetName="s", Rule=rule("a", S3, Recipients=["example.com"], ScanEnabled=True)
    )
    ses.set_active_receipt_rule_set(RuleSetName="s")
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket="mail")["Contents"]]
    assert keys == ["in/AMAZON_SES_SETUP_NOTIFICATION"]
    content = b"From: j@example.net\r\nSubject: \xe4\r\n\r\nhi\r\n"
    envelope = Envelope("j@example.net", ("info@example.com",))
    assert world.ses.accepts(REGION, "info@example.com", "192.0.2.9").accepted
    mail = Transmission(envelope, content, "192.0.2.9", "mx.example.net")
    assert world.ses.receive(REGION, mail, AuthVerdicts()).accepted
    world.ses.settle()
    (key,) = {o["Key"] for o in s3.list_objects_v2(Bucket="mail")["Contents"]} - set(keys)
    body = s3.get_object(Bucket="mail", Key=key)["Body"].read()
    assert body.endswith(content)
    message_id = key.removeprefix("in/")
    answer = ses.send_bounce(
        OriginalMessageId=message_id,
        BounceSender="bounce@example.com",
        BouncedRecipientInfoList=[{"Recipient": "info@example.com", "BounceType": "DoesNotExist"}],
    )
    assert answer["MessageId"]
    world.ses.settle()
    assert world.outbox[0].envelope.forward_paths == ("j@example.net",)
    world.pass_time(hours=25)
    assert "InvalidParameterValue" == code(
        ses.send_bounce,
        OriginalMessageId=message_id,
        BounceSender="bounce@example.com",
        BouncedRecipientInfoList=[{"Recipient": "info@example.com"}],
    )


def test_filters(world: World) -> None:
    """Create, list, delete; names are unique, ranges must be ranges."""
    ses = world.client("ses")
    block = {"Name": "f", "IpFilter": {"Policy": "Block", "Cidr": "192.0.2.0/24"}}
    ses.create_receipt_filter(Filter=block)
    assert code(ses.create_receipt_filter, Filter=block) == "AlreadyExists"
    wrong = {"Name": "g", "IpFilter": {"Policy": "Block", "Cidr": "everywhere"}}
    assert code(ses.create_receipt_filter, Filter=wrong) == "InvalidParameterValue"
    assert ses.list_receipt_filters()["Filters"] == [block]
    ses.delete_receipt_filter(FilterName="f")
    assert ses.list_receipt_filters()["Filters"] == []
