"""What SQS refuses and moto takes, or refuses in other words.

Recorded (test_sqs.snapshot.json of LocalStack's tests) where docs/lab-recorded.md has it;
ranges are those of the API reference, in the words of what is recorded.
"""

import re

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.service import Call, backends_of


Given = Mapping[str, Any]
_SERVICE = "AWS.SimpleQueueService."
_RANGES = {
    "DelaySeconds": (0, 900, "Must be >= 0 and <= 900, if provided."),
    "MaxNumberOfMessages": (1, 10, "Must be between 1 and 10, if provided."),
    "VisibilityTimeout": (0, 43_200, "Must be between 0 and 43200, if provided."),
    "WaitTimeSeconds": (0, 20, "Must be >= 0 and <= 20, if provided."),
}
_MOST_ENTRIES, _MOST_BYTES = 10, 1_048_576
_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_QUEUE_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo")
_IN_BATCHES = {
    "SendMessageBatch": "Send",
    "DeleteMessageBatch": "Delete",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0's characters are SQS's: API reference, SendMessage."""
_FREE_AGAIN = timedelta(seconds=60)
_FIFO_ALONE = frozenset({"FifoQueue", "ContentBasedDeduplication"})


def refuse(call: Call, account_id: str, region: str, now: datetime, *, waits: bool) -> None:
    """Raise what SQS answers to a request that moto would take.

    *waits*: whether the caller waits by itself until a deleted queue's name is free again.

    Raises:
        AwsError: SQS refuses it.
    """
    given = call.parameters
    _check_required(call)
    if call.operation == "CreateQueue":
        _check_name(given, account_id, region, None if waits else now)
        return
    queue = _queue(account_id, region, given.get("QueueUrl"))
    if queue is None and "QueueUrl" in call.model.input_shape.members:
        code = "NonExistentQueue"
        text = "The specified queue does not exist."
        raise _own(code, text)
    if call.operation == "SetQueueAttributes":
        _check_attributes(queue, given.get("Attributes") or {})
    if call.operation in _IN_BATCHES:
        _check_batch(call.operation, given.get("Entries") or [])
    for entry in (given, *(given.get("Entries") or ())):
        for name, value in entry.items():
            if name in _RANGES:
                _check_range(name, value)
    if call.operation == "SendMessage":
        for said in of_message(queue, given):
            raise said


def deleted(call: Call, account_id: str, region: str, now: datetime) -> None:
    """Remember when a queue was deleted: its name is free again after 60 seconds."""
    name = str(call.parameters.get("QueueUrl") or "").rpartition("/")[2]
    backend = backends_of("sqs")[account_id][region]
    if name in backend.queues:
        _graves(backend)[name] = now


def _graves(backend: Any) -> dict[str, datetime]:  # noqa: ANN401  moto's SQSBackend
    graves: dict[str, datetime] = vars(backend).setdefault("sendas_deleted", {})
    return graves


def _own(code: str, text: str) -> AwsError:
    return AwsError(_SERVICE + code, text, 400)


def _value(text: str) -> AwsError:
    code = "InvalidParameterValue"
    return AwsError(code, text, 400)


def _queue(account_id: str, region: str, url: object) -> Any:  # noqa: ANN401  moto's Queue
    name = str(url or "").rpartition("/")[2]
    return backends_of("sqs")[account_id][region].queues.get(name)


def _check_required(call: Call) -> None:
    shape = call.model.input_shape
    for name in shape.required_members if shape else ():
        value = call.parameters.get(name)
        if value is None or value == "":
            code, text = "MissingParameter", f"The request must contain the parameter {name}."
            raise AwsError(code, text, 400)


def _check_name(given: Given, account_id: str, region: str, now: datetime | None) -> None:
    name = str(given.get("QueueName") or "")
    fifo = str((given.get("Attributes") or {}).get("FifoQueue", "")).lower() == "true"
    if not _QUEUE_NAME.fullmatch(name):
        text = (
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )
        raise _value(text)
    if name.endswith(".fifo") and not fifo:
        return  # moto's words are right
    backend = backends_of("sqs")[account_id][region]
    gone = _graves(backend).get(name)
    if now is not None and gone is not None and now - gone < _FREE_AGAIN:
        text = (
            "You must wait 60 seconds after deleting a queue before you can create another with"
            " the same name."
        )
        code = "QueueDeletedRecently"
        raise _own(code, text)
    held = backend.queues.get(name)
    if held is None:
        return
    for attribute, value in (given.get("Attributes") or {}).items():
        stands = held.attributes.get(attribute)
        if stands is not None and str(stands) != str(value) and str(value).isdigit():
            code = "QueueAlreadyExists"
            text = (
                "A queue already exists with the same name and a different value for attribute"
                f" {attribute}"
            )
            raise AwsError(code, text, 400)


def _check_attributes(queue: Any, given: Given) -> None:  # noqa: ANN401  moto's Queue
    if "FifoQueue" not in given:
        return
    if not queue.fifo_queue:
        code, text = "InvalidAttributeName", "Unknown Attribute FifoQueue."
        raise AwsError(code, text, 400)
    code = "InvalidAttributeValue"
    text = (
        "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."
    )
    if str(given["FifoQueue"]).lower() != "true":
        raise AwsError(code, text, 400)


def _check_batch(operation: str, entries: list[Given]) -> None:
    if not entries:
        code = "EmptyBatchRequest"
        text = (
            f"There should be at least one {_IN_BATCHES[operation]}MessageBatchRequestEntry in the"
            " request."
        ).replace("VisibilityMessage", "Visibility")
        raise _own(code, text)
    if len(entries) > _MOST_ENTRIES:
        code = "TooManyEntriesInBatchRequest"
        text = f"Maximum number of entries per request are 10. You have sent {len(entries)}."
        raise _own(code, text)
    told: set[str] = set()
    for entry in entries:
        name = str(entry.get("Id") or "")
        if not _ENTRY_ID.fullmatch(name):
            code = "InvalidBatchEntryId"
            text = (
                "A batch entry id can only contain alphanumeric characters, hyphens and"
                " underscores. It can be at most 80 letters long."
            )
            raise _own(code, text)
        if name in told:
            code = "BatchEntryIdsNotDistinct"
            text = f"Id {name} repeated."
            raise _own(code, text)
        told.add(name)
    size = sum(map(_size, entries))
    if size > _MOST_BYTES:
        code = "BatchRequestTooLong"
        text = (
            f"Batch requests cannot be longer than {_MOST_BYTES} bytes."
            f" You have sent {size} bytes."
        )
        raise _own(code, text)


def _check_range(name: str, value: object) -> None:
    least, most, reason = _RANGES[name]
    if isinstance(value, int) and not least <= value <= most:
        text = f"Value {value} for parameter {name} is invalid. Reason: {reason}"
        raise _value(text)


def of_message(queue: Any, given: Given) -> Iterator[AwsError]:  # noqa: ANN401  moto's Queue
    """Everything because of which a message cannot be sent."""
    for name, value in (given.get("MessageAttributes") or {}).items():
        kind = str(value.get("DataType") or "").partition(".")[0]
        field = "BinaryValue" if kind == "Binary" else "StringValue"
        if kind in {"String", "Number", "Binary"} and not value.get(field):
            yield _value(
                f"Message (user) attribute '{name}' must contain a non-empty value of type"
                f" '{'Binary' if kind == 'Binary' else 'String'}'."
            )
    if given.get("DelaySeconds") is not None and queue.fifo_queue and given["DelaySeconds"]:
        yield _value(
            f"Value {given['DelaySeconds']} for parameter DelaySeconds is invalid. Reason: The"
            " request include parameter that is not valid for this queue type."
        )
    if _size(given) > int(queue.maximum_message_size):
        yield _value(
            "One or more parameters are invalid. Reason: Message must be shorter than"
            f" {queue.maximum_message_size} bytes."
        )
    wrong = _FORBIDDEN.search(str(given.get("MessageBody") or ""))
    if wrong:
        code = "InvalidMessageContents"
        text = (
            f"Invalid binary character '#x{ord(wrong[0]):X}' was found in the message body, the"
            " set of allowed characters is #x9 | #xA | #xD | [#x20 to #xD7FF] | [#xE000 to #xFFFD]"
            " | [#x10000 to #x10FFFF]"
        )
        yield AwsError(code, text, 400)


def _size(entry: Given) -> int:
    size = len(str(entry.get("MessageBody") or "").encode("utf-8", "surrogatepass"))
    for name, value in (entry.get("MessageAttributes") or {}).items():
        size += len(name.encode()) + len(str(value.get("DataType") or "").encode())
        size += len(str(value.get("StringValue") or "").encode())
        size += len(value.get("BinaryValue") or b"")
    return size
