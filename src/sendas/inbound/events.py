"""SES's events about sent mail on their way into the history: one object for a batch and a day.

An event that cannot be stored comes back through its queue, and ends among the
dead letters; one that came twice is the same line.  What the owner is notified of at
once (a complaint, a bounce for good) is told after it was stored, and marked:
a crash between the two tells it again, which harms nobody.  If SES refuses the
alert, the event comes back `MOST_TRIES` times; the daily look tells of it then.
"""

import hashlib
import json
import math
import time

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sendas.aws.raw_message import Envelope
from sendas.aws.refusals import AwsFailure, NotFound
from sendas.errors import SendasError
from sendas.forward.sent_notice import alert, is_grave
from sendas.history.line import (
    Addresses,
    Line,
    Stream,
    hash_address,
    lines_of,
    merged,
    write_line,
)
from sendas.inbound.log import Log
from sendas.inbound.settings import EVENTS
from sendas.inbound.work import Worker
from sendas.mail.address import same_address
from sendas.ses.events import NotAnEvent, read_events
from sendas.ses.notices import SET_UP_TEXTS, Record


COMPACTED = "all.jsonl"
MOST_ALERTS = 20
"""Within a batch: a storm of bounces is told by the bounce-rate alarm."""
MOST_TRIES = 10
"""Of an alert that nobody takes; the event itself is stored, and no dead letter."""
_COMPACT_AFTER = timedelta(days=2)
"""SES tries for up to 14 hours, and complaints come later still: those make a new object."""
_MOST_OBJECTS = 20_000
_MOST_TOGETHER, _MOST_BYTES = 100, 16_000_000
"""What is put together in one step, so that it fits into memory: objects, and bytes."""


class EventTaker:
    """Takes batches of events."""

    def __init__(self, worker: Worker, log: Log) -> None:
        self._worker = worker
        self._aws = worker.aws
        self._settings = worker.settings
        self._log = log

    def take(self, records: Sequence[Record]) -> dict[str, Any]:
        """Store what the records tell; gives what Lambda expects for a partial batch."""
        by_day: dict[str, list[tuple[Line, str]]] = {}
        failed: list[str] = []
        told: list[tuple[Line, str]] = []
        for record in records:
            try:
                lines = self._lines(record)
            except (NotAnEvent, SendasError, ValueError) as error:
                name = type(error).__name__
                self._log.alarm("event not understood", item=record.item_id, why=name)
                failed.append(record.item_id)
                continue
            for line in lines:
                by_day.setdefault(line.day, []).append((line, record.item_id))
        for day, found in sorted(by_day.items()):
            try:
                self._write(day, [line for line, _ in found])
            except AwsFailure as error:
                self._log.say("events later", level="WARN", why=str(error), day=day)
                failed += [item for _, item in found]
            else:
                told += found
        often = {one.item_id for one in records if one.receives >= MOST_TRIES}
        failed += [item for item in self._alert(told) if item not in often]
        items = [{"itemIdentifier": item} for item in dict.fromkeys(failed)]
        return {"batchItemFailures": items, "disposition": "CONTINUE"}

    def compact(self, over: float = math.inf) -> dict[str, Any]:
        """Make one object of each of the days that are over, oldest first; says of how many.

        Until *over*, by the monotonic clock: the next call goes on where this one ended.
        """
        prefix = self._settings.state_prefix + EVENTS
        last = f"{self._worker.clock() - _COMPACT_AFTER:%Y-%m-%d}"
        by_day: dict[str, dict[str, int]] = {}
        for one in self._aws.listing(self._settings.bucket, prefix, most=_MOST_OBJECTS):
            day = one.key[len(prefix) :].partition("/")[0]
            by_day.setdefault(day, {})[one.key] = one.size
        done = 0
        for day, sizes in sorted(by_day.items()):
            if day <= last:  # not the marks of `ALERTED`, which sort later
                done += self._compact_one(day, sizes, over)
        return {"compacted": done}

    def _compact_one(self, day: str, sizes: dict[str, int], over: float) -> bool:
        """Put the smallest together, as many as memory holds, until one or large ones are left.

        What is put together is written before its parts go: a crash between leaves doubles, no
        hole.  Each step stays done, whatever the next one meets.
        """
        bucket, left, done = self._settings.bucket, dict(sizes), False
        while len(keys := _smallest(left)) > 1 and time.monotonic() < over:
            content = merged(self._aws.read(bucket, key).content for key in keys)
            whole = len(keys) == len(left)
            name = COMPACTED if whole else f"{hashlib.sha256(content).hexdigest()[:32]}.jsonl"
            target = self._settings.events_prefix(day) + name
            self._aws.write(bucket, target, content)
            for key in keys:
                del left[key]
                if key != target:
                    self._aws.remove(bucket, key)
            left[target] = len(content)
            done = True
        return done

    def _lines(self, record: Record) -> list[Line]:
        body = str(record.content.get("body", ""))
        how = Addresses.HASHED if self._settings.hash_addresses else Addresses.WHOLE
        try:
            found = read_events(body)
        except NotAnEvent:
            if any(text in body for text in SET_UP_TEXTS):
                return []
            raise
        lines = [line for event in found for line in lines_of(event, how)]
        if any(not line.day for line in lines):
            msg = "an event without a time"
            raise ValueError(msg)
        return lines

    def _write(self, day: str, lines: list[Line]) -> None:
        content = b"".join(write_line(line) for line in {line.id: line for line in lines}.values())
        name = hashlib.sha256(content).hexdigest()[:32]
        self._aws.write(
            self._settings.bucket, f"{self._settings.events_prefix(day)}{name}.jsonl", content
        )

    def _alert(self, told: Sequence[tuple[Line, str]]) -> list[str]:
        """Tell the owner at once of complaints and of bounces for good, each once.

        Gives the items whose alert went to nobody: they come back, and what is stored
        already is the same line again.
        """
        grave = {one.id: (one, item) for one, item in told if is_grave(one)}
        if len(grave) > MOST_ALERTS:
            self._log.alarm("more bounces than are told one by one", count=len(grave))
        untold = []
        for line, item in list(grave.values())[:MOST_ALERTS]:
            try:
                self._alert_one(line)
            except SendasError as error:
                self._log.alarm("owner not told", why=str(error), mail=line.mail)
                untold.append(item)
        return untold

    def _alert_one(self, line: Line) -> None:
        routes = self._worker.routes.current().routes
        domain = routes.domain_of(line.sender) or next(iter(routes.domains.values()), None)
        if domain is None:
            return
        to, sender = domain.notice_address, domain.forwarding_address
        if self._is_to(line, to):
            # A notice would go where mail does not arrive, and its bounce would make another.
            self._log.alarm("owner's own mailbox refuses mail", mail=line.mail, why=line.answer)
            return
        own = line.stream == Stream.CANARY or any(self._is_to(line, a) for a in domain.targets)
        bucket, key = self._settings.bucket, self._settings.alerted_key(line.id)
        try:
            self._aws.read(bucket, key)
        except NotFound:
            notice = alert(line, to, sender, self._worker.clock(), own=own)
            settings = self._settings
            envelope = Envelope(sender, to, settings.feedback_address, settings.configuration_set)
            answer = self._aws.send(envelope, (notice,))
            self._aws.write(bucket, key, json.dumps({"sent": answer}).encode("ascii"))

    def _is_to(self, line: Line, address: str) -> bool:
        """Whether *line* is about that recipient, whole or hashed."""
        if self._settings.hash_addresses:
            return line.recipient == hash_address(address)
        return same_address(line.recipient, address)


def _smallest(sizes: Mapping[str, int]) -> list[str]:
    """The keys of the smallest objects, as many as are put together in one step."""
    keys: list[str] = []
    left = _MOST_BYTES
    for key, size in sorted(sizes.items(), key=lambda one: (one[1], one[0]))[:_MOST_TOGETHER]:
        left -= size
        if left < 0:
            break
        keys.append(key)
    return keys
