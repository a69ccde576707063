"""What the tests of the forwarding shell share."""

import copy
import email
import json
import threading

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sendas_lab.world import Lab

from sendas.inbound.function import Function
from sendas.inbound.log import Log
from sendas.play.scene import RULE, RULE_SET, Scene, build


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What a server says; *promised* is a false Content-Length, None the right one."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    promised: int | None = None
    silent: bool = False
    """Hang up instead of answering."""


class Server:
    """An AWS of one's own: answers what it is told, in order; the last answer stays."""

    def __init__(self) -> None:
        self.answers: list[Answer | Callable[[Request], Answer]] = [Answer()]
        self.requests: list[Request] = []
        self.url = ""

    def answer_to(self, request: Request) -> Answer:
        """The next answer."""
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(request) if callable(answer) else answer


@contextmanager
def serving() -> Iterator[Server]:
    """A server that runs."""
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            request = Request(self.command, self.path, dict(self.headers), body)
            answer = told.answer_to(request)
            if answer.silent:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            size = len(answer.body) if answer.promised is None else answer.promised
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.write(answer.body)
            if answer.promised is not None:
                self.close_connection = True

        do_GET = do_PUT = do_POST = do_any  # noqa: N815  http.server's names

        def log_message(self, *_: Any) -> None:  # noqa: ANN401  http.server's signature
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of one's own."""
    with serving() as told:
        yield told


@pytest.fixture
def made() -> type[Answer]:
    """Makes answers for `server`."""
    return Answer


TARGET, PARTNER = "owner@gmail.com", "partner@example.org"
ROUTES: dict[str, Any] = {
    "schema": "sendas.routes/1",
    "domains": {
        "example.com": {
            "forwarding_address": "forwarded@example.com",
            "notice_address": TARGET,
            "routes": {
                "me": [TARGET],
                "both": [TARGET, PARTNER],
                "old": {"reject": "Please write to me@example.com."},
                "bin": {"discard": True},
            },
        }
    },
}


@dataclass
class Context:
    """What Lambda tells of a call."""

    aws_request_id: str = "request-1"
    milliseconds: int = 30_000

    def get_remaining_time_in_millis(self) -> int:
        """How long it may still take."""
        return self.milliseconds


@dataclass
class House:
    """An owner's set-up in the lab with a queue of notices, and the function in this process."""

    scene: Scene
    queue_url: str
    lines: list[str] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    late: timedelta = timedelta()

    @property
    def environment(self) -> dict[str, str]:
        """What the function is told."""
        return {**self.scene.lab.environment(), "SENDAS_BUCKET": self.scene.bucket}

    def function(self, **more: str) -> Function:
        """A new process, as far as a process can be had in a process."""
        made = Function(
            {**self.environment, **more},
            clock=lambda: self.scene.lab.clock.now() + self.late,
            log=Log(write=self.lines.append, personal=bool(more.get("SENDAS_LOG_PERSONAL"))),
        )
        made.aws._pause = lambda _: None  # noqa: SLF001  tests do not wait
        self.functions.append(made)
        return made

    def routes(self) -> dict[str, Any]:
        """The routes, to be changed."""
        return copy.deepcopy(ROUTES)

    def put_routes(self, routes: object = ROUTES) -> None:
        """Write the routes object."""
        body = routes if isinstance(routes, bytes) else json.dumps(routes).encode()
        self.scene.call(
            "s3", "PutObject", Bucket=self.scene.bucket, Key="sendas/routes.json", Body=body
        )

    def write(self, to: str = "me@example.com", **mail: str) -> None:
        """A correspondent writes; SES has stored it and told the queue."""
        assert self.scene.lab.write_to_owner(to, **mail).reply.code == 250
        self.scene.lab.settle()

    def event(self) -> dict[str, Any]:
        """What Lambda would hand over of the queue now."""
        found = self.scene.call(
            "sqs",
            "ReceiveMessage",
            QueueUrl=self.queue_url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
        )
        arn = f"arn:aws:sqs:{self.scene.region}:{self.scene.lab.account_id}:mail"
        records = [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {"ApproximateReceiveCount": "1"},
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
            }
            for message in found.get("Messages", ())
        ]
        return {"Records": records}

    def sent(self) -> list[str]:
        """To whom SES sent, in order."""
        self.scene.lab.settle()
        return [one.destinations[0] for one in self.scene.lab.ses.sent()]

    def inbox(self) -> list[bytes]:
        """What is in the owner's mailbox."""
        return [mail.content for mail in self.scene.inbox()]

    def letters(self) -> list[str]:
        """The texts of the letters in the owner's mailbox."""
        found = (email.message_from_bytes(one) for one in self.inbox())
        return [
            str(one["Subject"]) + "\n" + one.get_payload(decode=True).decode()  # type: ignore[union-attr]  # plain text
            for one in found
            if one["Auto-Submitted"] == "auto-generated"
        ]

    def record(self) -> Any:  # noqa: ANN401  JSON
        """The one record there is."""
        (key,) = self.keys("sendas/state/")
        got = self.scene.call("s3", "GetObject", Bucket=self.scene.bucket, Key=key)
        return json.loads(got["Body"].read())

    def keys(self, prefix: str) -> list[str]:
        """Keys in the bucket."""
        listed = self.scene.call("s3", "ListObjectsV2", Bucket=self.scene.bucket, Prefix=prefix)
        return [one["Key"] for one in listed.get("Contents", ())]

    def said(self) -> list[dict[str, Any]]:
        """The log's lines."""
        return [json.loads(line) for line in self.lines]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """One lab for a module."""
    with Lab() as running:
        yield running


@pytest.fixture
def house(lab: Lab) -> Iterator[House]:
    """A set-up with routes, whose receipt rule tells a topic, whose topic tells a queue."""
    lab.reset()
    scene = build(lab)
    topic = scene.call("sns", "CreateTopic", Name="mail")["TopicArn"]
    queue_url = scene.call("sqs", "CreateQueue", QueueName="mail")["QueueUrl"]
    arn = f"arn:aws:sqs:{scene.region}:{lab.account_id}:mail"
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    scene.call("sqs", "SetQueueAttributes", QueueUrl=queue_url, Attributes={"Policy": policy})
    scene.call("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn)
    scene.call(
        "ses",
        "UpdateReceiptRule",
        RuleSetName=RULE_SET,
        Rule={
            "Name": RULE,
            "Enabled": True,
            "ScanEnabled": True,
            "Recipients": [scene.domain],
            "Actions": [{"S3Action": {"BucketName": scene.bucket, "TopicArn": topic}}],
        },
    )
    made = House(scene, queue_url)
    made.put_routes()
    yield made
    for function in made.functions:
        function.aws.close()


@pytest.fixture
def context() -> Context:
    """A call with half a minute left."""
    return Context()
