"""Every answer of the lab is one that an SDK can read: errors, pages, junk.

The oracle for statuses and keys is botocore's service model, and for Secrets Manager
a recording of AWS (secretsmanager-test_secretsmanager.snapshot.json, FACTS 27).
"""

import http.client

from typing import Any
from urllib.parse import urlsplit

import pytest

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError
from botocore.session import Session

from tests.lab.aws.conftest import World


def refusal(world: World, service: str, operation: str, **given: object) -> dict[str, Any]:
    """The error that the call ends in, the first time."""
    client = world.unchecked(service)
    names = {wire: name for name, wire in client.meta.method_to_api_mapping.items()}
    with pytest.raises(ClientError) as caught:
        getattr(client, names[operation])(**given)
    response: dict[str, Any] = caught.value.response  # type: ignore[assignment]
    return response


@pytest.mark.parametrize(
    ("service", "operation", "given"),
    [
        (
            "sns",
            "GetDataProtectionPolicy",
            {"ResourceArn": "arn:aws:sns:eu-west-1:123456789012:x"},
        ),
        ("lambda", "GetRuntimeManagementConfig", {"FunctionName": "x"}),
        ("secretsmanager", "ValidateResourcePolicy", {"ResourcePolicy": "{}"}),
        ("iam", "GetOrganizationsAccessReport", {"JobId": "x" * 36}),
        ("cloudformation", "DescribeType", {"TypeName": "AWS::S3::Bucket", "Type": "RESOURCE"}),
        ("ses", "SendCustomVerificationEmail", {"EmailAddress": "a@x", "TemplateName": "t"}),
        ("sesv2", "CreateExportJob", {"ExportDataSource": {}, "ExportDestination": {}}),
        ("rekognition", "ListCollections", {}),
        ("mailmanager", "ListRelays", {}),
        ("wickr", "ListNetworks", {}),
    ],
)
def test_not_modelled_is_one_answer(
    world: World, service: str, operation: str, given: dict[str, object]
) -> None:
    """A call that the lab does not know ends in one code, whatever the service's protocol."""
    error = refusal(world, service, operation, **given)

    assert "NotImplementedByLab" == error["Error"]["Code"]
    assert operation in error["Error"]["Message"]
    assert 400 == error["ResponseMetadata"]["HTTPStatusCode"]  # no SDK retries it


def test_each_answer_has_a_request_id_of_its_own(world: World) -> None:
    """Answers and refusals alike: owners look a request up by it."""
    sns = world.client("sns")
    seen = [
        sns.list_topics()["ResponseMetadata"]["RequestId"],
        sns.list_topics()["ResponseMetadata"]["RequestId"],
        refusal(world, "sns", "GetTopicAttributes", TopicArn="x")["ResponseMetadata"]["RequestId"],
        world.client("ses").get_send_quota()["ResponseMetadata"]["RequestId"],
        world.client("ses").get_send_quota()["ResponseMetadata"]["RequestId"],
    ]

    assert len(seen) == len(set(seen))


def test_errors_have_the_models_status_and_keys(world: World) -> None:
    """Secrets Manager answers 400 and spells ``Message`` (recorded); Lambda says whose fault."""
    secret = refusal(world, "secretsmanager", "GetSecretValue", SecretId="none")
    function = refusal(world, "lambda", "GetFunction", FunctionName="none")

    assert 400 == secret["ResponseMetadata"]["HTTPStatusCode"]
    assert "Secrets Manager can't find the specified secret." == secret["Message"]
    assert 404 == function["ResponseMetadata"]["HTTPStatusCode"]
    assert "User" == function["Type"]


@pytest.mark.parametrize("service", ["ses", "sns", "sqs", "iam", "secretsmanager", "lambda", "s3"])
@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"{", b"<", b"Action=%zz&&&=", b"[1]"])
def test_junk_gets_no_page(world: World, service: str, body: bytes) -> None:
    """Whatever the body is: no server error, and nothing in HTML."""
    administrator = world.aws.administrator
    session = Session()
    session.set_credentials(administrator.principal.key_id, administrator.secret)
    path = "/2015-03-31/functions" if service == "lambda" else "/"
    request = AWSRequest("POST", world.aws.url + path, data=body)
    SigV4Auth(session.get_credentials(), service, "eu-west-1").add_auth(request)
    host = urlsplit(world.aws.url)
    connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=10)
    connection.request("POST", path, body, dict(request.headers))
    answer = connection.getresponse()
    text = answer.read().lower()
    connection.close()

    assert answer.status < 500
    assert b"<html" not in text
    assert b"doctype" not in text


def test_a_template_that_is_not_in_s3(world: World) -> None:
    """CloudFormation says what S3 said to it."""
    url = f"{world.aws.url}/none/template.yaml"
    given = {"StackName": "s", "TemplateURL": url}
    error = refusal(world, "cloudformation", "CreateStack", **given)["Error"]

    assert "ValidationError" == error["Code"]
    assert error["Message"].startswith("S3 error: The specified bucket does not exist")


def test_a_defect_of_the_lab_is_told_as_one(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception inside is a clean answer outside, and its trace is in the log."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(world.aws.answer), "_answer", broken)
    error = refusal(world, "sns", "ListTopics")["Error"]

    assert "NotImplementedByLab" == error["Code"]
    assert "ZeroDivisionError" in caplog.text
