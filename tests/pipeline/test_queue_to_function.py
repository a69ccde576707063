"""Queues that feed functions, held to what the Lambda guide says of them."""

import io
import json
import zipfile

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from sendas_lab.world import Lab

from sendas.play.scene import Scene


VISIBILITY = 30
MORE_THAN_VISIBILITY = timedelta(seconds=VISIBILITY + 1)

CODE = """
import json, os, sys, time
import boto3

def handle(event, context):
    s3 = boto3.client("s3")
    failed = []
    for record in event["Records"]:
        said = json.loads(record["body"])
        received = record["attributes"]["ApproximateReceiveCount"]
        key = f"{said['name']}/{received}/{os.getpid()}"
        s3.put_object(Bucket="seen", Key=key, Body=b"")
        if said.get("until", 0) >= int(received):
            failed.append({"itemIdentifier": record["messageId"]})
        match said.get("do"):
            case "raise": raise ValueError("asked to")
            case "die": os._exit(1)
            case "sleep": time.sleep(60)
            case "nonsense": return {"batchItemFailures": [{"itemIdentifier": "another"}]}
            case "print": print("a line for the log")
    return {"batchItemFailures": failed}
"""


@dataclass
class Stack:
    """A queue with dead letters, and a function fed by it."""

    lab: Lab
    call: Callable[..., Mapping[str, Any]]
    queue: str
    dead_letters: str

    def send(self, **said: object) -> None:
        """Send one message, and let Lambda handle it."""
        self.call("sqs", "SendMessage", QueueUrl=self.queue, MessageBody=json.dumps(said))
        self.lab.aws.mappings.settle()

    def seen(self) -> list[tuple[str, int]]:
        """What the function was given: the message's name, and its receive count."""
        listed = self.call("s3", "ListObjectsV2", Bucket="seen").get("Contents", ())
        parts = [entry["Key"].split("/") for entry in listed]
        return sorted((name, int(count)) for name, count, _ in parts)

    def processes(self) -> set[str]:
        """The processes that the function ran in."""
        listed = self.call("s3", "ListObjectsV2", Bucket="seen").get("Contents", ())
        return {entry["Key"].rpartition("/")[2] for entry in listed}

    def later(self) -> None:
        """Let the visibility time-out end, and Lambda look again."""
        self.lab.clock.move(MORE_THAN_VISIBILITY)
        self.lab.aws.mappings.settle()

    def count(self, queue: str) -> tuple[int, int]:
        """Messages to be seen, and messages out of sight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        asked = self.call("sqs", "GetQueueAttributes", QueueUrl=queue, AttributeNames=names)
        return tuple(int(asked["Attributes"][name]) for name in names)  # type: ignore[return-value]  # two names


@pytest.fixture
def stack(lab: Lab, scene: Scene) -> Stack:
    """Made by API calls, as CloudFormation would make it."""
    call = scene.call
    dead = call("sqs", "CreateQueue", QueueName="dead")["QueueUrl"]
    dead_arn = f"arn:aws:sqs:{lab.region}:{lab.account_id}:dead"
    redrive = {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3}
    queue = call(
        "sqs",
        "CreateQueue",
        QueueName="work",
        Attributes={"VisibilityTimeout": str(VISIBILITY), "RedrivePolicy": json.dumps(redrive)},
    )["QueueUrl"]
    where = {"LocationConstraint": scene.region}
    call("s3", "CreateBucket", Bucket="seen", CreateBucketConfiguration=where)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = call("iam", "CreateRole", RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}
    allowed = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    call("iam", "PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=allowed)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.py", CODE)
    call(
        "lambda",
        "CreateFunction",
        FunctionName="f",
        Runtime="python3.11",
        Role=role,
        Handler="main.handle",
        Timeout=20,
        Code={"ZipFile": packed.getvalue()},
    )
    call(
        "lambda",
        "CreateEventSourceMapping",
        FunctionName="f",
        EventSourceArn=f"arn:aws:sqs:{lab.region}:{lab.account_id}:work",
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": 2},
    )
    return Stack(lab, call, queue, dead)


def test_what_was_handled_is_gone(stack: Stack) -> None:
    """A message handled without complaint is deleted, and handled once."""
    stack.send(name="a")

    assert [("a", 1)] == stack.seen()
    assert (0, 0) == stack.count(stack.queue)


def test_a_process_is_kept_warm_and_may_be_cold(stack: Stack) -> None:
    """The next event finds the process of the last one, unless every start is to be cold."""
    stack.send(name="a")
    stack.send(name="b", do="print")
    assert 1 == len(stack.processes())
    assert "a line for the log" in stack.lab.aws.functions.log("f")

    stack.lab.aws.functions.cold = True
    try:
        stack.send(name="c")
        stack.send(name="d")
    finally:
        stack.lab.aws.functions.cold = False

    assert 2 <= len(stack.processes())


def test_only_the_named_ones_come_back(stack: Stack, scene: Scene) -> None:
    """A partial batch response keeps what failed, and only that, until the time-out ends."""
    [mapping] = scene.call("lambda", "ListEventSourceMappings")["EventSourceMappings"]
    scene.call("lambda", "UpdateEventSourceMapping", UUID=mapping["UUID"], Enabled=False)
    stack.send(name="good")
    stack.send(name="bad", until=1)
    scene.call("lambda", "UpdateEventSourceMapping", UUID=mapping["UUID"], Enabled=True)
    stack.lab.aws.mappings.settle()

    assert [("bad", 1), ("good", 1)] == stack.seen()
    assert (0, 1) == stack.count(stack.queue)

    stack.later()

    assert [("bad", 1), ("bad", 2), ("good", 1)] == stack.seen()
    assert (0, 0) == stack.count(stack.queue)


@pytest.mark.parametrize("do", ["raise", "die", "nonsense"])
def test_a_batch_that_fails_is_tried_three_times(stack: Stack, do: str) -> None:
    """After maxReceiveCount tries the dead-letter queue has it."""
    stack.send(name="a", do=do)
    for _ in range(3):
        assert (0, 1) == stack.count(stack.queue)
        assert (0, 0) == stack.count(stack.dead_letters)
        stack.later()

    assert [("a", 1), ("a", 2), ("a", 3)] == stack.seen()
    assert (0, 0) == stack.count(stack.queue)
    assert (1, 0) == stack.count(stack.dead_letters)


def test_a_function_that_takes_too_long_is_killed(stack: Stack) -> None:
    """The function's time-out ends the process, and the message comes back."""
    stack.send(name="warm")
    stack.call("lambda", "UpdateFunctionConfiguration", FunctionName="f", Timeout=1)
    stack.send(name="a", do="sleep")

    assert (0, 1) == stack.count(stack.queue)

    stack.call("lambda", "UpdateFunctionConfiguration", FunctionName="f", Timeout=20)
    stack.send(name="b")

    assert 2 == len(stack.processes())
