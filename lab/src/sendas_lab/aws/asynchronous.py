"""Asynchronous invocations: Lambda's own queue, its retries, and where failures end.

Source: Lambda guide, "Asynchronous invocation": when the function fails Lambda tries twice
more, after one minute and after two; then the event goes to the function's dead-letter queue
and to its on-failure destination.  The attributes of the dead letter are recorded
(lambda_-event_source_mapping-test_lambda_integration_sqs.snapshot.json).
"""

import json
import threading
import time
import uuid

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sendas_lab.aws.children import FunctionFailed
from sendas_lab.aws.functions import FunctionRunner
from sendas_lab.aws.service import backends_of, on_behalf_of
from sendas_lab.clock import Clock


_WAITS = (timedelta(minutes=1), timedelta(minutes=2))
_MAX_AGE_SECONDS = 21_600
_LOOK_SECONDS = 0.05
Allows = Callable[[Any, str, str], bool]
"""Whether the role of a function (moto's) may do an action on a resource."""


@dataclass(slots=True)
class _Event:
    function: Any
    event: Any
    accepted: datetime
    due: datetime
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempts: int = 0


class Asynchronous:
    """Events that were accepted, of one account."""

    def __init__(
        self, account_id: str, clock: Clock, runner: FunctionRunner, allows: Allows
    ) -> None:
        self._account_id = account_id
        self._clock = clock
        self._runner = runner
        self._allows = allows
        self._lock = threading.Lock()
        self._waiting: list[_Event] = []
        self._working = 0
        self._running = False
        self._stopped = threading.Event()
        self.errors: list[BaseException] = []
        """What handling raised: a defect of the lab, shown by `settle`."""

    def accept(self, function: Any, event: Any, request_id: str | None = None) -> str:  # noqa: ANN401  moto's LambdaFunction, any JSON
        """Take an event; its request id."""
        now = self._clock.now()
        one = _Event(function, event, now, now)
        one.request_id = request_id or one.request_id
        self._stopped.clear()
        self._queue(one)
        return one.request_id

    def _queue(self, one: _Event) -> None:
        with self._lock:
            if self._stopped.is_set():
                return
            self._waiting.append(one)
            if not self._running:
                self._running = True
                threading.Thread(target=self._go, name="lambda-async", daemon=True).start()

    def stop(self) -> None:
        """Forget what waits; what is at work may end."""
        with self._lock:
            self._waiting.clear()
            self._stopped.set()

    def idle(self) -> bool:
        """Whether nothing is at work or due; retries may wait."""
        now = self._clock.now()
        with self._lock:
            return self._working == 0 and all(one.due > now for one in self._waiting)

    def settle(self, timeout_seconds: float = 30.0) -> None:
        """Wait until nothing is at work or due.

        Raises:
            TimeoutError: Still at work.
            Exception: Whatever handling raised.
        """
        until = time.monotonic() + timeout_seconds
        while not self.idle():
            if time.monotonic() > until:
                msg = f"Lambda is still at work after {timeout_seconds} s"
                raise TimeoutError(msg)
            time.sleep(_LOOK_SECONDS)
        if self.errors:
            raise self.errors.pop(0)

    def _go(self) -> None:
        while True:
            now = self._clock.now()
            with self._lock:
                if not self._waiting:
                    self._running = False
                    return
                due = [one for one in self._waiting if one.due <= now]
                self._waiting = [one for one in self._waiting if one.due > now]
                self._working += len(due)
            for one in due:
                threading.Thread(target=self._handle, args=(one,), daemon=True).start()
            if not due and self._stopped.wait(_LOOK_SECONDS):
                with self._lock:
                    self._running = False
                return

    def _handle(self, one: _Event) -> None:
        try:
            self._attempt(one)
        except Exception as error:  # noqa: BLE001  a defect of the lab: `settle` shows it
            self.errors.append(error)
        finally:
            with self._lock:
                self._working -= 1

    def _attempt(self, one: _Event) -> None:
        one.attempts += 1
        try:
            said = self._runner.run(one.function, one.event, one.request_id)
        except FunctionFailed as error:
            self._after_failure(one, error.said)
            return
        target = self._destination(one.function, "OnSuccess")
        if target:
            self._send(one, target, json.dumps(self._record(one, said, "Success")))

    def _after_failure(self, one: _Event, said: Mapping[str, object]) -> None:
        settings = _settings(one.function)
        retries = settings.get("MaximumRetryAttempts")
        most = len(_WAITS) if retries is None else int(retries)
        age = timedelta(seconds=int(settings.get("MaximumEventAgeInSeconds") or _MAX_AGE_SECONDS))
        if one.attempts <= most:
            due = self._clock.now() + _WAITS[one.attempts - 1]
            if due - one.accepted <= age:
                one.due = due
                self._queue(one)
                return
            self._give_up(one, said, "EventAgeExceeded")
            return
        self._give_up(one, said, "RetriesExhausted")

    def _give_up(self, one: _Event, said: Mapping[str, object], condition: str) -> None:
        letters = getattr(one.function, "dead_letter_config", None) or {}
        if letters.get("TargetArn"):
            attributes = {
                "RequestID": ("String", one.request_id),
                "ErrorCode": ("Number", "200"),
                "ErrorMessage": ("String", str(said.get("errorMessage", ""))[:1024]),
            }
            self._send(one, letters["TargetArn"], json.dumps(one.event), attributes)
        target = self._destination(one.function, "OnFailure")
        if target:
            self._send(one, target, json.dumps(self._record(one, said, condition)))

    def _destination(self, function: Any, which: str) -> str | None:  # noqa: ANN401  moto's LambdaFunction
        configured = _settings(function).get("DestinationConfig") or {}
        return (configured.get(which) or {}).get("Destination")

    def _record(self, one: _Event, said: Any, condition: str) -> dict[str, object]:  # noqa: ANN401  any JSON
        """Lambda guide, "Capturing records of Lambda asynchronous invocations"."""
        context: dict[str, object] = {"statusCode": 200, "executedVersion": "$LATEST"}
        if condition != "Success":
            context["functionError"] = "Unhandled"
        return {
            "version": "1.0",
            "timestamp": f"{self._clock.now():%Y-%m-%dT%H:%M:%S.000Z}",
            "requestContext": {
                "requestId": one.request_id,
                "functionArn": f"{one.function.function_arn}:$LATEST",
                "condition": condition,
                "approximateInvokeCount": one.attempts,
            },
            "requestPayload": one.event,
            "responseContext": context,
            "responsePayload": said,
        }

    def _send(
        self,
        one: _Event,
        target: str,
        body: str,
        attributes: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        """To a queue or a topic, by the role's rights; what cannot be sent is counted and lost."""
        service, region, name = target.split(":")[2], target.split(":")[3], target.split(":")[5]
        action = "sqs:SendMessage" if service == "sqs" else "sns:Publish"
        arn = one.function.function_arn
        there = service in {"sqs", "sns"} and self._allows(one.function, action, target)
        with on_behalf_of(self._account_id, self._clock.now):
            if there and service == "sqs":
                backend = backends_of("sqs")[self._account_id][region]
                there = name in backend.queues
                if there:
                    backend.send_message(name, body, message_attributes=_of_queue(attributes))
            elif there:
                backend = backends_of("sns")[self._account_id][region]
                there = target in backend.topics
                if there:
                    backend.publish(
                        body, message_attributes=_of_topic(attributes), arn=target, subject=None
                    )
        if not there:
            metric = "DeadLetterErrors" if attributes else "DestinationDeliveryFailures"
            self._runner.metrics[arn, metric] += 1


def _settings(function: Any) -> Mapping[str, Any]:  # noqa: ANN401  moto's LambdaFunction
    held = getattr(function, "event_invoke_config", None)
    found: Mapping[str, Any] = held[-1].response() if held else {}
    return found


def _of_queue(attributes: Mapping[str, tuple[str, str]] | None) -> dict[str, Any]:
    return {
        name: {"DataType": kind, "StringValue": value}
        for name, (kind, value) in (attributes or {}).items()
    }


def _of_topic(attributes: Mapping[str, tuple[str, str]] | None) -> dict[str, Any]:
    return {
        name: {"Type": kind, "Value": value} for name, (kind, value) in (attributes or {}).items()
    }
