"""A bucket and an SQS queue that several machines share, from several threads.

S3 holds the truth: objects, written only over what was read.  SQS carries reminders: the
number of something that somebody should look at.
"""

import json

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from sendas.aws.absent import NO_BUCKET, NO_QUEUE
from sendas.aws.calls import worth_another_try
from sendas.aws.lean import Lean, Listed, Stored
from sendas.aws.per_thread import PerThread
from sendas.aws.refusals import NotFound
from sendas.aws.signer import AwsKey
from sendas.ses.regions import Region


LONGEST_DELAY_SECONDS = 900
"""Of a new message (SQS API reference, SendMessage, DelaySeconds)."""
_LONGEST_HIDDEN_SECONDS = 43_000
"""Twelve hours since it was received, which was some seconds ago (SQS API reference,
ChangeMessageVisibility)."""
_AT_ONCE = 10
"""SQS API reference, ReceiveMessage, MaxNumberOfMessages."""


class Reminder(NamedTuple):
    """*number* is to be looked at; *handle* is by which it is put off or forgotten."""

    number: int
    handle: str


class Shared(Protocol):
    """What the relay's shared queue needs of AWS.  Each call raises AwsFailure."""

    def read(self, key: str) -> Stored | None:
        """An object; None if there is none."""

    def write(self, key: str, content: bytes, *, only_over: str | None = None) -> str:
        """Put an object, only over what has that ETag (empty: over nothing); gives its ETag.

        Raises:
            Conflict: Something else stands there: after a lost answer, perhaps this very write.
            NotFound: Nothing stands there any more.
        """

    def remove(self, key: str) -> None:
        """Delete an object; one that is not there is deleted too."""

    def listing(self, prefix: str, *, most: int, behind: str = "") -> tuple[Listed, ...]:
        """The first *most* objects under *prefix*, by key, of those *behind* a key."""

    def remind(self, number: int, seconds: int) -> None:
        """Let somebody look at *number* in *seconds*."""

    def reminders(self) -> list[Reminder]:
        """Up to ten that are due; nobody else gets them for the queue's visibility timeout."""

    def put_off(self, reminder: Reminder, seconds: int) -> None:
        """Let it come back in *seconds*."""

    def forget(self, reminder: Reminder) -> None:
        """It is not needed any more."""


class NowhereShared(NotFound):
    """The bucket, or the queue, is not there."""

    def __init__(self, error: NotFound, place: str) -> None:
        self.hint = f": there is no {place}; [relay] in sendas.toml names it"
        super().__init__(error.action, error.code, error.text, error.status)


class SharedQueue:
    """`Shared` over HTTP, a connection for each thread; the queue's name is looked up once."""

    def __init__(
        self,
        region: Region,
        environment: Mapping[str, str],
        key: Callable[[], AwsKey],
        bucket: str,
        queue: str,
    ) -> None:
        self._bucket, self._queue = bucket, queue
        self._url = ""
        self._clients = PerThread(key, lambda held: Lean(held, region, environment))

    def read(self, key: str) -> Stored | None:
        """An object; None if there is none."""
        try:
            with self._naming():
                return self._clients.client().read(self._bucket, key)
        except NowhereShared:
            raise
        except NotFound:
            return None

    def write(self, key: str, content: bytes, *, only_over: str | None = None) -> str:
        """Put an object; gives its ETag."""
        with self._naming():
            return self._clients.client().write(self._bucket, key, content, only_over=only_over)

    def remove(self, key: str) -> None:
        """Delete an object."""
        with self._naming():
            self._clients.client().remove(self._bucket, key)

    def listing(self, prefix: str, *, most: int, behind: str = "") -> tuple[Listed, ...]:
        """Objects by key."""
        with self._naming():
            return self._clients.client().listing(self._bucket, prefix, most=most, behind=behind)

    def remind(self, number: int, seconds: int) -> None:
        """SendMessage."""
        delay = max(0, min(seconds, LONGEST_DELAY_SECONDS))
        self._ask("SendMessage", MessageBody=str(number), DelaySeconds=delay)

    def reminders(self) -> list[Reminder]:
        """ReceiveMessage; what is none of ours is deleted."""
        answer = self._ask("ReceiveMessage", MaxNumberOfMessages=_AT_ONCE)
        found = []
        messages = answer.get("Messages") or ()
        for one in messages if isinstance(messages, list) else ():
            body, handle = str(one["Body"]), str(one["ReceiptHandle"])
            if body.isascii() and body.isdecimal():
                found.append(Reminder(int(body), handle))
            else:
                self.forget(Reminder(0, handle))
        return found

    def put_off(self, reminder: Reminder, seconds: int) -> None:
        """ChangeMessageVisibility."""
        hidden = max(0, min(seconds, _LONGEST_HIDDEN_SECONDS))
        self._ask(
            "ChangeMessageVisibility", ReceiptHandle=reminder.handle, VisibilityTimeout=hidden
        )

    def forget(self, reminder: Reminder) -> None:
        """DeleteMessage."""
        self._ask("DeleteMessage", ReceiptHandle=reminder.handle)

    def close(self) -> None:
        """Hang up what the present thread keeps open."""
        self._clients.close()

    @contextmanager
    def _naming(self) -> Iterator[None]:
        """Say which place is meant where there is none."""
        try:
            yield
        except NotFound as error:
            for codes, place in (
                (NO_BUCKET, f"bucket {self._bucket}"),
                (NO_QUEUE, f"queue {self._queue}"),
            ):
                if error.code in codes:
                    raise NowhereShared(error, place) from error
            raise

    def _ask(self, operation: str, **parameters: object) -> Mapping[str, object]:
        if not self._url:
            found = self._call("GetQueueUrl", {"QueueName": self._queue})
            self._url = str(found["QueueUrl"])
        return self._call(operation, {"QueueUrl": self._url, **parameters})

    def _call(self, operation: str, parameters: Mapping[str, object]) -> Mapping[str, object]:
        lean = self._clients.client()
        url, action = lean.endpoint("sqs") + "/", f"sqs:{operation}"
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"AmazonSQS.{operation}",
        }
        body = json.dumps(parameters).encode("ascii")
        with self._naming():
            reply = lean.patiently(
                lambda: lean.call(action, "sqs", "POST", url, headers, body),
                again=worth_another_try,
            )
        answer = json.loads(reply.body or b"{}")
        return answer if isinstance(answer, dict) else {}
