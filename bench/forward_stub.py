"""Sendas's whole handler with S3 and SES stubbed, as the peer is stubbed.

Everything runs: the event is read, the mail is looked at and rewritten, its
record is claimed and written twice.  What is counted as sent is what SES would be given.
"""

import json

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sendas.aws.lean import Lean, Stored
from sendas.aws.refusals import NotFound
from sendas.forward.decision import Forward
from sendas.forward.facts import read_facts
from sendas.forward.plan import Counters, plan
from sendas.forward.rewrite import rewrite
from sendas.forward.routes_file import parse_routes
from sendas.inbound.handler import Function
from sendas.inbound.log import Log
from sendas.mail.headers import read_head
from sendas.ses.notices import Receipt, read_notice, records_of


ROUTES = {
    "schema": "sendas.routes/1",
    "domains": {
        "example.com": {
            "forwarding_address": "forwarded@example.com",
            "notice_address": "owner@example.net",
            "policy": {},
            "routes": {"info": ["owner@example.net"]},
        }
    },
    # Every mail of a bench is by one author, who would be stopped at a hundred an hour.
    "limits": {"max_per_hour": 100_000},
}
ENVIRONMENT = {
    "SENDAS_BUCKET": "bucket",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}


def notice(number: int, key: str = "bench") -> dict[str, Any]:
    """An SQS event with one notice about a mail of its own id; the object's key is *key*."""
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}"  # noqa: TID251  a bench has no other clock
    verdict = {"status": "PASS"}
    told = {
        "notificationType": "Received",
        "mail": {
            "timestamp": at,
            "source": f"jane{number}@example.org",
            "messageId": f"{key}{number}",
            "destination": ["info@example.com"],
            "commonHeaders": {},
        },
        "receipt": {
            "timestamp": at,
            "recipients": ["info@example.com"],
            **{f"{name}Verdict": verdict for name in ("spam", "virus", "spf", "dkim", "dmarc")},
            "action": {"type": "S3", "bucketName": "bucket", "objectKey": key},
        },
    }
    record = {"eventSource": "aws:sqs", "messageId": "1", "body": json.dumps(told)}
    return {"Records": [record]}


class _Stub(Lean):
    """S3 and SES that answer at once."""

    def __init__(self) -> None:
        """Nothing to connect to."""
        self.until = float("inf")
        self.content = b""
        self.sent = 0

    def read(self, _bucket: str, name: str) -> Stored:
        """The mail; of records there is none yet."""
        if name == "bench":
            return Stored(self.content, '"1"')
        raise NotFound(name)

    def read_if_changed(self, _bucket: str, _name: str, etag: str) -> Stored | None:
        """The routes, once."""
        return None if etag else Stored(json.dumps(ROUTES).encode(), '"1"')

    def write(self, *_: object, **__: object) -> str:
        """Taken."""
        return '"1"'

    def sent_lately(self) -> tuple[Any, ...]:
        """Nothing."""
        return ()

    def send(self, _envelope: object, parts: tuple[Any, ...]) -> str:
        """Taken."""
        self.sent = sum(map(len, parts))
        return "1"


class Context:
    """Lambda's."""

    aws_request_id = "bench"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """A minute."""
        return 60_000


_MOST_EVENTS = 5_000


def stubbed() -> Callable[[bytes], int]:
    """The handler, ready: bytes from S3 in, the number of bytes for SES out.

    The events are made beforehand, as Lambda makes them.
    """
    stub = _Stub()
    function = Function(ENVIRONMENT, log=Log(write=lambda _: None), aws=stub)
    events = iter([notice(number) for number in range(_MOST_EVENTS)])

    def forward(content: bytes) -> int:
        stub.content = content
        stub.sent = 0
        answer = function.handle(next(events), Context())
        if answer["batchItemFailures"] or not stub.sent:
            raise RuntimeError(answer)
        return stub.sent

    return forward


def core() -> Callable[[bytes], int]:
    """Only what is between S3 and SES: the header read, the mail decided on and rewritten."""
    routes = parse_routes(json.dumps(ROUTES))
    now = datetime.now(UTC)  # noqa: TID251  a bench has no other clock
    record = records_of(notice(0))[0]
    receipt = read_notice(record)
    if not isinstance(receipt, Receipt):
        raise TypeError(receipt)

    def forward(content: bytes) -> int:
        head = read_head(content)
        facts = read_facts(head, receipt.reverse_path)
        [decision] = plan(receipt, facts, len(content), routes, Counters(), now)
        if not isinstance(decision, Forward):
            raise TypeError(decision)
        return rewrite(head, decision, "bench", facts.authors).size

    return forward
