"""Adopting what stands in the lab: nothing is changed, and nothing is left to change."""

import io
import json
import zipfile

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sendas_lab.world import Lab
from typed import Type

from sendas.aws.session import Session
from sendas.config.load import load
from sendas.config.model import ConfiguredDomain, SendWay
from sendas.play.scene import Scene, SetUp, build
from sendas.ses.regions import Region


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every operation that is put to AWS from here on."""
    operations: list[str] = []
    call = Session.call

    def record(
        self: Session, service: str, operation: str, *, region: Region, **params: object
    ) -> Mapping[str, Any]:
        operations.append(f"{service}:{operation}")
        return call(self, service, operation, region=region, **params)

    monkeypatch.setattr(Session, "call", record)
    return operations


def adopted(type_: Type, *words: str) -> ConfiguredDomain:
    """The domain that the file then describes."""
    run = type_("init", "example.com", "--adopt", *words)

    assert 0 == run.status, run.err
    assert "" == run.out
    return load(Path("sendas.toml")).domain()


def marks(type_: Type) -> set[str]:
    """What `sendas records` would do about each record."""
    return {one["mark"] for one in json.loads(type_("records", "--format", "json").out)["records"]}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"route53": False, "mail_from": None},
        {"dmarc": None, "spf": None},
        {"spf": "v=spf1 mx include:amazonses.com -all", "dmarc": "v=DMARC1; p=reject; adkim=s"},
        {"receiving": False, "configuration_set": False, "region": Region("eu-west-1")},
    ],
    ids=str,
)
def test_a_healthy_domain_has_nothing_to_change(
    sendas_lab: Lab, type_: Type, asked: list[str], options: dict[str, Any]
) -> None:
    """Whatever it is made of, the DNS is as the file wishes; and AWS was only read."""
    scene = build(sendas_lab, SetUp(**options))
    asked.clear()
    domain = adopted(type_)

    assert all(one.partition(":")[2].startswith(("Get", "List", "Describe")) for one in asked)
    assert scene.region == domain.region
    assert {"="} == marks(type_)


def test_a_plan_for_what_was_adopted_touches_nothing_of_it(
    sendas_scene: Scene, type_: Type
) -> None:
    """There is nothing to do: no resource, no DNS record, no step."""
    assert sendas_scene.zone_id
    adopted(type_)
    run = type_("plan", "--no-drift", "--exit-code")

    assert 0 == run.status, f"{run.out}{run.err}"
    assert "Nothing to do" in run.out


def function(scene: Scene, name: str, variables: dict[str, str]) -> str:
    """A function made by hand, and its ARN."""
    trust = {"Service": "lambda.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}
    role = scene.call(
        "iam",
        "CreateRole",
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    # What a function that reads a queue needs (Lambda guide, "Using Lambda with Amazon SQS").
    reads = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    scene.call(
        "iam",
        "PutRolePolicy",
        RoleName=name,
        PolicyName="reads",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [reads]}),
    )
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return None\n")
    made = scene.call(
        "lambda",
        "CreateFunction",
        FunctionName=name,
        Runtime="python3.12",
        Handler="index.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": variables},
    )
    return str(made["FunctionArn"])


@pytest.mark.parametrize("trigger", ["rule", "bucket", "topic", "queue"])
def test_incident_a(sendas_scene: Scene, type_: Type, trigger: str) -> None:
    """A set-up made by hand is described, whatever tells its forwarder; mail flows on."""
    scene = sendas_scene
    secret = "not-to-be-shown"
    arn = function(scene, "forwarder", {"FORWARD_TO": scene.set_up.gmail, "TOKEN": secret})
    connect(scene, trigger, arn)
    before = len(scene.stored_mail())
    run = type_("init", "example.com", "--adopt", "--mailbox", f"me={scene.set_up.gmail}")
    scene.lab.write_to_owner(scene.address)
    domain = load(Path("sendas.toml")).domain()

    assert 0 == run.status, run.err
    assert before + 1 == len(scene.stored_mail())
    assert arn == domain.adopted.function_arn
    assert (scene.set_up.gmail,) == domain.mailbox("*").targets
    assert ("ses-smtp-user", SendWay.SMTP) == (
        domain.mailbox("me").user,
        domain.mailbox("me").send,
    )
    assert scene.zone_id == domain.adopted.zone_id
    assert secret not in run.err + Path("sendas.toml").read_text()
    assert scene.secret not in run.err + Path("sendas.toml").read_text()
    assert {"="} == marks(type_)


def connect(scene: Scene, trigger: str, arn: str) -> None:
    """Let *trigger* tell the function of received mail."""
    where = {"BucketName": scene.bucket}
    store: dict[str, object] = {"S3Action": where}
    actions: list[dict[str, object]] = [store]
    if trigger in {"rule", "bucket"}:
        scene.call(
            "lambda",
            "AddPermission",
            FunctionName=arn,
            StatementId=trigger,
            Action="lambda:InvokeFunction",
            Principal="ses.amazonaws.com" if trigger == "rule" else "s3.amazonaws.com",
        )
    if trigger == "rule":
        actions.append({"LambdaAction": {"FunctionArn": arn}})
    elif trigger == "bucket":
        told = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
        scene.call(
            "s3",
            "PutBucketNotificationConfiguration",
            Bucket=scene.bucket,
            NotificationConfiguration={"LambdaFunctionConfigurations": [told]},
        )
        return
    else:
        topic = scene.call("sns", "CreateTopic", Name="mail")["TopicArn"]
        allow_ses(scene, topic)
        where["TopicArn"] = topic
        subscribe(scene, trigger, topic, arn)
    scene.call(
        "ses",
        "UpdateReceiptRule",
        RuleSetName="inbound",
        Rule={
            "Name": "to-s3",
            "Enabled": True,
            "ScanEnabled": True,
            "Recipients": [scene.domain],
            "Actions": actions,
        },
    )


def allow_ses(scene: Scene, topic: str) -> None:
    """Let SES publish."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
    }
    scene.call(
        "sns",
        "SetTopicAttributes",
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def subscribe(scene: Scene, trigger: str, topic: str, arn: str) -> None:
    """The function itself, or a queue that feeds it."""
    protocol, endpoint = "lambda", arn
    if trigger == "queue":
        url = scene.call("sqs", "CreateQueue", QueueName="mail")["QueueUrl"]
        attributes = scene.call(
            "sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["QueueArn"]
        )
        protocol, endpoint = "sqs", attributes["Attributes"]["QueueArn"]
        scene.call("lambda", "CreateEventSourceMapping", EventSourceArn=endpoint, FunctionName=arn)
    scene.call("sns", "Subscribe", TopicArn=topic, Protocol=protocol, Endpoint=endpoint)


def test_in_which_region(sendas_lab: Lab, type_: Type) -> None:
    """The one that knows the domain is found; of two, one must be named."""
    build(sendas_lab, SetUp(region=Region("eu-west-1")))
    assert "eu-west-1" == adopted(type_).region
    scene_session = sendas_lab.session()
    scene_session.call(
        "sesv2", "CreateEmailIdentity", region=Region("us-west-2"), EmailIdentity="example.com"
    )
    run = type_("init", "example.com", "--adopt", "--force")

    assert 2 == run.status
    assert "is an identity in eu-west-1, us-west-2; name one with --region" in run.err
    assert "eu-west-1" == adopted(type_, "--force", "--region", "eu-west-1").region


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("example.net", "--adopt"), "SES knows no identity example.net in any Region"),
        (
            ("example.com", "--adopt", "--region", "eu-west-3"),
            "no identity example.com in eu-west-3",
        ),
        (("example.com", "--adopt", "--dns", "manual"), "--adopt describes what stands"),
        (("example.com", "--adopt", "--region", "Frankfurt"), "'Frankfurt' is not a Region code"),
    ],
)
def test_bad_input(sendas_scene: Scene, type_: Type, words: tuple[str, ...], told: str) -> None:
    """One clear line, exit status 2, and no file."""
    run = type_("init", *words)

    assert sendas_scene.domain
    assert (2, "") == (run.status, run.out)
    assert told in run.err
    assert not Path("sendas.toml").exists()


def test_without_credentials(
    sendas_scene: Scene, type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could be asked: exit status 3, and no file."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    run = type_("init", "example.com", "--adopt", "--region", sendas_scene.region)

    assert 3 == run.status
    assert not Path("sendas.toml").exists()
