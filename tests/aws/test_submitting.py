"""What the relay asks of AWS, held against botocore's model of it and a server that answers."""

import json
import threading

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import botocore.session
import pytest

from botocore.validate import ParamValidator

from sendas.aws.refusals import Denied, Halted, NoReply, Refused, Throttled, Unverified
from sendas.aws.signer import AwsKey
from sendas.aws.submitting import Submission, Submitter, key_source
from sendas.ses.regions import Region


OHIO = Region("us-east-2")
KEY = AwsKey("AKIAIOSFODNN7EXAMPLE", "x" * 40)
ME = "me@example.com"


@contextmanager
def answering(
    *answers: tuple[int, dict[str, str], bytes], keys: tuple[AwsKey, ...] = (KEY,) * 9
) -> Iterator[tuple[Submitter, list[Any]]]:
    """A server that gives *answers* in turn; who asks it, with *keys*, and what it was asked."""
    asked: list[Any] = []
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            """Take it, and answer."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append((self.path, dict(self.headers), body))
            status, headers, said = left.pop(0)
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(said))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST  # noqa: N815  the parent's name

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    left_keys = list(keys)
    url = f"http://127.0.0.1:{server.server_port}"
    ses = Submitter(OHIO, {"AWS_ENDPOINT_URL": url}, lambda: left_keys.pop(0))
    try:
        yield ses, asked
    finally:
        ses.close()
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_call_is_as_botocore_would_make_it() -> None:
    """Names, types and lengths of SendEmail's parameters, by SES v2's own service model."""
    model = botocore.session.Session().get_service_model("sesv2").operation_model("SendEmail")
    call = Submission(
        ME, tuple(f"r{n}@example.net" for n in range(50)), ME, "main", {"sendas-label": "gmail"}
    ).as_call()
    call["Content"] = {"Raw": {"Data": b"x"}}

    assert "" == ParamValidator().validate(call, model.input_shape).generate_report()
    assert (model.http["method"], model.http["requestUri"]) == (
        "POST", "/v2/email/outbound-emails",
    )  # fmt: skip


def test_what_goes_over_the_wire() -> None:
    """One JSON object with the mail in base64; SES's id comes back."""
    with answering((200, {}, b'{"MessageId": "0100-x"}')) as (ses, asked):
        found = ses.send(Submission(ME, ("a@example.net",)), (b"head", memoryview(b"body")))
    ((path, headers, body),) = asked

    assert ("0100-x", "/v2/email/outbound-emails") == (found, path)
    assert "us-east-2/ses/aws4_request" in headers["Authorization"]
    assert "aGVhZGJvZHk=" == json.loads(body)["Content"]["Raw"]["Data"]


@pytest.mark.parametrize(
    ("status", "code", "text", "kind"),
    [
        (400, "MessageRejected", "Email address is not verified.", Unverified),
        (400, "BadRequestException", "x", Refused),
        (429, "TooManyRequestsException", "Maximum sending rate exceeded.", Throttled),
        (429, "TooManyRequestsException", "Daily message quota exceeded.", Halted),
        (400, "SendingPausedException", "x", Halted),
        (403, "AccessDeniedException", "x", Denied),
        (500, "InternalServiceErrorException", "x", NoReply),
        (0, "", "", NoReply),
    ],
)
def test_refusals(status: int, code: str, text: str, kind: type[Exception]) -> None:
    """One try each; what may have been sent is NoReply with ``sent``, and not tried again here."""
    said = json.dumps({"message": text}).encode()
    answer = (status, {"X-Amzn-Errortype": code}, said)
    with answering(answer) as (ses, asked), pytest.raises(kind) as refusal:
        ses.send(Submission(ME, ("a@example.net",)), (b"x",))
    assert 1 == len(asked)
    if kind is NoReply:
        assert refusal.value.sent  # type: ignore[attr-defined]  of NoReply


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"not JSON"])
def test_a_send_without_an_id_was_a_send(body: bytes) -> None:
    """200 is the answer; to take it for none would send the mail again."""
    with answering((200, {}, body)) as (ses, _):
        assert "unknown" == ses.send(Submission(ME, ("a@example.net",)), (b"x",))


def test_the_account_and_the_topic() -> None:
    """GetAccount in our words; an alarm as SNS's query API takes it."""
    account = {
        "ProductionAccessEnabled": False, "SendingEnabled": True, "EnforcementStatus": "HEALTHY",
        "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 3.0},
    }  # fmt: skip
    with answering((200, {}, json.dumps(account).encode()), (200, {}, b"<x/>")) as (ses, asked):
        found = ses.account()
        ses.publish("arn:aws:sns:us-east-2:123456789012:a", "s", "text & more")

    assert (True, 1.0) == (found.in_sandbox, found.max_send_rate_per_second)
    assert b"Action=Publish" in asked[1][2]
    assert b"text%20%26%20more" in asked[1][2]


def test_a_renewed_key_is_used() -> None:
    """A role's key changes every few hours: the next call is signed with the new one."""
    keys = (KEY, KEY, AwsKey("ASIAIOSFODNN7EXAMPLE", "y" * 40, "token"))
    taken = (200, dict[str, str](), b'{"MessageId": "1"}')
    with answering(taken, taken, taken, keys=keys) as (ses, asked):
        for _ in range(3):
            ses.send(Submission(ME, ("a@example.net",)), (b"x",))
    used = [headers["Authorization"].split("Credential=")[1][:4] for _, headers, _ in asked]

    assert ["AKIA", "AKIA", "ASIA"] == used
    assert "token" == asked[2][1]["X-Amz-Security-Token"]


def test_where_the_key_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's own first; else botocore's chain, asked each time; none is Denied."""
    given = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40}
    assert KEY == key_source(given)()

    class Role:
        """A role's credentials, renewed at each question."""

        number = 0

        def get_frozen_credentials(self) -> AwsKey:
            """The key of now."""
            self.number += 1
            return AwsKey(f"ASIA{self.number}", "s", "t")

    role = Role()
    monkeypatch.setattr("botocore.session.Session.get_credentials", lambda _: role)
    current = key_source({})
    assert ["ASIA1", "ASIA2"] == [current().access_key for _ in range(2)]
    monkeypatch.setattr("botocore.session.Session.get_credentials", lambda _: None)
    with pytest.raises(Denied):
        key_source({})()
