"""IAM decides every call: the action by its own name, on the very resource, in its context.

Truth: the Service Authorization Reference, as parliament holds it.
"""

import json
import re
import warnings

from pathlib import Path
from typing import Any

import pytest

from botocore.exceptions import ClientError


with warnings.catch_warnings():  # its regular expressions, compiled for the first time
    warnings.simplefilter("ignore")
    import parliament


World = Any
"""The fixture's type, in conftest.py."""

REGION, ACCOUNT = "us-east-2", "111122223333"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
QUEUE = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"
HERE = f"{REGION}:{ACCOUNT}"
CALLS: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("s3", "head_bucket", {"Bucket": "mail"}, "s3:ListBucket", "arn:aws:s3:::mail"),
    ("s3", "list_objects_v2", {"Bucket": "mail"}, "s3:ListBucket", "arn:aws:s3:::mail"),
    (
        "s3",
        "get_object",
        {"Bucket": "mail", "Key": "k/1"},
        "s3:GetObject",
        "arn:aws:s3:::mail/k/1",
    ),
    ("s3", "head_object", {"Bucket": "mail", "Key": "k"}, "s3:GetObject", "arn:aws:s3:::mail/k"),
    ("s3", "put_object", {"Bucket": "mail", "Key": "k"}, "s3:PutObject", "arn:aws:s3:::mail/k"),
    ("s3", "create_bucket", {"Bucket": "new"}, "s3:CreateBucket", "arn:aws:s3:::new"),
    (
        "s3",
        "get_bucket_encryption",
        {"Bucket": "mail"},
        "s3:GetEncryptionConfiguration",
        "arn:aws:s3:::mail",
    ),
    (
        "s3",
        "delete_objects",
        {"Bucket": "mail", "Delete": {"Objects": [{"Key": "k"}]}},
        "s3:DeleteObject",
        "arn:aws:s3:::mail/k",
    ),
    ("sns", "create_topic", {"Name": "t2"}, "sns:CreateTopic", f"arn:aws:sns:{HERE}:t2"),
    (
        "sns",
        "get_topic_attributes",
        {"TopicArn": f"arn:aws:sns:{HERE}:t"},
        "sns:GetTopicAttributes",
        f"arn:aws:sns:{HERE}:t",
    ),
    ("sqs", "create_queue", {"QueueName": "q2"}, "sqs:CreateQueue", f"arn:aws:sqs:{HERE}:q2"),
    ("sqs", "receive_message", {"QueueUrl": QUEUE}, "sqs:ReceiveMessage", f"arn:aws:sqs:{HERE}:q"),
    ("iam", "list_users", {}, "iam:ListUsers", "*"),
    ("iam", "get_user", {"UserName": "x"}, "iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/x"),
    ("iam", "create_user", {"UserName": "y"}, "iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/y"),
    (
        "iam",
        "create_access_key",
        {"UserName": "x"},
        "iam:CreateAccessKey",
        f"arn:aws:iam::{ACCOUNT}:user/x",
    ),
    (
        "iam",
        "put_role_policy",
        {"RoleName": "r", "PolicyName": "p", "PolicyDocument": TRUST},
        "iam:PutRolePolicy",
        f"arn:aws:iam::{ACCOUNT}:role/path/r",
    ),
    (
        "lambda",
        "get_function",
        {"FunctionName": "f"},
        "lambda:GetFunction",
        f"arn:aws:lambda:{HERE}:function:f",
    ),
    ("lambda", "list_event_source_mappings", {}, "lambda:ListEventSourceMappings", "*"),
    (
        "events",
        "put_rule",
        {"Name": "e", "ScheduleExpression": "rate(1 day)"},
        "events:PutRule",
        f"arn:aws:events:{HERE}:rule/e",
    ),
    (
        "cloudwatch",
        "delete_alarms",
        {"AlarmNames": ["a"]},
        "cloudwatch:DeleteAlarms",
        f"arn:aws:cloudwatch:{HERE}:alarm:a",
    ),
    (
        "logs",
        "create_log_group",
        {"logGroupName": "/aws/lambda/f"},
        "logs:CreateLogGroup",
        f"arn:aws:logs:{HERE}:log-group:/aws/lambda/f",
    ),
    ("route53", "list_hosted_zones_by_name", {}, "route53:ListHostedZonesByName", "*"),
    (
        "route53",
        "get_hosted_zone",
        {"Id": "/hostedzone/Z1"},
        "route53:GetHostedZone",
        "arn:aws:route53:::hostedzone/Z1",
    ),
    ("route53", "get_change", {"Id": "C1"}, "route53:GetChange", "arn:aws:route53:::change/C1"),
    (
        "secretsmanager",
        "create_secret",
        {"Name": "sendas/smtp/me"},
        "secretsmanager:CreateSecret",
        f"arn:aws:secretsmanager:{HERE}:secret:sendas/smtp/me-??????",
    ),
]
IDS = [f"{service}-{call}" for service, call, *_ in CALLS]


def prepared(world: World) -> None:
    """What some of the calls are about."""
    world.client("s3").create_bucket(
        Bucket="mail", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    world.client("iam").create_role(RoleName="r", Path="/path/", AssumeRolePolicyDocument=TRUST)


def denial(world: World, key: object, service: str, call: str, given: dict[str, Any]) -> str:
    """IAM's sentence; nothing where the call was let through, whatever the service said."""
    try:
        getattr(world.client(service, key=key), call)(**given)
    except ClientError as error:
        said = error.response["Error"]
        if said["Code"] in {"AccessDenied", "AccessDeniedException"}:
            return str(said["Message"])
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 403:
            return "403 without a body"
    return ""


@pytest.mark.parametrize(
    ("service", "call", "given", "action", "resource"),
    CALLS,
    ids=[f"{c[0]}-{c[1]}" for c in CALLS],
)
def test_exactly_this_action_on_exactly_this_resource(
    world: World, service: str, call: str, given: dict[str, Any], action: str, resource: str
) -> None:
    """Without it the call is refused, and the refusal names both; with it, it is let through."""
    prepared(world)
    nothing = world.user("nothing", {"Effect": "Allow", "Action": "sts:*", "Resource": "*"})
    exactly = world.user("exactly", {"Effect": "Allow", "Action": action, "Resource": resource})
    elsewhere = world.user(
        "elsewhere",
        {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::another/thing"},
    )
    said = denial(world, nothing, service, call, given)

    if call not in {"head_bucket", "head_object"}:  # HEAD has no body to say it in
        assert f"is not authorized to perform: {action} " in said
        assert resource == "*" or resource.partition("?")[0] in said
    assert said
    assert denial(world, elsewhere, service, call, given)
    assert not denial(world, exactly, service, call, given)


@pytest.mark.parametrize("row", CALLS, ids=IDS)
def test_the_actions_and_resources_are_those_of_the_reference(
    row: tuple[str, str, dict[str, Any], str, str],
) -> None:
    """Each action exists there, and knows a resource of that form; or none, where it is ``*``."""
    *_, action, resource = row
    prefix, _, name = action.partition(":")
    text = (Path(parliament.__file__).parent / "iam_definition.json").read_text("utf-8")
    service = next(one for one in json.loads(text) if one["prefix"] == prefix)
    privilege = next(one for one in service["privileges"] if one["privilege"] == name)
    kinds = {one["resource_type"].rstrip("*") for one in privilege["resource_types"]} - {""}
    forms = [one["arn"] for one in service["resources"] if one["resource"] in kinds]

    assert (resource == "*") is (not forms)
    patterns = [re.sub(r"\\\$\\\{\w+\\?\}", ".+", re.escape(form)) for form in forms]
    assert not forms or any(re.fullmatch(one, resource) for one in patterns), forms


def test_who_passes_a_role_needs_leave_for_that_service(world: World) -> None:
    """iam:PassRole on the role, for Lambda; a condition that names another service does not do."""
    prepared(world)
    role = f"arn:aws:iam::{ACCOUNT}:role/path/r"
    make = {"Effect": "Allow", "Action": "lambda:CreateFunction", "Resource": "*"}
    given = {
        "FunctionName": "f",
        "Role": role,
        "Runtime": "python3.12",
        "Handler": "m.h",
        "Code": {"ZipFile": b"x"},
    }

    def passing(service: str) -> dict[str, Any]:
        return {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": role,
            "Condition": {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}},
        }

    without = world.user("without", make)
    other = world.user("other", make, passing("ec2"))
    right = world.user("right", make, passing("lambda"))

    assert f"iam:PassRole on resource: {role}" in denial(
        world, without, "lambda", "create_function", given
    )
    assert "iam:PassRole" in denial(world, other, "lambda", "create_function", given)
    assert not denial(world, right, "lambda", "create_function", given)


def test_records_can_be_limited_to_a_domain(world: World) -> None:
    """Route 53's keys for names, types and actions (Route 53 guide, "IAM policy conditions")."""
    zone = world.client("route53").create_hosted_zone(Name="example.com.", CallerReference="x")
    zone_id = zone["HostedZone"]["Id"]
    key = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
    user = world.user(
        "u",
        {
            "Effect": "Allow",
            "Action": "route53:ChangeResourceRecordSets",
            "Resource": "*",
            "Condition": {"ForAllValues:StringLike": {key: ["*.mail.example.com"]}},
        },
    )

    def change(name: str) -> str:
        batch = {
            "Changes": [
                {
                    "Action": "UPSERT",
                    "ResourceRecordSet": {
                        "Name": name,
                        "Type": "TXT",
                        "TTL": 60,
                        "ResourceRecords": [{"Value": '"x"'}],
                    },
                }
            ]
        }
        given = {"HostedZoneId": zone_id, "ChangeBatch": batch}
        return denial(world, user, "route53", "change_resource_record_sets", given)

    assert not change("A.Mail.Example.com.")
    assert "route53:ChangeResourceRecordSets" in change("www.example.com.")


def test_a_boundary_can_be_demanded(world: World) -> None:
    """iam:PermissionsBoundary is what the call says when it makes, what stands when it changes."""
    iam = world.client("iam")
    text = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
        }
    )
    arn = iam.create_policy(PolicyName="bound", PolicyDocument=text)["Policy"]["Arn"]
    demanded = {"StringEquals": {"iam:PermissionsBoundary": arn}}
    user = world.user(
        "u",
        {
            "Effect": "Allow",
            "Action": [
                "iam:CreateUser",
                "iam:CreateRole",
                "iam:PutUserPolicy",
                "iam:PutRolePolicy",
            ],
            "Resource": "*",
            "Condition": demanded,
        },
    )
    policy = {"PolicyName": "p", "PolicyDocument": text}

    assert denial(world, user, "iam", "create_user", {"UserName": "free"})
    assert not denial(
        world, user, "iam", "create_user", {"UserName": "bound", "PermissionsBoundary": arn}
    )
    role = {"RoleName": "bound", "AssumeRolePolicyDocument": TRUST}
    assert denial(world, user, "iam", "create_role", role)
    assert not denial(world, user, "iam", "create_role", role | {"PermissionsBoundary": arn})
    assert not denial(world, user, "iam", "put_user_policy", {"UserName": "bound", **policy})
    assert not denial(world, user, "iam", "put_role_policy", {"RoleName": "bound", **policy})
    iam.create_user(UserName="older")
    assert denial(world, user, "iam", "put_user_policy", {"UserName": "older", **policy})


def test_a_buckets_policy_is_asked_too(world: World) -> None:
    """Its Deny counts against whoever may; its Allow lets in whom nothing else does."""
    prepared(world)
    may = world.user("may", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    guest = world.user("guest", {"Effect": "Allow", "Action": "sts:*", "Resource": "*"})
    statements = [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::mail/secret",
        },
        {
            "Effect": "Allow",
            "Principal": {"AWS": guest.principal.arn},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::mail/*",
        },
    ]
    world.client("s3").put_bucket_policy(
        Bucket="mail", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements})
    )

    secret, plain = {"Bucket": "mail", "Key": "secret"}, {"Bucket": "mail", "Key": "plain"}
    assert denial(world, may, "s3", "get_object", secret)
    assert not denial(world, may, "s3", "get_object", plain)
    assert not denial(world, guest, "s3", "put_object", plain)
    assert denial(world, guest, "s3", "get_object", plain)


def test_who_one_is_anybody_may_ask(world: World) -> None:
    """STS API, GetCallerIdentity: no permissions are required."""
    key = world.user("u", {"Effect": "Deny", "Action": "*", "Resource": "*"})

    assert key.principal.arn == world.client("sts", key=key).get_caller_identity()["Arn"]
