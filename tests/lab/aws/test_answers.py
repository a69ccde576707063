"""Every answer of the lab is one that an SDK can read: errors, pages, junk.

The oracle for statuses and keys is botocore's service model, and for Secrets Manager
a recording of AWS (secretsmanager-test_secretsmanager.snapshot.json, FACTS 27).
"""

import http.client
import re

from typing import Any
from urllib.parse import urlsplit

import pytest

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from botocore.parsers import create_parser
from botocore.session import Session
from sendas_lab.aws.front import Front

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


JUNK = (
    b"\xff\xfe\x00", b"{", b"<", b"Action=%zz&&&=", b"[1]", b"null", b'"x"', b"{}" * 9,
    b"<a/>", b'{"a": ' * 2000, b"Action=ListUsers&Version=1&a.member.x=1", b"\x00" * 4096,
)  # fmt: skip
SERVICES = (
    "athena", "cloudformation", "cloudtrail", "cloudwatch", "dynamodb", "events", "glue", "iam",
    "kms", "lambda", "logs", "mailmanager", "route53", "s3", "scheduler", "secretsmanager",
    "service-quotas", "ses", "sesv2", "sns", "sqs", "ssm", "stepfunctions", "sts", "wickr",
)  # fmt: skip


def posted(world: World, service: str, body: bytes) -> tuple[int, str, bytes]:
    """Status, the code that botocore reads, and the bytes, for an operation with a body."""
    administrator = world.aws.administrator
    session = Session()
    session.set_credentials(administrator.principal.key_id, administrator.secret)
    model = session.get_service_model(service)
    operations = map(model.operation_model, model.operation_names)
    asked = next(o for o in operations if o.http["method"] == "POST" and o.input_shape is not None)
    path = asked.http["requestUri"].partition("?")[0].replace("{", "").replace("}", "")
    path = path.replace("+", "")
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    if model.protocol == "json":
        headers = {
            "Content-Type": f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.1')}",
            "X-Amz-Target": f"{model.metadata['targetPrefix']}.{asked.name}",
        }
    if model.protocol == "smithy-rpc-v2-cbor":
        path = f"/service/{model.metadata['targetPrefix']}/operation/{asked.name}"
        headers = {"Content-Type": "application/cbor", "Smithy-Protocol": "rpc-v2-cbor"}
    request = AWSRequest("POST", world.aws.url + path, data=body, headers=headers)
    signer = SigV4Auth(session.get_credentials(), model.signing_name, "eu-west-1")
    signer.add_auth(request)
    host = urlsplit(world.aws.url)
    connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=60)
    connection.request("POST", path, body, dict(request.headers))
    answer = connection.getresponse()
    told = answer.read()
    connection.close()
    said = HTTPHeaders.from_pairs(list(answer.headers.items()))
    heard = {"status_code": answer.status, "headers": said, "body": told}
    parser = create_parser(model.protocol)
    parsed = parser.parse(heard, asked.output_shape)
    return answer.status, parsed.get("Error", {}).get("Code", ""), told


@pytest.mark.parametrize("service", SERVICES)
def test_junk_gets_one_clean_answer(world: World, service: str) -> None:
    """Whatever the body is: no server error, no HTML, and a code that botocore reads."""
    for body in JUNK:
        status, code, told = posted(world, service, body)

        assert status < 500, (body[:20], told)
        assert b"<html" not in told.lower()
        assert status < 400 or re.fullmatch(r"[A-Za-z][\w.]+", code), (body[:20], code, told)


def test_a_template_that_is_not_in_s3(world: World) -> None:
    """CloudFormation says what S3 said to it."""
    url = f"{world.aws.url}/none/template.yaml"
    given = {"StackName": "s", "TemplateURL": url}
    error = refusal(world, "cloudformation", "CreateStack", **given)["Error"]

    assert "ValidationError" == error["Code"]
    assert error["Message"].startswith("S3 error: The specified bucket does not exist")


@pytest.mark.parametrize(
    ("url", "text"),
    [  # recorded: test_create_stack_from_s3_template_url
        (
            "s3://bucket/test/template.yml",
            "S3 error: Domain name specified in bucket is not a valid S3 domain",
        ),
        ("https://example.com/dummy.yml", "TemplateURL must be a supported URL."),
        ("https://bucket.s3.amazonaws.com/", "TemplateURL must be a supported URL."),  # inferred
        ("template.yml", "TemplateURL must be a supported URL."),  # inferred
    ],
)
def test_a_template_url_that_is_not_of_s3(world: World, url: str, text: str) -> None:
    """CloudFormation refuses it before it asks anybody."""
    given = {"StackName": "s", "TemplateURL": url}
    error = refusal(world, "cloudformation", "CreateStack", **given)["Error"]

    assert ("ValidationError", text) == (error["Code"], error["Message"])


@pytest.mark.parametrize(
    "host", ["s3.amazonaws.com/{}", "s3.us-east-2.amazonaws.com/{}", "{}.s3.amazonaws.com"]
)
def test_a_template_in_s3_by_path_and_by_host(world: World, host: str) -> None:
    """Recorded, test_create_stack_from_s3_template_url: both styles are read."""
    s3, where = world.client("s3"), {"LocationConstraint": "us-east-2"}
    s3.create_bucket(Bucket="templates", CreateBucketConfiguration=where)
    template = b'{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}'
    s3.put_object(Bucket="templates", Key="test/template.json", Body=template)
    url = f"https://{host.format('templates')}/test/template.json"

    found = world.client("cloudformation").validate_template(TemplateURL=url)
    assert [] == found["Parameters"]


def test_a_defect_of_the_lab_is_told_as_one(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception inside is a clean answer outside, and its trace is in the log."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Front, "_answer", broken)
    error = refusal(world, "sns", "ListTopics")["Error"]

    assert "NotImplementedByLab" == error["Code"]
    assert "ZeroDivisionError" in caplog.text
