"""What the owner is told at once: each complaint and bounce for good, whatever breaks."""

import email
import email.policy
import json

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sendas.aws.lean import Stored
from sendas.aws.refusals import NotFound, Refused
from sendas.forward.routes_file import parse_routes
from sendas.history.line import read_line
from sendas.inbound.events import MOST_ALERTS, MOST_TRIES, EventTaker
from sendas.inbound.log import Log
from sendas.inbound.settings import ALERTED, Settings
from sendas.inbound.work import Worker
from sendas.ses.notices import Origin, Record


NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
ROUTES = parse_routes(
    json.dumps(
        {
            "schema": "sendas.routes/1",
            "domains": {
                "example.com": {
                    "forwarding_address": "forwarded@example.com",
                    "notice_address": "owner@mail.example.net",
                    "routes": {"me": ["owner@mail.example.net", "second@mail.example.net"]},
                }
            },
        }
    ).encode()
)


class Killed(BaseException):
    """The function ends, at a call or right after it."""


@dataclass
class Aws:
    """S3 and SES, counting calls; dies at call *at*, before it is done or after."""

    at: int = -1
    before: bool = True
    calls: int = 0
    objects: dict[str, bytes] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    refuses: bool = False

    def write(self, _bucket: str, key: str, content: bytes) -> str:
        """An object."""
        self._pass(lambda: self.objects.__setitem__(key, content))
        return "etag"

    def read(self, _bucket: str, key: str) -> Stored:
        """An object."""
        self._pass(lambda: None)
        if key not in self.objects:
            action = "s3:GetObject"
            raise NotFound(action)
        return Stored(self.objects[key], "etag")

    def send(self, _envelope: object, parts: Sequence[bytes]) -> str:
        """A mail."""
        if self.refuses:
            action = "ses:SendEmail"
            raise Refused(action, "Email address is not verified")
        mail = email.message_from_bytes(b"".join(parts), policy=email.policy.default)
        text = f"Subject: {mail['Subject']}\n{mail.get_content()}"
        self._pass(lambda: self.sent.append(text))
        return "0100-alert"

    def _pass(self, do: Any) -> None:  # noqa: ANN401  any of the above
        self.calls += 1
        if self.calls == self.at and self.before:
            raise Killed
        do()
        if self.calls == self.at:
            raise Killed


def taker(aws: Aws, logged: list[str], *, hashed: bool = False) -> EventTaker:
    """One process of the function."""
    settings = Settings("bucket", "us-east-1", "us-east-1", hash_addresses=hashed)
    current = SimpleNamespace(current=lambda: SimpleNamespace(routes=ROUTES))
    worker = SimpleNamespace(aws=aws, settings=settings, clock=lambda: NOW, routes=current)
    return EventTaker(cast(Worker, worker), Log(write=logged.append))


def event(number: int, kind: str, to: str = "", sender: str = "me@example.com") -> dict[str, Any]:
    """What SES publishes of one mail."""
    to = to or f"r{number}@example.net"
    at = (NOW - timedelta(minutes=number)).isoformat()
    who = [{"emailAddress": to, "diagnosticCode": "smtp; 550 5.1.1 no"}]
    told = {
        "Bounce": {
            "bounce": {
                "bounceType": "Permanent", "bounceSubType": "General", "timestamp": at,
                "bouncedRecipients": who,
            }
        },
        "Complaint": {
            "complaint": {
                "timestamp": at, "complainedRecipients": who, "complaintFeedbackType": "abuse",
            }
        },
        "Delivery": {"delivery": {"timestamp": at, "recipients": [to]}},
    }[kind]  # fmt: skip
    mail = {"timestamp": at, "messageId": f"0100-{number:06}", "source": sender,
            "destination": [to]}  # fmt: skip
    return {"eventType": kind, "mail": mail, **told}


def records(*events: dict[str, Any], receives: int = 1) -> list[Record]:
    """A batch, as SQS hands it over."""
    attributes = {"ApproximateReceiveCount": str(receives)}
    return [
        Record(Origin.SQS, "", str(n), {"body": json.dumps(one), "attributes": attributes})
        for n, one in enumerate(events)
    ]


BATCH = (event(1, "Bounce"), event(2, "Delivery"), event(3, "Complaint"))


@pytest.mark.parametrize("before", [True, False])
def test_killed_at_every_call_nothing_is_lost(*, before: bool) -> None:
    """Lambda hands the batch out again: each event is one line, each grave one was told."""
    whole = Aws()
    assert [] == taker(whole, []).take(records(*BATCH))["batchItemFailures"]
    assert 2 == len(whole.sent)
    for at in range(1, whole.calls + 1):
        aws = Aws(at, before)
        with pytest.raises(Killed):
            taker(aws, []).take(records(*BATCH))
        assert [] == taker(aws, []).take(records(*BATCH))["batchItemFailures"]
        stored = [
            read_line(raw).id
            for key, content in aws.objects.items()
            if ALERTED not in key
            for raw in content.splitlines()
        ]
        assert 3 == len(stored) == len(set(stored)), at
        for mail in ("0100-000001", "0100-000003"):
            told = sum(f"sendas trace {mail}" in one for one in aws.sent)
            # Between SES's answer and its mark: told again, which harms nobody.
            assert told in {1, 2}, (at, mail)
        again = len(aws.sent)
        taker(aws, []).take(records(*BATCH))
        assert again == len(aws.sent), "what is marked is not told again"


def test_an_alert_that_is_refused_is_tried_again() -> None:
    """The event comes back by its queue, and the owner hears when SES takes the alert."""
    aws, logged = Aws(refuses=True), list[str]()
    failed = taker(aws, logged).take(records(*BATCH))["batchItemFailures"]
    assert ["0", "2"] == [one["itemIdentifier"] for one in failed], "not the delivery"
    assert 2 == sum("owner not told" in one for one in logged)
    aws.refuses = False
    assert [] == taker(aws, []).take(records(BATCH[0], BATCH[2]))["batchItemFailures"]
    assert 2 == len(aws.sent)


def test_an_alert_that_nobody_takes_ends() -> None:
    """The line is stored and the log's alarm rings: such an event is no dead letter."""
    aws, logged = Aws(refuses=True), list[str]()
    taken = taker(aws, logged).take(records(*BATCH, receives=MOST_TRIES))
    assert [] == taken["batchItemFailures"]
    assert 2 == sum("owner not told" in one for one in logged)


@pytest.mark.parametrize("hashed", [True, False])
def test_it_is_loud_if_the_address_is_the_owners_own(*, hashed: bool) -> None:
    """The second mailbox that mail is forwarded to refuses it: more than anybody's bounce."""
    aws = Aws()
    own = event(1, "Bounce", "Second@mail.example.net")
    taker(aws, [], hashed=hashed).take(records(own, event(2, "Bounce")))
    loud, usual = sorted(aws.sent, key=lambda one: "ATTENTION" not in one)
    assert "ATTENTION, your own address: SES tells of a bounce" in loud.partition("\n")[0]
    assert "THIS IS AN ADDRESS OF YOUR OWN" in loud
    assert "ATTENTION" not in usual


def test_the_owners_own_mailbox_is_not_written_to() -> None:
    """The notice would bounce as well: the log's alarm says so, once for each."""
    aws, logged = Aws(), list[str]()
    own = event(1, "Bounce", "OWNER@mail.example.net")
    assert [] == taker(aws, logged).take(records(own))["batchItemFailures"]
    assert [] == aws.sent
    assert 1 == sum("own mailbox refuses mail" in one for one in logged)


def test_a_storm_is_said_to_be_one() -> None:
    """More than are told one by one are not passed over in silence."""
    aws, logged = Aws(), list[str]()
    storm = [event(n, "Bounce") for n in range(MOST_ALERTS + 5)]
    taker(aws, logged).take(records(*storm))
    assert MOST_ALERTS == len(aws.sent)
    assert 1 == sum("more bounces than are told one by one" in one for one in logged)
