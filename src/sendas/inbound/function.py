"""The function between two calls, and what it does with each event.

A record that fails is told to SQS by name, and comes back; one from SNS or SES
makes the whole call fail, so that Lambda tries it again and then hands it to
its dead-letter destination.  In no case is a failure reported as success.
"""

import os
import time

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from sendas.aws.lean import Lean, key_from
from sendas.aws.refusals import AwsFailure
from sendas.errors import SendasError
from sendas.inbound.log import ALARM_LEVEL, Log
from sendas.inbound.pauses import ALARM_AT_RECEIVE, in_turn, pause_seconds
from sendas.inbound.settings import Settings, read_settings
from sendas.inbound.work import RESERVE_SECONDS, Later, Settled, Worker, later_of
from sendas.ses.notices import (
    MalformedNotice,
    Origin,
    Record,
    SetUpNotice,
    read_notice,
    records_of,
)


_LEAST_SECONDS = 1.0
"""Kept back for the answer."""


class NotDone(SendasError):
    """Something of the event is not done; Lambda is to try it again."""


class Context(Protocol):
    """What Lambda tells of the call."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """How long it may still take."""


class Function:
    """The function between two calls: connections, routes and counts stay."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),  # noqa: TID251  the door where time comes in
        log: Log | None = None,
        aws: Lean | None = None,
    ) -> None:
        self.settings: Settings = read_settings(environment)
        self.log = log or Log(personal=self.settings.log_personal)
        self.aws = aws or Lean(
            key_from(environment),
            self.settings.region,
            environment,
            bucket_region=self.settings.bucket_region,
        )
        self.clock = clock
        self.worker = Worker(self.aws, self.settings, self.log, clock)
        self._calls = 0

    def handle(self, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Do what *event* says; gives what Lambda expects in return.

        Raises:
            NotDone: It is not, or not all, done.
        """
        self._calls += 1
        over = time.monotonic() + context.get_remaining_time_in_millis() / 1000
        over -= RESERVE_SECONDS + _LEAST_SECONDS
        if "sendas" in event or event.get("source") == "aws.events":
            # A mail's cold start does not pay for what a person or a schedule asks.
            from sendas.inbound.requests import answer_request  # noqa: PLC0415  see above

            return answer_request(self.worker, event, self._holder(context), over, self.log)
        records = records_of(event)
        if is_about_sent_mail(records):
            # A mail's cold start does not pay for the history.
            from sendas.inbound.events import EventTaker  # noqa: PLC0415  see above

            self.aws.until = over
            return EventTaker(self.worker, self.log).take(records)
        turns = in_turn(records)
        failed = [record for record in turns if not self._one(record, context, over)]
        if any(record.origin is not Origin.SQS for record in failed):
            msg = f"{len(failed)} of {len(records)} not done; the log says why"
            raise NotDone(msg)
        items = [{"itemIdentifier": record.item_id} for record in failed]
        return {"batchItemFailures": items, "disposition": "CONTINUE"}

    def _one(self, record: Record, context: Context, over: float) -> bool:
        """Whether the record needs no more attention."""
        why: dict[str, object]
        later = Later("not done")
        try:
            return self._deliver(record, context, over)
        except MalformedNotice as error:
            # No time mends it: among the dead letters it is seen soonest.
            self.log.alarm(
                "not done", item=record.item_id, why="malformed notice", place=error.place
            )
            return False
        except AwsFailure as error:
            why, later = {"why": str(error), "status": error.status}, later_of(error)
            if error.passing and record.receives < ALARM_AT_RECEIVE:
                self.log.say("later", level="WARN", item=record.item_id, **why)
                self._put_back(record, later)
                return False
        except SendasError as error:
            why = {"why": type(error).__name__}
        except Exception as error:  # noqa: BLE001  one bad mail must not fail the others of its batch
            why = {"why": type(error).__name__, "at": _place(error)}
        self.log.alarm("not done", item=record.item_id, receives=record.receives, **why)
        self._put_back(record, later)
        return False

    def _deliver(self, record: Record, context: Context, over: float) -> bool:
        began = time.monotonic()
        receipt = read_notice(record)
        if isinstance(receipt, SetUpNotice):
            self.log.say("set-up notice", about=receipt.what)
            return True
        outcome = self.worker.work(receipt, self._holder(context), over - began)
        milliseconds = round((time.monotonic() - began) * 1000)
        match outcome:
            case Settled(tasks):
                self.log.say_of(
                    "settled",
                    {"for": receipt.forward_paths, "from": receipt.reverse_path},
                    id=receipt.ses_message_id,
                    tasks=[task.name for task in tasks],
                    ms=milliseconds,
                )
                return True
            case Later() as later:
                self._say_later(record, receipt.ses_message_id, later, milliseconds)
                self._put_back(record, later)
                return False

    def _say_later(
        self, record: Record, ses_message_id: str, later: Later, milliseconds: int
    ) -> None:
        """A warning; an alarm where nothing mends itself, or where nothing has for a while."""
        receives = record.receives
        loud = later.needs_somebody or receives >= ALARM_AT_RECEIVE
        self.log.say(
            "later",
            level=ALARM_LEVEL if loud else "WARN",
            id=ses_message_id,
            why=later.why,
            receives=receives,
            ms=milliseconds,
        )

    def _put_back(self, record: Record, later: Later) -> None:
        """Let the message come back when it makes sense, after a longer pause for each failure."""
        arn = str(record.content.get("eventSourceARN", "")).split(":")
        handle = record.content.get("receiptHandle")
        if len(arn) != _ARN_PARTS or not isinstance(handle, str):
            return
        pause = pause_seconds(later.pace, record.receives, later.seconds)
        try:
            url = self.aws.queue_url(arn[3], arn[4], arn[5])
            self.aws.hide(url, handle, pause)
        except AwsFailure as error:
            # Then it comes back when the queue's own time is over.
            self.log.say("visibility not changed", level="WARN", why=str(error))

    def _holder(self, context: Context) -> str:
        return f"{context.aws_request_id}/{os.getpid()}.{self._calls}"


_ARN_PARTS = 6
EVENTS_QUEUE = "-events"
"""How the queue's name ends that carries SES's events about sent mail."""


def is_about_sent_mail(records: Sequence[Record]) -> bool:
    """Whether they come from the queue of events: a batch is of one queue."""
    arn = str(records[0].content.get("eventSourceARN", ""))
    return records[0].origin is Origin.SQS and arn.endswith(EVENTS_QUEUE)


def _place(error: BaseException) -> str:
    """Where in our code it broke, without the values that were there."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{os.path.basename(code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119  pathlib costs a cold start 3 ms
        trace = trace.tb_next
    return place
