"""What SNS refuses of a message to publish, alone or in a batch.

Recorded (sns-test_sns.snapshot.json of LocalStack's tests): the texts are SNS's own.
"""

import json
import re

from collections.abc import Iterator, Mapping
from typing import Any

from sendas_lab.aws.errors import AwsError


Given = Mapping[str, Any]
_PARAMETER, _VALUE, _VALIDATION = "InvalidParameter", "ParameterValueInvalid", "ValidationError"
_ID = "InvalidBatchEntryId"
_SUBJECT, _EMPTY, _TOO_LONG = "Subject", "Empty message", "Message too long"
_NO_JSON = "Message Structure - JSON message body failed to parse"
_NO_DEFAULT = "Message Structure - No default entry in JSON message body"
_MAX_BYTES = 262_144
_MAX_NAME_BYTES = 256
_MAX_ID = 80
_KIND = re.compile(r"(String|Number|Binary)(\..+)?", re.DOTALL)
_FOREIGN = re.compile(r"[^A-Za-z0-9_.-]")
_FOREIGN_TO_ID = re.compile(r"[^A-Za-z0-9_-]")


def publish(given: Given) -> None:
    """One message.

    Raises:
        AwsError: SNS refuses it.
    """
    if "Subject" in given and not given["Subject"]:
        raise _wrong(_SUBJECT)
    if not given.get("Message"):
        raise _wrong(_EMPTY)
    if _size(given) > _MAX_BYTES:
        raise _wrong(_TOO_LONG)
    _check_structure(given)
    _check_attributes("messageAttributes", given.get("MessageAttributes"))


def batch(given: Given) -> None:
    """Up to ten messages; moto asks for their number, and whether ids are told twice.

    Raises:
        AwsError: SNS refuses all of them.
    """
    entries = given.get("PublishBatchRequestEntries") or ()
    for entry in entries:
        _check_id(str(entry.get("Id") or ""))
    if sum(map(_size, entries)) > _MAX_BYTES:
        code = "BatchRequestTooLong"
        text = "The length of all the messages put together is more than the limit."
        raise AwsError(code, text, 400)
    for number, entry in enumerate(entries, 1):
        place = f"publishBatchRequestEntries.{number}.member.messageAttributes"
        _check_structure(entry)
        _check_attributes(place, entry.get("MessageAttributes"))


def _wrong(text: str) -> AwsError:
    return AwsError(_PARAMETER, f"Invalid parameter: {text}", 400)


def _size(given: Given) -> int:
    """In bytes: the message, and names, types and values of its attributes."""
    told = len(_bytes(given.get("Message")))
    for name, value in (given.get("MessageAttributes") or {}).items():
        told += len(_bytes(name)) + sum(len(_bytes(part)) for part in (value or {}).values())
    return told


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value or "").encode("utf-8", "replace")


def _check_id(name: str) -> None:
    if len(name) > _MAX_ID:
        raise AwsError(
            _ID, f"The Id of a batch entry in the batch request is too long: {name}", 400
        )
    if _FOREIGN_TO_ID.search(name):
        text = "The Id of a batch entry in the batch request contains an impermissible character"
        raise AwsError(_ID, f"{text}: {name}", 400)


def _check_structure(given: Given) -> None:
    if given.get("MessageStructure") != "json":
        return
    try:
        told = json.loads(str(given.get("Message") or ""))
    except ValueError:
        raise _wrong(_NO_JSON) from None
    if not isinstance(told, dict) or not isinstance(told.get("default"), str):
        raise _wrong(_NO_DEFAULT)


def _check_attributes(place: str, attributes: Any) -> None:  # noqa: ANN401  anything sent
    for name, value in (attributes or {}).items():
        for said in (*_of_name(str(name)), *_of_attribute(place, str(name), value or {})):
            raise said


def _of_name(name: str) -> Iterator[AwsError]:
    foreign = _FOREIGN.search(name)
    if len(name.encode("utf-8", "replace")) > _MAX_NAME_BYTES:
        text = "Length of message attribute name must be less than 256 bytes."
    elif foreign:
        text = (
            f"Invalid non-alphanumeric character '#x{ord(foreign[0]):X}' was found in the message"
            " attribute name. Can only include alphanumeric characters, hyphens, underscores, or"
            " dots."
        )
    elif name.startswith("."):
        text = "Invalid message attribute name starting with character '.' was found."
    elif name.endswith("."):
        text = "Invalid message attribute name ending with character '.' was found."
    elif ".." in name:
        text = "Message attribute name can not have successive '.' character."
    else:
        return
    yield AwsError(_VALUE, text, 400)


def _of_attribute(place: str, name: str, value: Given) -> Iterator[AwsError]:
    kind = str(value.get("DataType") or "")
    if not kind:
        text = (
            f"1 validation error detected: Value null at '{place}.{name}.member.dataType' failed"
            " to satisfy constraint: Member must not be null"
        )
        yield AwsError(_VALIDATION, text, 400)
        return
    known = _KIND.fullmatch(kind)
    if known is None:
        text = (
            f"The message attribute '{name}' has an invalid message attribute type, the set of"
            " supported type prefixes is Binary, Number, and String."
        )
        yield AwsError(_VALUE, text, 400)
        return
    wanted, other = ("Binary", "String") if known[1] == "Binary" else ("String", "Binary")
    if value.get(f"{wanted}Value"):
        return
    if value.get(f"{other}Value"):
        text = f"The message attribute '{name}' with type '{kind}' must use field '{wanted}'."
    else:
        text = (
            f"The message attribute '{name}' must contain non-empty message attribute value for"
            f" message attribute type '{kind}'."
        )
    yield AwsError(_VALUE, text, 400)
