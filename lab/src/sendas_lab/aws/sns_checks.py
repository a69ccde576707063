"""What SNS refuses and moto takes, or refuses in other words.

Recorded (sns-test_sns.snapshot.json of LocalStack's tests): the texts are SNS's own.
"""

import re

from collections.abc import Iterator, Mapping
from typing import Any

from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.service import backends_of


Given = Mapping[str, Any]
_PARAMETER, _VALUE, _VALIDATION = "InvalidParameter", "ParameterValueInvalid", "ValidationError"
_ARN_PARTS, _SUBSCRIPTION_PARTS, _REGION = 6, 7, 3
_MAX_BYTES = 262_144
_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo")
_SETTABLE = frozenset(
    {
        "DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery",
        "RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy",
    }
)  # fmt: skip
_TOO_LONG, _TOPIC_NAME, _TOPIC_ARN = "Message too long", "Topic Name", "TopicArn"
_NO_VALUE = "SubscriptionArn Reason: no value for required parameter"
_ID, _ATTRIBUTE = "SubscriptionId", "AttributeName"
_KINDS = ("String", "Number", "Binary")


def refuse(operation: str, account_id: str, region: str, given: Given) -> None:
    """Raise what SNS answers to a request that moto would take.

    Raises:
        AwsError: SNS refuses it.
    """
    if operation == "CreateTopic":
        _check_name(given)
    if "TopicArn" in given and operation != "ConfirmSubscription":
        _check_topic(operation, account_id, region, given["TopicArn"])
    if "SubscriptionArn" in given:
        _check_subscription(operation, account_id, region, given)
    if operation == "Publish":
        if len(str(given.get("Message") or "").encode()) > _MAX_BYTES:
            raise _wrong(_TOO_LONG)
        _check_attributes("messageAttributes", given.get("MessageAttributes"))
    if operation == "PublishBatch":
        for number, entry in enumerate(given.get("PublishBatchRequestEntries") or (), 1):
            place = f"publishBatchRequestEntries.{number}.member.messageAttributes"
            _check_attributes(place, entry.get("MessageAttributes"))


def _wrong(text: str) -> AwsError:
    return AwsError(_PARAMETER, f"Invalid parameter: {text}", 400)


def _missing(text: str) -> AwsError:
    code = "NotFound"
    return AwsError(code, text, 404)


_NO_TOPIC, _NO_SUBSCRIPTION = "Topic does not exist", "Subscription does not exist"


def _check_name(given: Given) -> None:
    name = str(given.get("Name") or "")
    fifo = str((given.get("Attributes") or {}).get("FifoTopic", "")).lower() == "true"
    if not _NAME.fullmatch(name) or fifo is not name.endswith(".fifo"):
        raise _wrong(_TOPIC_NAME)


def _check_topic(operation: str, account_id: str, region: str, arn: Any) -> None:  # noqa: ANN401  anything sent
    parts = str(arn or "").split(":")
    if len(parts) < _ARN_PARTS:
        text = f"TopicArn Reason: An ARN must have at least 6 elements, not {len(parts)}"
        raise _wrong(text)
    if parts[_REGION] != region and operation != "DeleteTopic":
        raise _wrong(_TOPIC_ARN)
    topics = backends_of("sns")[account_id][region].topics
    if operation in {"Publish", "PublishBatch"} and arn not in topics:
        raise _missing(_NO_TOPIC)


def _check_subscription(operation: str, account_id: str, region: str, given: Given) -> None:
    arn = str(given["SubscriptionArn"] or "")
    parts = arn.split(":")
    if not arn:
        raise _wrong(_NO_VALUE)
    if len(parts) < _ARN_PARTS:
        text = f"SubscriptionArn Reason: An ARN must have at least 6 elements, not {len(parts)}"
        raise _wrong(text)
    if operation == "Unsubscribe" and len(parts) < _SUBSCRIPTION_PARTS:
        raise _wrong(_ID)
    if operation == "SetSubscriptionAttributes":
        if arn not in backends_of("sns")[account_id][region].subscriptions:
            raise _missing(_NO_SUBSCRIPTION)
        if given.get("AttributeName") not in _SETTABLE:
            raise _wrong(_ATTRIBUTE)


def _check_attributes(place: str, attributes: Any) -> None:  # noqa: ANN401  anything sent
    for name, value in (attributes or {}).items():
        for said in _of_attribute(place, str(name), value or {}):
            raise said


def _of_attribute(place: str, name: str, value: Given) -> Iterator[AwsError]:
    kind = value.get("DataType")
    if not kind:
        text = (
            f"1 validation error detected: Value null at '{place}.{name}.member.dataType' failed"
            " to satisfy constraint: Member must not be null"
        )
        yield AwsError(_VALIDATION, text, 400)
        return
    base = str(kind).partition(".")[0]
    if base not in _KINDS:
        return  # moto's words are right
    field, other = (
        ("BinaryValue", "StringValue")
        if base == "Binary"
        else (
            "StringValue",
            "BinaryValue",
        )
    )
    if value.get(field):
        return
    if value.get(other):
        wanted = field.removesuffix("Value")
        text = f"The message attribute '{name}' with type '{kind}' must use field '{wanted}'."
    else:
        text = (
            f"The message attribute '{name}' must contain non-empty message attribute value for"
            f" message attribute type '{kind}'."
        )
    yield AwsError(_VALUE, text, 400)
