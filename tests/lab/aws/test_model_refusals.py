"""What the services refuse by their models and in their own words, whoever answers the rest."""

import json

from typing import Any

import pytest

from botocore.exceptions import ClientError
from moto.core.utils import get_service_model
from sendas_lab.aws.java_order import enum_in_order

from tests.lab.aws.conftest import REGION, World


def _refused(world: World, service: str, operation: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401  any parameters
    client = world.unchecked(service)
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**given)
    answer: dict[str, Any] = caught.value.response
    return answer


@pytest.mark.parametrize(
    ("service", "shape", "recorded"),
    [
        ("cloudwatch", "StateValue", "INSUFFICIENT_DATA, ALARM, OK"),
        ("events", "ApiDestinationHttpMethod", "HEAD, POST, PATCH, DELETE, PUT, GET, OPTIONS"),
        ("kms", "MacAlgorithmSpec", "HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512"),
        ("lambda", "Architecture", "x86_64, arm64"),
        ("lambda", "EventSourcePosition", "LATEST, AT_TIMESTAMP, TRIM_HORIZON"),
        ("logs", "OutputFormat", "w3c, raw, json, plain, parquet"),
    ],
)
def test_enums_are_told_in_the_order_of_a_java_hash_table(
    service: str, shape: str, recorded: str
) -> None:
    """As AWS was recorded to tell them (LocalStack's tests), from the model's own order."""
    model: Any = get_service_model(service).shape_for(shape)

    assert recorded == ", ".join(enum_in_order(model.enum))


def test_runtimes_are_told_in_lambdas_own_order(world: World) -> None:
    """Recorded in 2026, test_lambda_api; what came since is left out."""
    answer = _refused(
        world,
        "lambda",
        "create_function",
        FunctionName="f",
        Runtime="bogus",
        Handler="i.h",
        Code={"ZipFile": b"x"},
        Role="arn:aws:iam::123456789012:role/r",
    )

    recorded = [
        "nodejs20.x",
        "python3.14",
        "provided.al2023",
        "python3.12",
        "python3.13",
        "nodejs24.x",
        "nodejs22.x",
        "java25",
        "python3.10",
        "python3.11",
        "java21",
        "ruby3.3",
        "ruby3.4",
        "ruby3.2",
        "python3.8",
        "python3.9",
        "java17",
        "nodejs16.x",
        "dotnet10",
        "dotnet8",
        "java11",
        "dotnet6",
        "nodejs18.x",
        "provided.al2",
        "java8.al2",
    ]
    told = answer["Error"]["Message"].partition("[")[2].partition("]")[0].split(", ")
    assert recorded == [one for one in told if one in recorded]


@pytest.mark.parametrize(
    ("service", "operation", "given", "code", "text"),
    [
        (  # recorded: test_cloudwatch
            "cloudwatch",
            "set_alarm_state",
            {"AlarmName": "a", "StateValue": "INVALID", "StateReason": "x"},
            "ValidationError",
            (
                "1 validation error detected: Value 'INVALID' at 'stateValue' failed to satisfy"
                " constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]"
            ),
        ),
        (  # recorded: test_lambda_api
            "lambda",
            "put_function_recursion_config",
            {"FunctionName": "f", "RecursiveLoop": "InvalidValue"},
            "ValidationException",
            (
                "1 validation error detected: Value 'InvalidValue' at 'recursiveLoop' failed to"
                " satisfy constraint: Member must satisfy enum value set: [Terminate, Allow]"
            ),
        ),
        (  # recorded: test_lambda_api
            "lambda",
            "create_function",
            {
                "FunctionName": "f",
                "Runtime": "python3.12",
                "Handler": "i.h",
                "Code": {"ZipFile": b"x"},
                "Role": "arn:aws:iam::123456789012:role/r",
                "Architectures": ["X86_64"],
            },
            "ValidationException",
            (
                "1 validation error detected: Value '[X86_64]' at 'architectures' failed to"
                " satisfy constraint: Member must satisfy constraint: [Member must satisfy enum"
                " value set: [x86_64, arm64], Member must not be null]"
            ),
        ),
        (  # recorded: test_iam
            "iam",
            "attach_user_policy",
            {"UserName": "u", "PolicyArn": "longpolicynamebutnoarn"},
            "ValidationError",
            "Invalid ARN:  Could not be parsed!",
        ),
        (  # recorded: test_sts
            "sts",
            "assume_role",
            {"RoleArn": "arn:a:::something/test-role", "RoleSessionName": "s"},
            "ValidationError",
            "arn:a:::something/test-role is invalid",
        ),
        (  # recorded: test_sqs
            "sqs",
            "create_queue",
            {"QueueName": ""},
            "MissingParameter",
            "The request must contain the parameter QueueName.",
        ),
        (  # recorded: test_sns
            "sns",
            "create_platform_application",
            {"Name": "n", "Platform": "GCM"},
            "ValidationError",
            (
                "1 validation error detected: Value null at 'attributes' failed to satisfy"
                " constraint: Member must not be null"
            ),
        ),
    ],
)
def test_refusals(
    world: World, service: str, operation: str, given: dict[str, Any], code: str, text: str
) -> None:
    """Code and text are those that AWS was recorded to give."""
    error = _refused(world, service, operation, **given)["Error"]

    assert (code, text) == (error["Code"], error["Message"])


@pytest.fixture
def queue(world: World) -> str:
    """A queue's URL."""
    url: str = world.client("sqs").create_queue(QueueName="mail")["QueueUrl"]
    return url


@pytest.mark.parametrize(
    ("operation", "given", "text"),
    [
        (
            "receive_message",
            {"MaxNumberOfMessages": 11},
            (
                "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1"
                " and 10, if provided."
            ),
        ),
        (
            "send_message",
            {
                "MessageBody": "x",
                "MessageAttributes": {"e": {"DataType": "String", "StringValue": ""}},
            },
            "Message (user) attribute 'e' must contain a non-empty value of type 'String'.",
        ),
        (
            "remove_permission",
            {"Label": "l"},
            "Value l for parameter Label is invalid. Reason: can't find label.",
        ),
    ],
)
def test_sqs_names_the_older_protocols_code(
    world: World, queue: str, operation: str, given: dict[str, Any], text: str
) -> None:
    """Recorded, test_sqs: in JSON the code is in a header, the shape in the body."""
    error = _refused(world, "sqs", operation, QueueUrl=queue, **given)["Error"]

    assert "InvalidParameterValue" == error["Code"]
    assert "InvalidParameterValueException" == error["QueryErrorCode"]
    assert text == error["Message"]


def test_one_bad_message_of_a_batch_fails_alone(world: World) -> None:
    """Recorded, test_send_batch_message_size."""
    sqs = world.client("sqs")
    url = sqs.create_queue(QueueName="q", Attributes={"MaximumMessageSize": "1024"})["QueueUrl"]

    answer = sqs.send_message_batch(
        QueueUrl=url,
        Entries=[
            {"Id": "1", "MessageBody": "a" * 1024},
            {"Id": "2", "MessageBody": "a" * 1025},
            {"Id": "3", "MessageBody": "\x01"},
        ],
    )

    assert ["1"] == [one["Id"] for one in answer["Successful"]]
    assert [("2", "InvalidParameterValue"), ("3", "InvalidMessageContents")] == [
        (one["Id"], one["Code"]) for one in answer["Failed"]
    ]
    assert (
        "One or more parameters cannot be validated. Reason: Message must be shorter than 1024"
        " bytes." == answer["Failed"][0]["Message"]
    )


def test_a_deleted_queues_name_is_free_after_a_minute(world: World, queue: str) -> None:
    """API reference, DeleteQueue: "you must wait at least 60 seconds"."""
    sqs = world.client("sqs")
    sqs.delete_queue(QueueUrl=queue)

    error = _refused(world, "sqs", "create_queue", QueueName="mail")["Error"]
    assert "AWS.SimpleQueueService.QueueDeletedRecently" == error["Code"]

    world.pass_time(seconds=61)
    assert sqs.create_queue(QueueName="mail")["QueueUrl"]


def test_policies_of_aws_are_there(world: World) -> None:
    """IAM guide, AWS managed policies: attachable by their ARN; one of none is not found."""
    iam = world.client("iam")
    iam.create_user(UserName="u")
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

    iam.attach_user_policy(UserName="u", PolicyArn=arn)

    held = iam.list_attached_user_policies(UserName="u")["AttachedPolicies"]
    assert [{"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": arn}] == held
    error = _refused(
        world, "iam", "attach_user_policy", UserName="u", PolicyArn="arn:aws:iam::aws:policy/None"
    )["Error"]
    assert "NoSuchEntity" == error["Code"]


def test_simulation_says_what_the_door_decides(world: World) -> None:
    """Shape and positions: recorded, test_simulate_principle_policy."""
    key = world.user("u", {"Effect": "Allow", "Action": "ses:GetSendQuota", "Resource": "*"})
    iam = world.client("iam")

    results = iam.simulate_principal_policy(
        PolicySourceArn=key.principal.arn, ActionNames=["ses:GetSendQuota", "ses:SendEmail"]
    )["EvaluationResults"]

    assert ["allowed", "implicitDeny"] == [one["EvalDecision"] for one in results]
    (matched,) = results[0]["MatchedStatements"]
    text = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "ses:GetSendQuota", "Resource": "*"}],
        }
    )
    # The recording's columns: the one after the opening brace, and the one after the closing.
    assert text.index("{", 1) + 2 == matched["StartPosition"]["Column"]
    assert len(text) - 2 + 1 == matched["EndPosition"]["Column"]


def _alarm(world: World, **given: Any) -> None:  # noqa: ANN401  any parameters
    world.client("cloudwatch").put_metric_alarm(
        **{
            "AlarmName": "a",
            "Namespace": "AWS/SES",
            "MetricName": "Send",
            "Statistic": "Sum",
            "Period": 3600,
            "EvaluationPeriods": 1,
            "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanThreshold",
            **given,
        }
    )


def test_alarms_begin_without_data_and_keep_their_state(world: World) -> None:
    """CloudWatch API, PutMetricAlarm: INSUFFICIENT_DATA at first; an update changes no state."""
    cloudwatch = world.client("cloudwatch")

    def state() -> str:
        (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
        return str(alarm["StateValue"])

    _alarm(world)
    assert "INSUFFICIENT_DATA" == state()

    cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="played")
    _alarm(world, Threshold=2.0)
    assert "ALARM" == state()


@pytest.mark.parametrize(("period", "number"), [(3600, 169), (60, 1441)])
def test_alarms_look_back_a_week_at_most(world: World, period: int, number: int) -> None:
    """CloudWatch API, PutMetricAlarm: a day where periods are shorter than an hour."""
    with pytest.raises(ClientError, match="Metrics cannot be checked across more than"):
        _alarm(world, Period=period, EvaluationPeriods=number)

    _alarm(world, Period=period, EvaluationPeriods=number - 1)


def test_rotation_needs_a_function_that_lets_it_in(world: World) -> None:
    """Recorded: test_first_rotate_secret_with_missing_lambda_arn and _invalid_lambda_arn."""
    world.client("secretsmanager").create_secret(Name="s", SecretString="x")

    bare = _refused(world, "secretsmanager", "rotate_secret", SecretId="s")["Error"]
    assert "No Lambda rotation function ARN is associated with this secret." == bare["Message"]

    arn = f"arn:aws:lambda:{REGION}:{world.account_id}:function:none"
    given = {"SecretId": "s", "RotationLambdaARN": arn}
    error = _refused(world, "secretsmanager", "rotate_secret", **given)["Error"]
    assert "AccessDeniedException" == error["Code"]
    assert error["Message"].startswith("Secrets Manager cannot invoke the specified Lambda")
