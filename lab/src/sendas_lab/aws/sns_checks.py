"""What SNS refuses and moto takes, or refuses in other words.

Recorded (sns-test_sns.snapshot.json of LocalStack's tests): the texts are SNS's own.
"""

import re

from collections.abc import Mapping
from typing import Any

from sendas_lab.aws import sns_attribute_checks, sns_publish_checks
from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.service import backends_of


Given = Mapping[str, Any]
_PARAMETER = "InvalidParameter"
_ARN_PARTS, _SUBSCRIPTION_PARTS, _REGION = 6, 7, 3
_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo")
_PROTOCOLS = frozenset(
    {
        "application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs",
    }
)  # fmt: skip
_SETTABLE = frozenset(
    {
        "DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery",
        "RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy",
    }
)  # fmt: skip
_TOPIC_NAME, _TOPIC_ARN = "Topic Name", "TopicArn"
_TAGS_TWICE = "Duplicated keys are not allowed."
_OTHER_TAGS = "Tags Reason: Topic already exists with different tags"
_OTHER_TOPIC = "Attributes Reason: Topic already exists with different attributes"
_OTHER_SUBSCRIPTION = "Attributes Reason: Subscription already exists with different attributes"
_NO_VALUE = "SubscriptionArn Reason: no value for required parameter"
_ID, _ATTRIBUTE = "SubscriptionId", "AttributeName"


def refuse(operation: str, account_id: str, region: str, given: Given) -> None:
    """Raise what SNS answers to a request that moto would take.

    Raises:
        AwsError: SNS refuses it.
    """
    if operation == "CreateTopic":
        _check_name(given)
        _check_same_topic(account_id, region, given)
    if "TopicArn" in given and operation != "ConfirmSubscription":
        _check_topic(operation, account_id, region, given["TopicArn"])
    if "SubscriptionArn" in given:
        _check_subscription(operation, account_id, region, given)
    if operation == "Subscribe":
        _check_subscribing(account_id, region, given)
    if operation == "TagResource":
        names = [one.get("Key") for one in given.get("Tags") or ()]
        if len(names) > len(set(names)):
            raise _wrong(_TAGS_TWICE)
    if operation == "Publish":
        sns_publish_checks.publish(given)
    if operation == "PublishBatch":
        sns_publish_checks.batch(given)


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


def _check_same_topic(account_id: str, region: str, given: Given) -> None:
    """A topic that is there is given again, unless it is another by what was asked."""
    topics = backends_of("sns")[account_id][region].topics.values()
    held = next((one for one in topics if one.name == given.get("Name")), None)
    if held is None:
        return
    tags = {one.get("Key"): one.get("Value") for one in given.get("Tags") or ()}
    if not tags.items() <= held._tags.items():  # noqa: SLF001  moto keeps them so
        raise _wrong(_OTHER_TAGS)
    kept = {
        "DisplayName": held.display_name or "",
        "SignatureVersion": str(getattr(held, "signature_version", None) or "1"),
        "KmsMasterKeyId": held.kms_master_key_id or "",
    }
    asked = given.get("Attributes") or {}
    if any(str(asked[name]) != value for name, value in kept.items() if name in asked):
        raise _wrong(_OTHER_TOPIC)


def _check_subscribing(account_id: str, region: str, given: Given) -> None:
    protocol = str(given.get("Protocol") or "")
    if protocol not in _PROTOCOLS:
        text = f"Amazon SNS does not support this protocol string: {protocol}"
        raise _wrong(text)
    asked = given.get("Attributes") or {}
    for name, value in asked.items():
        wrong = sns_attribute_checks.wrong(name, str(value))
        if wrong is not None:
            text = f"Attributes Reason: {wrong}"
            raise _wrong(text)
    backend = backends_of("sns")[account_id][region]
    held = backend._find_subscription(  # noqa: SLF001  moto has no other
        given.get("TopicArn"), given.get("Endpoint"), protocol
    )
    if held is not None and not sns_attribute_checks.same(held.attributes, asked):
        raise _wrong(_OTHER_SUBSCRIPTION)


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
        name = given.get("AttributeName")
        if name not in _SETTABLE:
            raise _wrong(_ATTRIBUTE)
        wrong = sns_attribute_checks.wrong(str(name), str(given.get("AttributeValue") or ""))
        if wrong is not None:
            raise _wrong(wrong)
