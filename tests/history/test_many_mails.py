"""Thousands of mails through a history whose calls break: the trace of each one is right.

``make traces`` plays 10,000; the suite some hundreds.  Expected is what each mail was
sent into the world with, never what any of our code made of it.
"""

import json
import os
import random

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sendas.aws.lean import Stored
from sendas.aws.refusals import NoReply, NotFound, Transient
from sendas.aws.replies import Listed
from sendas.history.line import read_line
from sendas.history.outcome import Outcome
from sendas.inbound import events
from sendas.inbound.events import EventTaker
from sendas.inbound.log import Log
from sendas.inbound.settings import Settings
from sendas.inbound.work import Worker
from sendas.ses.notices import Origin, Record
from sendas.watch.cache import Cache, Question
from sendas.watch.history import ask


MAILS = int(os.environ.get("SENDAS_MAILS", "400"))
BROKEN = 0.05
BATCH = 100
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
SETTINGS = Settings("bucket", "us-east-1", "us-east-1")
FATES: dict[str, tuple[tuple[str, ...], Outcome]] = {
    "delivered": (("Send", "Delivery"), Outcome.DELIVERED),
    "late": (("Send", "DeliveryDelay", "Delivery"), Outcome.DELIVERED),
    "waiting": (("Send", "DeliveryDelay"), Outcome.DELAYED),
    "accepted": (("Send",), Outcome.ACCEPTED),
    "bounced": (("Send", "Bounce"), Outcome.BOUNCED),
    "given up": (("Send", "DeliveryDelay", "Soft"), Outcome.BOUNCED),
    "out of office": (("Send", "Delivery", "Soft"), Outcome.DELIVERED),
    "refused behind": (("Send", "Delivery", "Bounce"), Outcome.BOUNCED),
    "complained": (("Send", "Delivery", "Complaint"), Outcome.COMPLAINED),
    "suppressed": (("Send", "Listed"), Outcome.SUPPRESSED),
    "rejected": (("Send", "Reject"), Outcome.REJECTED),
}
"""What SES tells of a mail, and what became of it (SES guide, "Examples of event data")."""


@dataclass
class Bucket:
    """S3 whose calls break: before they happen, or with their answer lost."""

    chance: random.Random
    objects: dict[str, bytes] = field(default_factory=dict)
    broken: int = 0

    def write(self, _bucket: str, key: str, content: bytes) -> str:
        """An object."""
        self._break("s3:PutObject", sent=False)
        self.objects[key] = content
        self._break("s3:PutObject", sent=True)
        return "etag"

    def read(self, _bucket: str, key: str) -> Stored:
        """An object."""
        self._break("s3:GetObject", sent=False)
        if key not in self.objects:
            action = "s3:GetObject"
            raise NotFound(action)
        return Stored(self.objects[key], "etag")

    def remove(self, _bucket: str, key: str) -> None:
        """No object any more."""
        self._break("s3:DeleteObject", sent=False)
        self.objects.pop(key, None)
        self._break("s3:DeleteObject", sent=True)

    def listing(self, _bucket: str, prefix: str, *, most: int) -> tuple[Listed, ...]:
        """Keys in their order."""
        self._break("s3:ListBucket", sent=False)
        found = sorted(key for key in self.objects if key.startswith(prefix))
        return tuple(
            Listed(key, len(self.objects[key]), BEGAN.isoformat()) for key in found[:most]
        )

    def _break(self, action: str, *, sent: bool) -> None:
        if self.chance.random() < BROKEN / 2:
            self.broken += 1
            raise NoReply(action, "silence", sent=True) if sent else Transient(action, "500")


def events_of(number: int, kinds: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """What SES publishes of one mail."""
    sent = BEGAN + timedelta(minutes=number)
    to = f"r{number}@example.net"
    mail = {
        "timestamp": sent.isoformat(),
        "messageId": f"0100-{number:06}",
        "source": "me@example.com",
        "destination": [to],
        "headers": [{"name": "X-Sendas-Forwarded", "value": "1"}] if number % 3 == 0 else [],
        "tags": {"ses:caller-identity": [f"user-{number % 4}"]},
    }
    for step, kind in enumerate(kinds):
        at = (sent + timedelta(hours=step)).isoformat()
        who = [{"emailAddress": to, "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 no"}]
        hard = {"bounceType": "Permanent", "bounceSubType": "General"}
        more: dict[str, dict[str, Any]] = {
            "Send": {"send": {}},
            "Delivery": {"delivery": {"timestamp": at, "recipients": [to]}},
            "DeliveryDelay": {"deliveryDelay": {"timestamp": at, "delayedRecipients": who}},
            "Bounce": {"bounce": {**hard, "timestamp": at, "bouncedRecipients": who}},
            "Soft": {
                "bounce": {
                    "bounceType": "Transient", "bounceSubType": "General", "timestamp": at,
                    "bouncedRecipients": who,
                }
            },
            "Listed": {
                "bounce": {
                    "bounceType": "Permanent", "bounceSubType": "OnAccountSuppressionList",
                    "timestamp": at, "bouncedRecipients": who,
                }
            },
            "Complaint": {
                "complaint": {
                    "timestamp": at, "complainedRecipients": [{"emailAddress": to}],
                    "complaintFeedbackType": "abuse",
                }
            },
            "Reject": {"reject": {"reason": "Bad content"}},
        }  # fmt: skip
        name = "Bounce" if kind in {"Soft", "Listed"} else kind
        yield {"eventType": name, "mail": mail, **more[kind]}


def taker_of(bucket: Bucket, logged: list[str] | None = None) -> EventTaker:
    """The function's part that takes events, two months later; nobody is to be alerted."""
    nobody = SimpleNamespace(domain_of=lambda _: None, domains={})
    current = SimpleNamespace(current=lambda: SimpleNamespace(routes=nobody))
    now = BEGAN + timedelta(days=60)
    worker = SimpleNamespace(aws=bucket, settings=SETTINGS, clock=lambda: now, routes=current)
    return EventTaker(cast(Worker, worker), Log(write=([] if logged is None else logged).append))


@pytest.mark.parametrize("together", [100, 3])
def test_every_trace_is_right(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken calls, doubled and reordered events, days made one: each mail's end, the rates."""
    monkeypatch.setattr(events, "_MOST_TOGETHER", together)
    chance = random.Random(15)  # noqa: S311  the same play each time
    names = [chance.choice(list(FATES)) for _ in range(MAILS)]
    bodies = [
        json.dumps(event)
        for number, name in enumerate(names)
        for event in events_of(number, FATES[name][0])
    ]
    waiting = [*bodies, *chance.sample(bodies, len(bodies) // 4)]
    chance.shuffle(waiting)
    bucket = Bucket(chance)
    logged: list[str] = []
    taker = taker_of(bucket, logged)
    tries = 0
    while waiting:
        tries += 1
        batch, waiting = waiting[:BATCH], waiting[BATCH:]
        records = [Record(Origin.SQS, "", str(n), {"body": body}) for n, body in enumerate(batch)]
        failed = taker.take(records)["batchItemFailures"]
        back = [batch[int(one["itemIdentifier"])] for one in failed]
        waiting += back
        if tries % 20 == 0:
            _compact(taker)
    while not _compact(taker):
        pass

    assert bucket.broken, "calls did break"
    assert not [one for one in logged if "not understood" in one]
    with Cache(":memory:") as cache:
        for key, content in bucket.objects.items():
            assert 0 == cache.take(key, content)
        found = {trace.mail: trace for trace in ask(cache, Question())}
        counted = cache.rates(())
        one = ask(cache, Question(f"r{MAILS - 1}@example.net"))
    assert {f"0100-{n:06}": FATES[name][1] for n, name in enumerate(names)} == {
        mail: trace.outcome for mail, trace in found.items()
    }
    assert [f"0100-{MAILS - 1:06}"] == [trace.mail for trace in one]
    assert MAILS == counted.whole.sent
    hard = sum(name in {"bounced", "refused behind"} for name in names)
    assert hard == counted.whole.hard
    assert sum(name == "complained" for name in names) == counted.whole.complained
    assert sum(n % 3 == 0 for n in range(MAILS)) == counted.by_stream["forward"].sent
    stored = [read_line(raw).id for raw in b"".join(bucket.objects.values()).splitlines()]
    assert len(stored) == len(set(stored)), "each event once, after the days were made one"


def _compact(taker: EventTaker) -> bool:
    """Whether the daily call came to its end."""
    try:
        taker.compact()
    except (NoReply, Transient, NotFound):
        return False
    return True


def test_large_objects_stay_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day of hundreds of megabytes is never in memory: it becomes several objects."""
    monkeypatch.setattr(events, "_MOST_BYTES", 4_000)
    bucket = Bucket(random.Random(15))  # noqa: S311  nothing breaks at none
    monkeypatch.setattr(bucket, "_break", lambda *_, **__: None)
    taker = taker_of(bucket)
    for number in range(60):
        (event,) = events_of(number, ("Send",))
        taker.take([Record(Origin.SQS, "", "0", {"body": json.dumps(event)})])
    assert 60 == len(bucket.objects)
    taker.compact()

    assert 1 < len(bucket.objects) < 30
    assert max(map(len, bucket.objects.values())) <= 4_000
    lines = b"".join(bucket.objects.values()).splitlines()
    assert 60 == len({read_line(raw).id for raw in lines}) == len(lines)
    before = dict(bucket.objects)
    assert {"compacted": 0} == taker.compact()
    assert before == bucket.objects
