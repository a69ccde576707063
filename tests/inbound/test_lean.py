"""The lean client: the shape of its calls, and what it makes of every answer."""

# ruff: noqa: ANN401  the fixtures' classes are in conftest.py, which cannot be imported

import contextlib
import json
import time

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.session
import pytest

from botocore.awsrequest import AWSResponse

from sendas.aws.lean import Lean, key_from
from sendas.aws.raw_message import Envelope
from sendas.aws.refusals import (
    AwsFailure,
    Conflict,
    Denied,
    Halted,
    NoReply,
    NotFound,
    Refused,
    Throttled,
    Transient,
)
from sendas.aws.signer import AwsKey


KEY = AwsKey("AKIAIOSFODNN7EXAMPLE", "secret")
ENVELOPE = Envelope("forwarded@example.com", "owner@example.net", "bounces@example.com", "main")
SENT = b'{"MessageId": "0100-x"}'


@pytest.fixture
def lean(server: Any) -> Iterator[Lean]:
    """A client of the server, that does not wait between tries."""
    lean = Lean(KEY, "us-east-1", {"AWS_ENDPOINT_URL": server.url}, pause=lambda _: None)
    yield lean
    lean.close()


def botocores(service: str, operation: str, **params: object) -> Any:
    """The request that botocore's client makes of its service model, unsent."""
    seen: list[Any] = []

    def stop(request: Any, **_: object) -> AWSResponse:
        seen.append(request)
        return AWSResponse(request.url, 200, {}, None)

    client: Any = botocore.session.Session().create_client(
        service, "us-east-1", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="s"
    )
    client.meta.events.register("before-send", stop)
    with contextlib.suppress(AttributeError):  # the empty answer is not understood
        client._make_api_call(operation, params)  # noqa: SLF001  any operation by its name
    return seen[0]


def test_send_email_has_the_modelled_shape(lean: Lean, server: Any) -> None:
    """Botocore's sesv2 model gives the same method, path and JSON (FACTS 21, row 11)."""
    server.answers[0].body = SENT
    theirs = botocores(
        "sesv2",
        "SendEmail",
        FromEmailAddress="forwarded@example.com",
        Destination={"ToAddresses": ["owner@example.net"]},
        FeedbackForwardingEmailAddress="bounces@example.com",
        ConfigurationSetName="main",
        Content={"Raw": {"Data": b"Subject: x\r\n\r\n\xe9"}},
    )

    assert "0100-x" == lean.send(ENVELOPE, (b"Subject: x\r\n\r\n", memoryview(b"\xe9")))
    ours = server.requests[0]
    assert (theirs.method, urlsplit(theirs.url).path) == (ours.method, ours.path)
    assert json.loads(theirs.body) == json.loads(ours.body)


def test_send_bounce_has_the_modelled_shape(lean: Lean, server: Any) -> None:
    """Botocore's ses model gives the same form."""
    theirs = botocores(
        "ses",
        "SendBounce",
        OriginalMessageId="abc",
        BounceSender="bounce@example.com",
        Explanation="No such person & no other.",
        BouncedRecipientInfoList=[{"Recipient": "x@example.com", "BounceType": "DoesNotExist"}],
    )
    server.answers[0].body = b"<SendBounceResponse><MessageId>b-1</MessageId></SendBounceResponse>"

    sent = lean.bounce(
        "abc", "bounce@example.com", "x@example.com", "DoesNotExist", "No such person & no other."
    )

    assert "b-1" == sent
    assert parse_qs(theirs.body if isinstance(theirs.body, str) else theirs.body.decode()) == (
        parse_qs(server.requests[0].body.decode())
    )


def test_change_message_visibility_has_the_modelled_shape(lean: Lean, server: Any) -> None:
    """Botocore's sqs model gives the same target and JSON."""
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/mail"
    theirs = botocores(
        "sqs", "ChangeMessageVisibility", QueueUrl=url, ReceiptHandle="h", VisibilityTimeout=90
    )

    lean.hide(url, "h", 90)

    ours = server.requests[0]
    assert theirs.headers["X-Amz-Target"].decode() == ours.headers["X-Amz-Target"]
    assert json.loads(theirs.body) == json.loads(ours.body)


def test_s3_requests_have_the_modelled_shape(lean: Lean, server: Any) -> None:
    """Keys are quoted and conditions are named as botocore's s3 model has them."""
    key = "sendas/state/a b+c.json"
    get = botocores("s3", "GetObject", Bucket="mail", Key=key, IfNoneMatch='"e"')
    put = botocores("s3", "PutObject", Bucket="mail", Key=key, Body=b"{}", IfMatch='"e"')
    new = botocores("s3", "PutObject", Bucket="mail", Key=key, Body=b"{}", IfNoneMatch="*")

    lean.read_if_changed("mail", key, '"e"')
    lean.write("mail", key, b"{}", only_over='"e"')
    lean.write("mail", key, b"{}", only_over="")

    for theirs, ours in zip((get, put, new), server.requests, strict=True):
        assert (theirs.method, "/mail" + urlsplit(theirs.url).path) == (ours.method, ours.path)
        for name in ("If-None-Match", "If-Match"):
            sent = theirs.headers.get(name)
            assert (sent.decode() if isinstance(sent, bytes) else sent) == ours.headers.get(name)


def test_reads_a_listing(lean: Lean, server: Any) -> None:
    """Keys come unescaped, with size and time."""
    server.answers[0].body = (
        b"<ListBucketResult><Contents><Key>a&amp;b</Key><LastModified>2026-01-02T03:04:05.000Z"
        b"</LastModified><Size>12</Size></Contents></ListBucketResult>"
    )

    (one,) = lean.listing("mail", "a&", most=2)

    assert ("a&b", 12, "2026-01-02T03:04:05.000Z") == (one.key, one.size, one.modified)
    assert {"list-type": ["2"], "max-keys": ["2"], "prefix": ["a&"]} == parse_qs(
        urlsplit(server.requests[0].path).query
    )


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, b'{"message":"Rate exceeded"}', Throttled),
        (400, b'{"__type":"TooManyRequestsException"}', Throttled),
        (400, b'{"__type":"LimitExceededException"}', Throttled),
        (400, b'{"__type":"MessageRejected","message":"virus"}', Refused),
        (400, b'{"__type":"BadRequestException","message":"Duplicate header"}', Refused),
        (413, b"", Refused),
        (400, b'{"__type":"SendingPausedException"}', Halted),
        (400, b'{"__type":"AccountSuspendedException"}', Halted),
        (400, b'{"__type":"MailFromDomainNotVerifiedException"}', Halted),
        (
            400,
            b'{"__type":"TooManyRequestsException","message":"Daily message quota exceeded."}',
            Halted,
        ),
        (
            400,
            b'{"__type":"TooManyRequestsException","message":"Maximum sending rate exceeded."}',
            Throttled,
        ),
        (403, b'{"__type":"AccessDeniedException"}', Denied),
        (404, b"<Error><Code>NoSuchKey</Code></Error>", NotFound),
        (403, b"<Error><Code>AccessDenied</Code></Error>", Denied),
        (412, b"<Error><Code>PreconditionFailed</Code></Error>", Conflict),
        (409, b"<Error><Code>ConditionalRequestConflict</Code></Error>", Conflict),
        (503, b"<Error><Code>SlowDown</Code></Error>", Throttled),
        (500, b"<Error><Code>InternalError</Code></Error>", Transient),
        (400, b"<Error><Code>ExpiredToken</Code></Error>", Transient),
        (400, b"{broken", Transient),
        (400, b'{"__type":"SomethingNew"}', Transient),
        (418, b"", Transient),
        (408, b"", Transient),
        (408, b'{"__type":"RequestTimeoutException"}', Transient),
        (400, b'{"__type":"RequestAbortedException"}', Transient),
        (401, b"", Denied),
        (401, b'{"__type":"NotAuthorized"}', Denied),
        (400, b'{"__type":"AccessDeniedException"}', Denied),
        (400, b'{"__type":"UnrecognizedClientException"}', Denied),
        (400, b"<Error><Code>IncompleteSignature</Code></Error>", Denied),
        (400, b"<Error><Code>InvalidClientTokenId</Code></Error>", Denied),
        (400, b"<Error><Code>SignatureDoesNotMatch</Code></Error>", Denied),
        (301, b"<Error><Code>PermanentRedirect</Code></Error>", Denied),
        (307, b"<Error><Code>TemporaryRedirect</Code></Error>", Transient),
        (404, b'{"__type":"NotFoundException"}', NotFound),
        (400, b"<Error><Code>ConfigurationSetDoesNotExist</Code></Error>", NotFound),
        (400, b"<Error><Code>InvalidParameterValue</Code></Error>", Refused),
        (400, b"<Error><Code>ValidationError</Code></Error>", Refused),
        (400, b'{"__type":"ValidationException"}', Refused),
        (400, b"<Error><Code>EntityTooLarge</Code></Error>", Refused),
        (413, b'{"__type":"RequestEntityTooLargeException"}', Refused),
    ],
)
def test_tells_failures_apart(
    lean: Lean, server: Any, status: int, body: bytes, kind: type[AwsFailure]
) -> None:
    """AWS's code decides, else its HTTP status; nothing is for good that AWS does not call so.

    Codes and statuses: SES v2 API reference, "Common errors" and SendEmail, "Errors"; SES v1
    API reference, "Common errors"; S3 API reference, "List of error codes".
    """
    server.answers[0].status, server.answers[0].body = status, body

    with pytest.raises(AwsFailure) as failed:
        lean.write("mail", "key", b"{}")

    assert kind is type(failed.value)


def test_keeps_what_aws_says_out_of_the_message(lean: Lean, server: Any) -> None:
    """SES's sentence may name an address; what is logged does not."""
    server.answers[0].status = 400
    server.answers[0].body = b'{"__type":"MessageRejected","message":"jane@example.net is bad"}'

    with pytest.raises(Refused) as refusal:
        lean.send(ENVELOPE, (b"x",))

    assert "jane@example.net is bad" == refusal.value.text
    assert "jane" not in str(refusal.value)


def test_waits_out_a_throttle(lean: Lean, server: Any, made: Any) -> None:
    """What certainly did not happen is tried again."""
    server.answers = [made(status=429), made(status=503), made(body=SENT)]

    assert "0100-x" == lean.send(ENVELOPE, (b"x",))
    assert 3 == len(server.requests)


def test_does_not_repeat_a_send_whose_answer_is_lost(lean: Lean, server: Any, made: Any) -> None:
    """The request had left: SES may have taken it."""
    server.answers = [made(silent=True), made(body=SENT)]

    with pytest.raises(NoReply) as lost:
        lean.send(ENVELOPE, (b"x",))

    assert lost.value.sent
    assert 1 == len(server.requests)


def test_repeats_a_read_whose_answer_breaks_off(lean: Lean, server: Any, made: Any) -> None:
    """A body shorter than announced is no body (FACTS 21, row 10)."""
    server.answers = [made(body=b"half", promised=99), made(body=b"whole")]

    assert b"whole" == lean.read("mail", "key").content


def test_gives_up_a_read_that_always_breaks_off(lean: Lean, server: Any, made: Any) -> None:
    """Nothing short is ever handed out."""
    server.answers = [made(body=b"half", promised=99)]

    with pytest.raises(NoReply):
        lean.read("mail", "key")


def test_nobody_listens() -> None:
    """A connection that cannot be made has sent nothing."""
    lean = Lean(KEY, "us-east-1", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, pause=lambda _: None)

    with pytest.raises(NoReply) as failed:
        lean.send(ENVELOPE, (b"x",))

    assert not failed.value.sent


def test_stops_when_the_time_is_up(lean: Lean, server: Any) -> None:
    """No call begins after the function's end."""
    lean.until = time.monotonic() - 1

    with pytest.raises(AwsFailure, match="out of time"):
        lean.read("mail", "key")
    assert [] == server.requests


def test_unchanged_is_none(lean: Lean, server: Any) -> None:
    """S3's 304 is no object."""
    server.answers[0].status = 304

    assert lean.read_if_changed("mail", "routes.json", '"e"') is None


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, "https://mail.s3.us-east-1.amazonaws.com/a%20b"),
        ({"AWS_ENDPOINT_URL": "http://x:1/"}, "http://x:1/mail/a%20b"),
        (
            {"AWS_ENDPOINT_URL": "http://x:1", "AWS_ENDPOINT_URL_S3": "http://y"},
            "http://y/mail/a%20b",
        ),
    ],
)
def test_links_lead_to_the_object(environment: dict[str, str], url: str) -> None:
    """The signed address is the object's own, wherever S3 is."""
    link = Lean(KEY, "us-east-1", environment).link("mail", "a b", 600)

    assert url == link.partition("?")[0]
    assert ["600"] == parse_qs(urlsplit(link).query)["X-Amz-Expires"]
    assert "secret" not in link


def test_a_bucket_with_dots_has_no_certificate() -> None:
    """It is asked for by path."""
    link = Lean(KEY, "eu-west-1", {}).link("mail.example.com", "a", 600)

    assert link.startswith("https://s3.eu-west-1.amazonaws.com/mail.example.com/a?")


def test_the_key_is_lambdas_own() -> None:
    """The three variables that Lambda sets."""
    environment = {
        "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_SESSION_TOKEN": "t",
    }

    assert AwsKey("ASIAIOSFODNN7EXAMPLE", "s", "t") == key_from(environment)
