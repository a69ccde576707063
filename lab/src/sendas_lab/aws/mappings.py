"""Event source mappings: Lambda polls queues, and hands batches to functions.

Source: Lambda guide, "Using Lambda with Amazon SQS": a batch that fails comes
back when its visibility time-out ends; with ReportBatchItemFailures only what
the function names does; an answer that cannot be understood fails the batch.
After maxReceiveCount SQS moves a message to the dead-letter queue.
"""

import threading
import time

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException

from sendas_lab.aws.children import FunctionFailed
from sendas_lab.aws.event_patterns import lets_through, read_pattern
from sendas_lab.aws.functions import FunctionRunner
from sendas_lab.aws.service import Now, backends_of, is_in_use, on_behalf_of


_IDLE_SECONDS = 0.02
_ASLEEP_SECONDS = 0.2
"""How often to look while no mapping is there."""
_CONCURRENCY = 5
"""Lambda begins with five batches at once; MaximumConcurrency may lower it."""
_REPORTS = "ReportBatchItemFailures"
_GONE = {"AWS.SimpleQueueService.NonExistentQueue", "ResourceNotFoundException"}
"""What moto says of a queue and of a function that are not there."""


class MalformedAnswer(Exception):
    """The function's answer names no failed messages that were in the batch."""


class Mappings:
    """The pollers of one account; moto keeps the mappings, the queues and the messages."""

    def __init__(self, account_id: str, now: Now, runner: FunctionRunner) -> None:
        self._account_id = account_id
        self._now = now
        self._runner = runner
        self._running = threading.Event()
        self._thread: threading.Thread | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._working: dict[str, set[Future[None]]] = {}
        self._lock = threading.Lock()
        self._since: dict[str, datetime] = {}
        self._hurrying = 0
        self.errors: list[BaseException] = []
        """What polling raised: a defect of the lab, shown by `settle`."""

    def start(self) -> None:
        """Begin to poll."""
        self._running.set()
        self.errors.clear()  # what was at work when it stopped belongs to those who are gone
        self._pool = ThreadPoolExecutor(thread_name_prefix="lambda-batch")
        self._thread = threading.Thread(target=self._poll, name="lambda-poller", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop; batches at work may end."""
        self._running.clear()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def settle(self, timeout_seconds: float = 30.0) -> None:
        """Wait until no visible message is left and no batch is at work.

        Raises:
            TimeoutError: Still at work.
            Exception: Whatever polling raised.
        """
        until = time.monotonic() + timeout_seconds
        self._hurrying += 1  # who waits for the end does not wait for batching windows
        try:
            while not self.idle():
                if time.monotonic() > until:
                    msg = f"Lambda is still at work after {timeout_seconds} s"
                    raise TimeoutError(msg)
                time.sleep(_IDLE_SECONDS)
        finally:
            self._hurrying -= 1
        if self.errors:
            raise self.errors.pop(0)

    def idle(self) -> bool:
        """Whether nothing is to do just now; messages out of sight may wait."""
        with self._lock:
            if any(self._working.values()):
                return False
            with on_behalf_of(self._account_id, self._now):
                return all(not self._queue(m).messages for m in self._mappings() if m.enabled)

    def _mappings(self) -> list[Any]:
        if not is_in_use("awslambda"):
            return []
        regions = backends_of("awslambda")[self._account_id]
        return [
            mapping
            for backend in list(regions.values())
            for mapping in list(backend._event_source_mappings.values())  # noqa: SLF001  moto has no other list
            if ":sqs:" in mapping.event_source_arn and self._stands(mapping)
        ]

    def _stands(self, mapping: Any) -> bool:  # noqa: ANN401  moto's EventSourceMapping
        """Whether its queue is there: a mapping outlives its queue, and polls nothing then."""
        region, _, name = mapping.event_source_arn.split(":")[3:]
        return is_in_use("sqs") and name in backends_of("sqs")[self._account_id][region].queues

    def _queue(self, mapping: Any) -> Any:  # noqa: ANN401  moto's EventSourceMapping and Queue
        region, _, name = mapping.event_source_arn.split(":")[3:]
        return backends_of("sqs")[self._account_id][region].get_queue(name)

    def _poll(self) -> None:
        while self._running.is_set():
            try:
                found = self._look()
            except Exception as error:  # noqa: BLE001  a queue deleted meanwhile must not end the thread
                self._note(error)
                found = False
            time.sleep(_IDLE_SECONDS if found else _ASLEEP_SECONDS)

    def _look(self) -> bool:
        """Hand out one batch of each mapping; whether there are mappings at all."""
        mappings = self._mappings()
        for mapping in mappings:
            if not mapping.enabled:
                continue
            while self._free(mapping) and self._running.is_set():
                if not self._hand_out(mapping):
                    break
        return bool(mappings)

    def _free(self, mapping: Any) -> bool:  # noqa: ANN401  moto's EventSourceMapping
        most = (mapping.scaling_config or {}).get("MaximumConcurrency", _CONCURRENCY)
        with self._lock:
            return bool(len(self._working.setdefault(mapping.uuid, set())) < most)

    def _hand_out(self, mapping: Any) -> bool:  # noqa: ANN401  moto's EventSourceMapping
        with self._lock, on_behalf_of(self._account_id, self._now):
            if not self._full(mapping):
                return False
            messages = self._wanted(mapping, self._receive(mapping))
            if not messages or self._pool is None:
                return False
            future = self._pool.submit(self._invoke, mapping, messages)
            working = self._working[mapping.uuid]
            working.add(future)
        future.add_done_callback(lambda done: self._done(working, done))
        return True

    def _done(self, working: set[Future[None]], future: Future[None]) -> None:
        with self._lock:
            working.discard(future)
            error = None if future.cancelled() else future.exception()
        if error is not None:
            self._note(error)

    def _note(self, error: BaseException) -> None:
        """Keep it for `settle`, unless queue or function were deleted meanwhile."""
        codes = {getattr(error, "code", ""), getattr(error, "error_type", "")}
        if not codes & _GONE:
            self.errors.append(error)

    def _full(self, mapping: Any) -> bool:  # noqa: ANN401  moto's EventSourceMapping
        """Whether there is a batch: enough messages, or the batching window is over."""
        there = len(self._queue(mapping).messages)
        window = timedelta(seconds=float(mapping.max_batch_window or 0))
        if not there:
            self._since.pop(mapping.uuid, None)
            return False
        since = self._since.setdefault(mapping.uuid, self._now())
        waits = window and not self._hurrying
        if waits and there < mapping.batch_size and self._now() - since < window:
            return False
        self._since.pop(mapping.uuid, None)
        return True

    def _wanted(self, mapping: Any, messages: list[Any]) -> list[Any]:  # noqa: ANN401  moto's
        """Those that the mapping's filters let through; the others are deleted."""
        criteria = mapping.filter_criteria or {}
        patterns = [read_pattern(one.get("Pattern")) for one in criteria.get("Filters") or ()]
        records = batch_event(mapping.event_source_arn, messages)["Records"]
        wanted: list[Any] = []
        unwanted: list[Any] = []
        for message, record in zip(messages, records, strict=True):
            (wanted if lets_through(patterns, record) else unwanted).append(message)
        queue = self._queue(mapping)
        for message in unwanted:
            queue.delete_message(message.receipt_handle)
        return wanted

    def _receive(self, mapping: Any) -> list[Any]:  # noqa: ANN401  moto's EventSourceMapping and Message
        queue = self._queue(mapping)
        backend = backends_of("sqs")[self._account_id][mapping.region]
        received: list[Any] = backend.receive_message(
            queue.name, mapping.batch_size, 0, queue.visibility_timeout, ["All"]
        )
        return received

    def _invoke(self, mapping: Any, messages: Sequence[Any]) -> None:  # noqa: ANN401  moto's
        region = mapping.event_source_arn.split(":")[3]
        try:
            # A mapping outlives its function; its messages then wait for one.
            function = backends_of("awslambda")[self._account_id][region].get_function(
                mapping.function_arn
            )
            windowed = bool(mapping.max_batch_window)
            event = batch_event(mapping.event_source_arn, messages, windowed=windowed)
            answer = self._runner.run(function, event)
            reports = _REPORTS in (mapping.function_response_types or ())
            failed = failures(answer, [m.id for m in messages]) if reports else frozenset()
        except (FunctionFailed, MalformedAnswer, UnknownFunctionException):
            return  # all of them come back when their visibility time-out ends
        self._delete(mapping, [m for m in messages if m.id not in failed])

    def _delete(self, mapping: Any, messages: Sequence[Any]) -> None:  # noqa: ANN401  moto's
        queue = self._queue(mapping)
        with on_behalf_of(self._account_id, self._now):
            for message in messages:
                queue.delete_message(message.receipt_handle)


def failures(answer: object, ids: Sequence[str]) -> frozenset[str]:
    """The message ids that the function says have failed.

    Raises:
        MalformedAnswer: It cannot be understood: then all have failed.
    """
    if answer is None:
        return frozenset()
    if not isinstance(answer, Mapping):
        raise MalformedAnswer(answer)
    listed = answer.get("batchItemFailures") or ()
    named = {
        entry.get("itemIdentifier") if isinstance(entry, Mapping) else None for entry in listed
    }
    if not named <= set(ids):
        raise MalformedAnswer(answer)
    return frozenset(str(name) for name in named)


def batch_event(
    queue_arn: str, messages: Sequence[Any], *, windowed: bool = False
) -> dict[str, list[dict[str, Any]]]:
    """The event of a batch, as the Lambda guide shows it; *messages* are moto's.

    Recorded: with a batching window a message without attributes has a digest of null.
    """
    return {"Records": [_record(queue_arn, message, windowed=windowed) for message in messages]}


def _record(queue_arn: str, message: Any, *, windowed: bool) -> dict[str, Any]:  # noqa: ANN401  moto's
    own = {name: _attribute(value) for name, value in (message.message_attributes or {}).items()}
    record: dict[str, Any] = {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SenderId": message.sender_id,
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
            **_of_fifo(message),
        },
        "messageAttributes": own,
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
    if own or windowed:
        record["md5OfMessageAttributes"] = message.attribute_md5 if own else None
    return record


def _of_fifo(message: Any) -> dict[str, str]:  # noqa: ANN401  moto's Message
    found = {
        "MessageGroupId": message.group_id,
        "MessageDeduplicationId": message.deduplication_id,
        "SequenceNumber": message.sequence_number,
    }
    return {name: str(value) for name, value in found.items() if value}


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    """A message attribute as Lambda spells it: small letters, and empty lists."""
    shape: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    for key in ("StringValue", "BinaryValue", "DataType"):
        if value.get(key) is not None:
            shape[key[0].lower() + key[1:]] = value[key]
    return shape
