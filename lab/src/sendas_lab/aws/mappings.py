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
from typing import Any

from sendas_lab.aws.children import FunctionFailed
from sendas_lab.aws.functions import FunctionRunner
from sendas_lab.aws.service import Now, backends_of, is_in_use, on_behalf_of


_IDLE_SECONDS = 0.02
_ASLEEP_SECONDS = 0.2
"""How often to look while no mapping is there."""
_CONCURRENCY = 5
"""Lambda begins with five batches at once; MaximumConcurrency may lower it."""
_REPORTS = "ReportBatchItemFailures"


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
        self.errors: list[BaseException] = []
        """What polling raised: a defect of the lab, shown by `settle`."""

    def start(self) -> None:
        """Begin to poll."""
        self._running.set()
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
        while not self.idle():
            if time.monotonic() > until:
                msg = f"Lambda is still at work after {timeout_seconds} s"
                raise TimeoutError(msg)
            time.sleep(_IDLE_SECONDS)
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
                self.errors.append(error)
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
            messages = self._receive(mapping)
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
                self.errors.append(error)

    def _receive(self, mapping: Any) -> list[Any]:  # noqa: ANN401  moto's EventSourceMapping and Message
        queue = self._queue(mapping)
        backend = backends_of("sqs")[self._account_id][mapping.region]
        # moto rebuilds its list of messages without a lock, and would lose one sent meanwhile.
        with queue._messages_lock:  # noqa: SLF001  the same
            received: list[Any] = backend.receive_message(
                queue.name, mapping.batch_size, 0, queue.visibility_timeout
            )
        return received

    def _invoke(self, mapping: Any, messages: Sequence[Any]) -> None:  # noqa: ANN401  moto's
        region = mapping.event_source_arn.split(":")[3]
        function = backends_of("awslambda")[self._account_id][region].get_function(
            mapping.function_arn
        )
        try:
            answer = self._runner.run(function, batch_event(mapping.event_source_arn, messages))
            reports = _REPORTS in (mapping.function_response_types or ())
            failed = failures(answer, [m.id for m in messages]) if reports else frozenset()
        except (FunctionFailed, MalformedAnswer):
            return  # all of them come back when their visibility time-out ends
        self._delete(mapping, [m for m in messages if m.id not in failed])

    def _delete(self, mapping: Any, messages: Sequence[Any]) -> None:  # noqa: ANN401  moto's
        queue = self._queue(mapping)
        with on_behalf_of(self._account_id, self._now), queue._messages_lock:  # noqa: SLF001  as above
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


def batch_event(queue_arn: str, messages: Sequence[Any]) -> dict[str, object]:
    """The event of a batch, as the Lambda guide shows it; *messages* are moto's."""
    return {
        "Records": [
            {
                "messageId": message.id,
                "receiptHandle": message.receipt_handle,
                "body": message.body,
                "attributes": {
                    "ApproximateReceiveCount": str(message.approximate_receive_count),
                    "SentTimestamp": str(message.sent_timestamp),
                    "SenderId": message.sender_id,
                    "ApproximateFirstReceiveTimestamp": str(
                        message.approximate_first_receive_timestamp
                    ),
                },
                "messageAttributes": {},
                "md5OfBody": message.body_md5,
                "eventSource": "aws:sqs",
                "eventSourceARN": queue_arn,
                "awsRegion": queue_arn.split(":")[3],
            }
            for message in messages
        ]
    }
