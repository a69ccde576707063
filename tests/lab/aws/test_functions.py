"""Lambda in the lab: what a failing function ends in, and which mappings AWS refuses.

Texts and shapes are recorded (aws-recorded, test_lambda_integration_sqs of LocalStack's
tests, FACTS 27), where the test does not name another source.
"""

import contextlib
import io
import json
import shutil
import zipfile

from collections.abc import Callable
from typing import Any

import pytest

from botocore.exceptions import ClientError
from sendas_lab.aws.event_patterns import InvalidPattern, lets_through, read_pattern

from tests.lab.aws.conftest import REGION, World


INVALID = "InvalidParameterValueException"
NOT_THERE = (
    "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue."
    " SQS Error Message: The specified queue does not exist."
)
NO_WINDOW = (
    "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater"
    " than 10"
)
RAISES = "def handler(event, context):\n    raise ValueError('no luck')\n"
ECHOES = "def handler(event, context):\n    print('seen', event)\n    return event\n"


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
EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)


def role(world: World, name: str = "able") -> str:
    """A role for functions: *able* may do everything, any other nothing."""
    iam = world.client("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    if name == "able":
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=EVERYTHING)
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])


def zipped(source: str, name: str = "index.py") -> bytes:
    """The zip of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, source)
    return out.getvalue()


def function(world: World, source: str, name: str = "f", **more: object) -> str:
    """A function; its ARN."""
    given = {"Runtime": "python3.12", "Role": role(world), "Handler": "index.handler"} | more
    made = world.client("lambda").create_function(
        FunctionName=name, Code={"ZipFile": zipped(source)}, **given
    )
    return str(made["FunctionArn"])


def queue(world: World, name: str, **attributes: str) -> tuple[str, str]:
    """A queue: its URL and ARN."""
    sqs = world.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    got = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, got["Attributes"]["QueueArn"]


def mapping(world: World, source: str, name: str = "f", **more: object) -> dict[str, Any]:
    """An event source mapping."""
    made: dict[str, Any] = world.client("lambda").create_event_source_mapping(
        EventSourceArn=source, FunctionName=name, **more
    )
    return made


def refused(call: Callable[[], object]) -> tuple[str, str]:
    """The code and the text that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def letters(world: World, url: str) -> list[dict[str, Any]]:
    """What is in a queue."""
    got = world.client("sqs").receive_message(
        QueueUrl=url, MessageAttributeNames=["All"], VisibilityTimeout=0, MaxNumberOfMessages=10
    )
    found: list[dict[str, Any]] = got.get("Messages", [])
    return found


def test_an_event_is_tried_again_and_ends_in_the_dead_letter_queue(world: World) -> None:
    """Twice more, after one minute and after two; the letter's attributes are recorded."""
    url, arn = queue(world, "dead")
    function(world, RAISES, DeadLetterConfig={"TargetArn": arn})
    client = world.client("lambda")
    counted = world.aws.functions.metrics

    answer = client.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"a": 1}')
    world.aws.settle()
    tries = [
        counted[client.get_function(FunctionName="f")["Configuration"]["FunctionArn"], "Errors"]
    ]
    for seconds in (59, 1, 119, 1):
        world.pass_time(seconds=seconds)
        world.aws.settle()
        tries.append(sum(n for (_, metric), n in counted.items() if metric == "Errors"))

    assert 202 == answer["StatusCode"]
    assert [1, 1, 2, 2, 3] == tries
    (letter,) = letters(world, url)
    assert {"a": 1} == json.loads(letter["Body"])
    told = letter["MessageAttributes"]
    assert {"StringValue": "200", "DataType": "Number"} == told["ErrorCode"]
    assert {"StringValue": "no luck", "DataType": "String"} == told["ErrorMessage"]
    assert answer["ResponseMetadata"]["RequestId"] == told["RequestID"]["StringValue"]
    shown = client.get_function_configuration(FunctionName="f")["DeadLetterConfig"]
    assert {"TargetArn": arn} == shown


def test_retries_and_destinations_as_configured(world: World) -> None:
    """MaximumRetryAttempts 0 ends it at once; the on-failure record is as the guide shows it."""
    url, arn = queue(world, "failed")
    made = function(world, RAISES)
    client = world.client("lambda")
    for attempts in (2, 0):  # the second configuration takes the place of the first
        client.put_function_event_invoke_config(
            FunctionName="f",
            MaximumRetryAttempts=attempts,
            DestinationConfig={"OnFailure": {"Destination": arn}},
        )

    client.invoke(FunctionName="f", InvocationType="Event", Payload=b"[]")
    world.aws.settle()

    record = json.loads(letters(world, url)[0]["Body"])
    assert f"{made}:$LATEST" == record["requestContext"]["functionArn"]
    assert "RetriesExhausted" == record["requestContext"]["condition"]
    assert 1 == record["requestContext"]["approximateInvokeCount"]
    assert "Unhandled" == record["responseContext"]["functionError"]
    assert "ValueError" == record["responsePayload"]["errorType"]


def test_a_dead_letter_needs_the_roles_rights(world: World) -> None:
    """Lambda guide: a role without sqs:SendMessage loses the event, and it is counted."""
    url, arn = queue(world, "dead")
    bare = role(world, "bare")
    made = function(world, RAISES, Role=bare, DeadLetterConfig={"TargetArn": arn})
    client = world.client("lambda")
    client.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=0)

    client.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")
    world.aws.settle()

    assert [] == letters(world, url)
    assert 1 == world.aws.functions.metrics[made, "DeadLetterErrors"]


def test_what_s3_and_sns_hand_over_is_tried_again_too(world: World) -> None:
    """Both invoke asynchronously; a function gets the event that the SNS guide shows."""
    url, arn = queue(world, "dead")
    made = function(world, RAISES, DeadLetterConfig={"TargetArn": arn})
    world.client("lambda").put_function_event_invoke_config(
        FunctionName="f", MaximumRetryAttempts=0
    )
    sns, s3 = world.client("sns"), world.client("s3")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=made)
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    for service in ("s3", "sns"):
        world.client("lambda").add_permission(
            FunctionName="f",
            StatementId=service,
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
        )
    s3.put_bucket_notification_configuration(
        Bucket="bucket",
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": made, "Events": ["s3:ObjectCreated:*"]}
            ]
        },
    )

    sns.publish(TopicArn=topic, Message="m", Subject="s")
    world.aws.settle()
    s3.put_object(Bucket="bucket", Key="k", Body=b"")
    world.aws.settle()

    found = [json.loads(one["Body"])["Records"][0] for one in letters(world, url)]
    found += [json.loads(one["Body"])["Records"][0] for one in letters(world, url)]
    of_topic = next(one for one in found if one.get("EventSource") == "aws:sns")
    assert (topic, "m", "s") == tuple(
        of_topic["Sns"][key] for key in ("TopicArn", "Message", "Subject")
    )
    assert any(one.get("eventSource") == "aws:s3" for one in found)


def test_settled_is_what_a_mapping_set_off_too(world: World) -> None:
    """A function that a mapping runs may invoke another and not wait: `settle` does."""
    url, arn = queue(world, "q")
    calls = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('lambda').invoke(FunctionName='g', InvocationType='Event')\n"
    )
    slow = "import time\ndef handler(event, context):\n    time.sleep(1)\n    print('done')\n"
    function(world, calls, Timeout=20)
    function(world, slow, "g", Timeout=20)
    mapping(world, arn)

    world.client("sqs").send_message(QueueUrl=url, MessageBody="go")
    world.aws.settle()

    assert "done" in world.aws.functions.log("g")


@pytest.mark.parametrize(
    ("source", "handler", "kind", "text"),
    [
        (RAISES, "index.handler", "ValueError", "no luck"),
        ("import gone\n", "index.handler", "Runtime.ImportModuleError", "Unable to import module"),
        ("def f(:\n", "index.handler", "Runtime.UserCodeSyntaxError", "Unable to import module"),
        (ECHOES, "index.none", "Runtime.HandlerNotFound", "Handler 'none' missing on module"),
        (
            "def handler(e, c):\n    return object()\n",
            "index.handler",
            "Runtime.MarshalError",
            "Unable to marshal response: ",
        ),
        (
            "import os\ndef handler(e, c):\n    os._exit(3)\n",
            "index.handler",
            "Runtime.ExitError",
            "Runtime exited with error: exit status 3",
        ),
    ],
)
def test_a_failure_is_unhandled(
    world: World, source: str, handler: str, kind: str, text: str
) -> None:
    """Lambda guide, "Understanding retry behavior", "Python function errors": the payload."""
    function(world, source, Handler=handler)

    answer = world.client("lambda").invoke(FunctionName="f", Payload=b"{}", LogType="Tail")

    said = json.loads(answer["Payload"].read())
    assert ("Unhandled", 200) == (answer["FunctionError"], answer["StatusCode"])
    assert kind == said["errorType"]
    assert text in said["errorMessage"]
    if kind == "ValueError":
        assert 'File "/var/task/index.py", line 2, in handler' in said["stackTrace"][0]


def test_a_function_that_is_too_slow(world: World) -> None:
    """A time-out is an answer with status 200, too."""
    function(world, "import time\ndef handler(e, c):\n    time.sleep(9)\n", Timeout=1)

    answer = world.client("lambda").invoke(FunctionName="f")

    said = json.loads(answer["Payload"].read())
    assert "Sandbox.Timedout" == said["errorType"]
    assert said["errorMessage"].endswith("Task timed out after 1.00 seconds")


# Mappings ------------------------------------------------------------------------


def test_a_mapping_tells_what_is_recorded(world: World) -> None:
    """Creating with 202, later Enabled; the batching window is there, the responses are empty."""
    _, arn = queue(world, "q")
    function(world, ECHOES)

    made = mapping(world, arn)
    shown = world.client("lambda").get_event_source_mapping(UUID=made["UUID"])
    updated = world.client("lambda").update_event_source_mapping(UUID=made["UUID"], Enabled=False)

    assert 202 == made["ResponseMetadata"]["HTTPStatusCode"]
    assert ("Creating", "USER_INITIATED") == (made["State"], made["StateTransitionReason"])
    assert (10, 0, []) == (
        made["BatchSize"],
        made["MaximumBatchingWindowInSeconds"],
        made["FunctionResponseTypes"],
    )
    assert made["EventSourceMappingArn"].endswith(made["UUID"])
    assert ("Enabled", "Disabling") == (shown["State"], updated["State"])


def test_what_a_mapping_is_refused_for(world: World) -> None:
    """A duplicate, a large batch without a window, a queue that is not there, a bad filter."""
    _, arn = queue(world, "q")
    function(world, ECHOES)
    made = mapping(world, arn)
    client = world.client("lambda")
    duplicate = refused(lambda: mapping(world, arn))
    gone = refused(lambda: mapping(world, arn + "-gone"))

    assert "ResourceConflictException" == duplicate[0]
    assert duplicate[1] == (
        f'An event source mapping with SQS arn (" {arn} ") and function (" f ") already exists.'
        f" Please update or delete the existing mapping with UUID {made['UUID']}"
    )
    assert (INVALID, NOT_THERE) == gone
    assert (INVALID, NO_WINDOW) == refused(lambda: mapping(world, arn, BatchSize=15))
    assert (INVALID, NO_WINDOW) == refused(
        lambda: client.update_event_source_mapping(UUID=made["UUID"], BatchSize=15)
    )
    for pattern in ("simple", '{"body": "text"}', '{"body": {"a": "b"}}', "[]"):
        filters = {"Filters": [{"Pattern": pattern}]}
        assert (
            "Invalid filter pattern definition."
            == refused(
                lambda given=filters: mapping(world, arn + "2", FilterCriteria=given)  # type: ignore[misc]
            )[1]
        )


def test_a_mapping_needs_the_roles_rights_and_a_longer_visibility(world: World) -> None:
    """Lambda guide, "Using Lambda with Amazon SQS": both are asked when it is made.

    The texts are those of public issues (serverless/serverless, terraform-provider-aws).
    """
    _, arn = queue(world, "q", VisibilityTimeout="10")
    bare = role(world, "bare")
    function(world, ECHOES, name="bare", Role=bare)
    function(world, ECHOES, name="slow", Timeout=60)

    assert (
        "The function execution role does not have permissions to call ReceiveMessage on SQS"
        == refused(lambda: mapping(world, arn, "bare"))[1]
    )
    assert (
        "Queue visibility timeout: 10 seconds is less than Function timeout: 60 seconds"
        == refused(lambda: mapping(world, arn, "slow"))[1]
    )


def test_loading_is_not_of_the_function_s_time(world: World) -> None:
    """Lambda guide, "Init phase": the time-out is the invocation's alone."""
    slow = "import time\ntime.sleep(1.5)\ndef handler(e, c):\n    return 'well'\n"
    function(world, slow, Timeout=1)
    answer = world.client("lambda").invoke(FunctionName="f")

    assert "FunctionError" not in answer
    assert "well" == json.load(answer["Payload"])


def test_filters_and_attributes(world: World) -> None:
    """What no filter lets through is deleted; what is, comes with its message attributes."""
    seen_url, _ = queue(world, "seen")
    url, arn = queue(world, "q")
    source = (
        "import boto3, json\n"
        "def handler(event, context):\n"
        f"    boto3.client('sqs').send_message(QueueUrl={seen_url!r},"
        " MessageBody=json.dumps(event))\n"
    )
    function(world, source, Timeout=20)
    wanted = {"Filters": [{"Pattern": json.dumps({"body": {"kind": ["mail"]}})}]}
    mapping(world, arn, FilterCriteria=wanted)
    sqs = world.client("sqs")

    for kind in ("other", "mail"):
        sqs.send_message(
            QueueUrl=url,
            MessageBody=json.dumps({"kind": kind}),
            MessageAttributes={"n": {"DataType": "Number", "StringValue": "6"}},
        )
    world.aws.settle()

    (record,) = json.loads(letters(world, seen_url)[0]["Body"])["Records"]
    assert {"kind": "mail"} == json.loads(record["body"])
    assert record["messageAttributes"] == {
        "n": {
            "stringValue": "6",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "Number",
        }
    }
    assert 32 == len(record["md5OfMessageAttributes"])
    assert [] == letters(world, url)


@pytest.mark.parametrize(
    ("pattern", "body", "wanted"),
    [
        ({"body": {"a": ["b"]}}, '{"a": "b"}', True),
        ({"body": {"a": ["b"]}}, '{"a": "c"}', False),
        ({"body": {"a": ["b", "c"]}}, '{"a": "c"}', True),
        ({"body": {"a": [{"exists": False}]}}, '{"b": 1}', True),
        ({"body": {"a": [{"exists": True}]}}, '{"b": 1}', False),
        ({"body": {"a": [{"numeric": [">", 0, "<=", 5]}]}}, '{"a": 5}', True),
        ({"body": {"a": [{"numeric": [">", 0, "<=", 5]}]}}, '{"a": 6}', False),
        ({"body": {"a": [{"prefix": "ab"}]}}, '{"a": "abc"}', True),
        ({"body": {"a": [{"suffix": ".eml"}]}}, '{"a": "x.eml"}', True),
        ({"body": {"a": [{"anything-but": ["b"]}]}}, '{"a": "b"}', False),
        ({"body": {"a": [{"equals-ignore-case": "B"}]}}, '{"a": "b"}', True),
        ({"body": {"a": [None]}}, '{"a": null}', True),
        ({"body": {"a": {"b": ["c"]}}}, '{"a": {"b": "c"}}', True),
        ({"body": {"$or": [{"a": [1]}, {"b": [1]}]}}, '{"b": 1}', True),
        ({"body": {"a": ["b"]}}, "plain", False),
        ({"body": ["plain"]}, "plain", True),
        ({"body": ["plain"]}, '{"a": 1}', False),
        ({"body": {"a": [1]}}, '{"a": true}', False),
        ({"awsRegion": ["us-east-2"]}, "plain", True),
    ],
)
def test_filter_patterns(pattern: dict[str, Any], body: str, *, wanted: bool) -> None:
    """Lambda guide, "Filter rule syntax" and "Filtering with SQS": one row of each table."""
    record = {"body": body, "awsRegion": REGION}

    assert wanted is lets_through([read_pattern(json.dumps(pattern))], record)


@pytest.mark.parametrize("text", [None, "", "[", "{}", '{"a": []}', '{"a": [{"x": 1}]}', "5"])
def test_no_filter_patterns(text: object) -> None:
    """Whatever is no object of lists of rules is refused by its own error."""
    with pytest.raises(InvalidPattern):
        read_pattern(text)


# Runtimes and logs ---------------------------------------------------------------


def test_runtimes_that_are_not_run(world: World) -> None:
    """One that AWS has not is refused in its words, one that the lab has not in the lab's."""
    bogus = refused(lambda: function(world, ECHOES, Runtime="bogus"))
    java = refused(lambda: function(world, ECHOES, Runtime="java21"))

    assert "InvalidParameterValueException" == bogus[0]
    assert bogus[1].startswith("Value bogus at 'runtime' failed to satisfy constraint: Member")
    assert ("NotImplementedByLab", True) == (java[0], "java21" in java[1])


@pytest.mark.skipif(shutil.which("node") is None, reason="no node on this machine")
@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("index.js", "exports.handler = async (event) => ({ got: event.a })", {"got": 1}),
        ("index.js", "exports.handler = (e, c, done) => done(null, c.functionName)", "f"),
        ("index.mjs", "export const handler = async (e) => e.a + 1", 2),
        (
            "index.js",
            "exports.handler = async () => { process.stdout.write('a\\n'); return 3 }",
            3,
        ),
    ],
)
def test_node_functions_run(world: World, name: str, source: str, said: object) -> None:
    """Promises, callbacks, both kinds of modules."""
    world.client("lambda").create_function(
        FunctionName="f",
        Runtime="nodejs22.x",
        Role=role(world),
        Handler="index.handler",
        Code={"ZipFile": zipped(source, name)},
    )

    answer = world.client("lambda").invoke(FunctionName="f", Payload=b'{"a": 1}')

    assert said == json.loads(answer["Payload"].read())


@pytest.mark.skipif(shutil.which("node") is None, reason="no node on this machine")
def test_node_functions_fail(world: World) -> None:
    """An Error's name and message are the answer."""
    source = "exports.handler = async () => { throw new TypeError('no') }"
    world.client("lambda").create_function(
        FunctionName="f",
        Runtime="nodejs22.x",
        Role=role(world),
        Handler="index.handler",
        Code={"ZipFile": zipped(source, "index.js")},
    )

    answer = world.client("lambda").invoke(FunctionName="f")

    said = json.loads(answer["Payload"].read())
    assert ("Unhandled", "TypeError", "no") == (
        answer["FunctionError"],
        said["errorType"],
        said["errorMessage"],
    )


def test_logs_are_there_after_the_first_event(world: World) -> None:
    """Lambda makes the group itself, so that a metric filter can be put on it."""
    function(world, ECHOES)
    logs = world.client("logs")

    world.client("lambda").invoke(FunctionName="f", Payload=b'{"a": 1}')
    found = logs.filter_log_events(logGroupName="/aws/lambda/f")["events"]
    logs.put_metric_filter(
        logGroupName="/aws/lambda/f",
        filterName="seen",
        filterPattern="seen",
        metricTransformations=[{"metricName": "n", "metricNamespace": "x", "metricValue": "1"}],
    )

    texts = [one["message"].split(" ")[0].strip() for one in found]
    assert ["START", "seen", "END", "REPORT"] == texts
    assert abs(found[0]["timestamp"] / 1000 - world.clock.now().timestamp()) < 86_400


def test_no_logs_without_the_roles_rights(world: World) -> None:
    """A role without logs:* makes a function that nobody can look into."""
    bare = role(world, "bare")
    function(world, ECHOES, Role=bare)

    world.client("lambda").invoke(FunctionName="f", Payload=b"{}")

    groups = world.client("logs").describe_log_groups()["logGroups"]
    assert [] == groups
