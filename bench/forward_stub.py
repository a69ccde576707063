"""Sendas's whole handler with S3 and SES stubbed, as the peer is stubbed.

Everything runs: the event is read, the mail is looked at and rewritten, its
record is claimed and written twice.  What is counted as sent is what SES would be given.
"""

import json

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sendas.aws.lean import Lean, Stored
from sendas.aws.refusals import NotFound
from sendas.forward.counters import Counters
from sendas.forward.decision import Forward
from sendas.forward.facts import read_facts
from sendas.forward.plan import plan
from sendas.forward.rewrite import rewrite
from sendas.forward.routes_file import parse_routes
from sendas.inbound.handler import Function
from sendas.inbound.log import Log
from sendas.mail.headers import read_head
from sendas.reply.alias import Aliases, Kind
from sendas.reply.keys import SigningKeys, format_keys
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
    # Every mail of a bench goes to one address: kept back after three hundred an hour, else.
    "limits": dict.fromkeys(
        ("max_per_hour", "max_per_hour_address", "max_per_hour_domain"), 100_000
    ),
}
OWNER = "owner@example.net"
KEYS = SigningKeys("a", {"a": "k" * 40})
ANSWERED = {"mailboxes": {"info": {"per_hour": 10_000, "per_day": 10_000}}}
"""The routes' part for answering; `answers` adds it."""
ENVIRONMENT = {
    "SENDAS_BUCKET": "bucket",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}


def notice(
    number: int, key: str = "bench", *, source: str = "", recipient: str = "info@example.com"
) -> dict[str, Any]:
    """An SQS event with one notice about a mail of its own id; the object's key is *key*."""
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}"  # noqa: TID251  a bench has no other clock
    verdict = {"status": "PASS"}
    told = {
        "notificationType": "Received",
        "mail": {
            "timestamp": at,
            "source": source or f"jane{number}@example.org",
            "messageId": f"{key}{number}",
            "destination": [recipient],
            "commonHeaders": {},
        },
        "receipt": {
            "timestamp": at,
            "recipients": [recipient],
            **{f"{name}Verdict": verdict for name in ("spam", "virus", "spf", "dkim", "dmarc")},
            "action": {"type": "S3", "bucketName": "bucket", "objectKey": key},
        },
    }
    record = {"eventSource": "aws:sqs", "messageId": "1", "body": json.dumps(told)}
    return {"Records": [record]}


class _Stub(Lean):
    """S3 and SES that answer at once."""

    def __init__(self, routes: Mapping[str, Any] = ROUTES) -> None:
        """Nothing to connect to."""
        self.until = float("inf")
        self.routes = json.dumps(routes).encode()
        self.content = b""
        self.sent = 0

    def read(self, _bucket: str, name: str) -> Stored:
        """The mail; of records there is none yet."""
        if name == "bench":
            return Stored(self.content, '"1"')
        raise NotFound(name)

    def read_if_changed(self, _bucket: str, _name: str, etag: str) -> Stored | None:
        """The routes, once."""
        return None if etag else Stored(self.routes, '"1"')

    def secret(self, _name: str) -> str:
        """The keys that sign aliases."""
        return format_keys(KEYS)

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
    return _handling(function, stub, [notice(number) for number in range(_MOST_EVENTS)])


def answers() -> Callable[[bytes], int]:
    """The same for the owner's answers to an alias: the mails' author and recipient exchanged."""
    routes = json.loads(json.dumps(ROUTES))
    routes["domains"]["example.com"]["answering"] = ANSWERED
    stub = _Stub(routes)
    environment = ENVIRONMENT | {"SENDAS_REPLY_SECRET": "keys"}
    function = Function(environment, log=Log(write=lambda _: None), aws=stub)
    aliases = Aliases("example.com", KEYS)
    expires = datetime.now(UTC).date() + timedelta(days=99)  # noqa: TID251  as above
    alias = aliases.make(Kind.REPLY, "info@example.com", "jane@example.org", expires).address
    events = [notice(number, source=OWNER, recipient=alias) for number in range(_MOST_EVENTS)]
    answer = _handling(function, stub, events)

    def turned(content: bytes) -> int:
        own = content.replace(b'"Doe, Jane" <jane@example.org>', OWNER.encode(), 1)
        return answer(own.replace(b"To: info@example.com", b"To: " + alias.encode(), 1))

    return turned


def _handling(
    function: Function, stub: _Stub, made: Sequence[dict[str, Any]]
) -> Callable[[bytes], int]:
    events = iter(made)

    def handle(content: bytes) -> int:
        stub.content = content
        stub.sent = 0
        answer = function.handle(next(events), Context())
        if answer["batchItemFailures"] or not stub.sent:
            raise RuntimeError(answer)
        return stub.sent

    return handle


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
