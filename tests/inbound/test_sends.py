"""What AWS answers to a send: whether it was certainly not done, or perhaps."""

# ruff: noqa: ANN401  the fixtures' classes are in conftest.py, which cannot be imported

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sendas_lab.aws.bad_line import BadLine, Break, always, once

from sendas.aws.lean import Lean
from sendas.aws.raw_message import Envelope
from sendas.aws.refusals import AwsFailure, Denied, Halted, NoReply, NotFound, Throttled, Transient
from sendas.aws.signer import AwsKey


TARGET = "owner@gmail.com"
LATER = timedelta(minutes=5)
"""Past any hold."""
ENVELOPE = Envelope("forwarded@example.com", "owner@example.net", "bounces@example.com", "main")
SENT = b'{"MessageId": "0100-x"}'
BOUNCED = b"<SendBounceResponse><MessageId>b-1</MessageId></SendBounceResponse>"


@pytest.fixture
def lean(server: Any) -> Iterator[Lean]:
    """A client of the server, that does not wait between tries."""
    key = AwsKey("AKIAIOSFODNN7EXAMPLE", "secret")
    lean = Lean(key, "us-east-1", {"AWS_ENDPOINT_URL": server.url}, pause=lambda _: None)
    yield lean
    lean.close()


def send(lean: Lean) -> str:
    """Send something."""
    return lean.send(ENVELOPE, (b"x",))


def bounce(lean: Lean) -> str:
    """Bounce something."""
    return lean.bounce("abc", "b@example.com", "x@example.com", "DoesNotExist", "No.")


def error(code: str) -> bytes:
    """An answer as SES's API v2 gives it; empty without a code."""
    return b'{"__type": "%s"}' % code.encode() if code else b""


def error_v1(code: str) -> bytes:
    """The same of API v1."""
    return b"<Error><Code>%s</Code></Error>" % code.encode() if code else b""


OPEN = [
    (500, ""),
    (502, ""),
    (504, ""),
    (408, ""),
    (500, "InternalFailure"),
    (500, "InternalServiceErrorException"),
    (503, "InternalServiceError"),
    (400, "RequestTimeout"),
    (408, "RequestTimeoutException"),
    (400, "RequestAbortedException"),
]


@pytest.mark.parametrize(("status", "code"), OPEN)
def test_a_send_that_broke_is_not_repeated(
    lean: Lean, server: Any, made: Any, status: int, code: str
) -> None:
    """A server that fails may have sent before it failed: the journal must count it as perhaps."""
    server.answers = [made(status=status, body=error(code)), made(body=SENT)]

    with pytest.raises(NoReply) as failed:
        send(lean)

    assert failed.value.sent
    assert 1 == len(server.requests)
    assert code in str(failed.value)
    assert str(status) in str(failed.value)


@pytest.mark.parametrize(("status", "code"), OPEN)
def test_a_bounce_that_broke_is_not_repeated(
    lean: Lean, server: Any, made: Any, status: int, code: str
) -> None:
    """The author would hear it twice: a bounce is a send too."""
    server.answers = [made(status=status, body=error_v1(code)), made(body=BOUNCED)]

    with pytest.raises(NoReply) as failed:
        bounce(lean)

    assert failed.value.sent
    assert 1 == len(server.requests)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, ""),
        (400, "Throttling"),
        (503, ""),
        (503, "ServiceUnavailable"),
        (403, "ExpiredTokenException"),
        (400, "RequestExpired"),
        (403, "RequestTimeTooSkewed"),
    ],
)
def test_what_was_certainly_not_sent_is_tried_again(
    lean: Lean, server: Any, made: Any, status: int, code: str
) -> None:
    """AWS says that it did not begin, and that it may pass."""
    server.answers = [made(status=status, body=error(code)), made(body=SENT)]

    assert "0100-x" == send(lean)
    assert 2 == len(server.requests)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "SomethingNew", Transient),
        (418, "", Transient),
        (307, "", Transient),
        (401, "NotAuthorized", Denied),
        (404, "NotFoundException", NotFound),
        (400, "SendingPausedException", Halted),
        (400, "AccountSuspendedException", Halted),
        (400, "ConfigurationSetSendingPausedException", Halted),
        (400, "MailFromDomainNotVerifiedException", Halted),
    ],
)
def test_what_is_refused_in_other_words_waits_in_the_queue(
    lean: Lean, server: Any, made: Any, status: int, code: str, kind: type[AwsFailure]
) -> None:
    """Neither repeated at once, nor perhaps sent, nor given up: 3xx and 4xx are no effect."""
    server.answers = [made(status=status, body=error(code)), made(body=SENT)]

    with pytest.raises(AwsFailure) as failed:
        send(lean)

    assert kind is type(failed.value)
    assert 1 == len(server.requests)


def test_a_read_that_broke_is_repeated(lean: Lean, server: Any, made: Any) -> None:
    """S3's calls may be done twice."""
    server.answers = [made(status=500), made(status=408), made(body=b"whole")]

    assert b"whole" == lean.read("mail", "key").content


def test_a_throttle_that_stays_is_a_throttle(lean: Lean, server: Any, made: Any) -> None:
    """What was certainly not sent keeps its name when the tries are used up."""
    server.answers = [made(status=429)]

    with pytest.raises(Throttled):
        send(lean)


# In the lab ---------------------------------------------------------------


@pytest.fixture
def line(house: Any) -> Iterator[BadLine]:
    """A line that breaks calls on the way to the lab's AWS."""
    with BadLine(house.scene.lab.aws) as line:
        yield line
        for function in house.functions:
            function.aws.close()


def receive(house: Any, context: Any, line: BadLine, times: int) -> list[bool]:
    """Hand the event over so often, each time to a new process; whether it came back."""
    event = house.event()
    back = []
    for number in range(times):
        house.late += LATER
        context.aws_request_id = f"request-{number}"
        function = house.function(AWS_ENDPOINT_URL=line.url)
        back.append(bool(function.handle(event, context)["batchItemFailures"]))
    return back


def test_a_500_after_the_send_is_a_lost_answer(house: Any, context: Any, line: BadLine) -> None:
    """One copy more, as after a broken connection; it was five of each receive."""
    house.write()
    line.listen(once("SendEmail", Break.SERVER_ERROR_AFTER))

    assert [True, False] == receive(house, context, line, 2)
    assert [TARGET] * 2 == house.sent()


def test_a_500_after_every_send_ends(house: Any, context: Any, line: BadLine) -> None:
    """Two copies, and the owner told that nobody knows; nothing is sent a third time."""
    house.write()
    line.listen(always("SendEmail", Break.SERVER_ERROR_AFTER))

    receive(house, context, line, 5)
    copies = [one for one in house.inbox() if b"X-Sendas-Id" in one]

    assert 2 == len(copies)
    assert "nobody answered" in house.letters()[0]
    assert {("uncertain", 2)} == {
        (task["state"], task["unanswered"]) for task in house.record()["tasks"]
    }


def test_a_500_after_a_bounce_is_a_lost_answer(house: Any, context: Any, line: BadLine) -> None:
    """The author hears it twice at most."""
    house.write("old@example.com")
    line.listen(always("SendBounce", Break.SERVER_ERROR_AFTER))

    receive(house, context, line, 4)

    bounces = [call for call, _ in line.broken if call.label == "SendBounce"]
    assert 2 == len(bounces)


def test_a_500_without_a_send_loses_nothing(house: Any, context: Any, line: BadLine) -> None:
    """It counts as perhaps sent, and is sent once more: that is the one copy."""
    house.write()
    line.listen(once("SendEmail", Break.SERVER_ERROR))

    assert [True, False] == receive(house, context, line, 2)
    assert [TARGET] == house.sent()
