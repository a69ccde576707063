"""AWS::SQS types.

Source: CloudFormation Template Reference, Amazon SQS.
"""

import json

from sendas_lab.cloudformation.calls import ResourceFailed
from sendas_lab.cloudformation.provider import Made, Properties, Provider, Work, words
from sendas_lab.cloudformation.template import Value


_ATTRIBUTES = (
    "DelaySeconds", "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize",
    "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy",
    "RedrivePolicy", "SqsManagedSseEnabled", "VisibilityTimeout", "FifoQueue",
    "ContentBasedDeduplication",
)  # fmt: skip
_DEFAULTS = {
    "DelaySeconds": "0", "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0", "VisibilityTimeout": "30",
}  # fmt: skip


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value)


def _tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or ()}


def _create(work: Work, properties: Properties) -> Made:
    name = properties.get("QueueName") or work.name(80)
    if not properties.get("QueueName") and properties.get("FifoQueue"):
        name = f"{work.name(75)}.fifo"
    if properties.get("QueueName") and _exists(work, name):
        # The API gives the standing queue when its attributes are the same; CloudFormation fails.
        text = f"{name} already exists"
        raise ResourceFailed(text, "AlreadyExists")
    attributes = {key: _text(properties[key]) for key in _ATTRIBUTES if key in properties}
    made = work.call(
        "sqs", "CreateQueue", QueueName=name, Attributes=attributes, tags=_tags(properties)
    )
    return _made(work, made["QueueUrl"], name)


def _made(work: Work, url: str, name: str) -> Made:
    return Made(url, {"Arn": work.arn("sqs", name), "QueueName": name, "QueueUrl": url})


def _exists(work: Work, name: str) -> bool:
    try:
        work.call("sqs", "GetQueueUrl", QueueName=name)
    except ResourceFailed as error:
        if error.kind == "NotFound":
            return False
        raise
    return True


def _update(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    changed = {
        key: _text(wanted[key]) if key in wanted else _DEFAULTS.get(key, "")
        for key in _ATTRIBUTES
        if wanted.get(key) != before.get(key)
    }
    if changed:
        work.call("sqs", "SetQueueAttributes", QueueUrl=made.physical_id, Attributes=changed)
    old, new = _tags(before), _tags(wanted)
    if new != old:
        gone = [key for key in old if key not in new]
        if gone:
            work.call("sqs", "UntagQueue", QueueUrl=made.physical_id, TagKeys=gone)
        work.call("sqs", "TagQueue", QueueUrl=made.physical_id, Tags=new)
    return made


def _delete(work: Work, made: Made, _properties: Properties) -> None:
    work.call("sqs", "DeleteQueue", QueueUrl=made.physical_id)


def _read(work: Work, made: Made, properties: Properties) -> Properties:
    got = work.call(
        "sqs", "GetQueueAttributes", QueueUrl=made.physical_id, AttributeNames=["All"]
    ).get("Attributes", {})
    found: dict[str, Value] = {"QueueName": made.physical_id.rpartition("/")[2]}
    for key in _ATTRIBUTES:
        value = got.get(key)
        wanted = properties.get(key)
        if isinstance(wanted, bool):
            value = value == "true"
        elif isinstance(wanted, (int, float)) and value is not None:
            value = type(wanted)(value)
        found[key] = value
    return found


def _find(work: Work, properties: Properties) -> Made:
    got = work.call("sqs", "GetQueueUrl", QueueName=properties["QueueName"])
    return _made(work, got["QueueUrl"], properties["QueueName"])


# Policy ---------------------------------------------------------------------


def _put(work: Work, queue: str, policy: str) -> None:
    work.call("sqs", "SetQueueAttributes", QueueUrl=queue, Attributes={"Policy": policy})


def _create_policy(work: Work, properties: Properties) -> Made:
    for queue in properties["Queues"]:
        _put(work, queue, _text(properties["PolicyDocument"]))
    name = work.name()
    return Made(name, {"Id": name})


def _update_policy(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    for queue in wanted["Queues"]:
        _put(work, queue, _text(wanted["PolicyDocument"]))
    gone = [queue for queue in before["Queues"] if queue not in wanted["Queues"]]
    _delete_policy(work, made, {"Queues": gone})
    return made


def _delete_policy(work: Work, _made: Made, properties: Properties) -> None:
    for queue in properties["Queues"]:
        work.call.quietly("sqs", "SetQueueAttributes", QueueUrl=queue, Attributes={"Policy": ""})


def _read_policy(work: Work, _made: Made, properties: Properties) -> Properties:
    got = work.call(
        "sqs",
        "GetQueueAttributes",
        QueueUrl=properties["Queues"][0],
        AttributeNames=["Policy"],
    )
    policy = got.get("Attributes", {}).get("Policy")
    document = json.loads(policy) if policy else None
    return {"Queues": properties["Queues"], "PolicyDocument": document}


PROVIDERS = (
    Provider(
        "AWS::SQS::Queue",
        words("QueueName Tags") | frozenset(_ATTRIBUTES),
        _create,
        _delete,
        _update,
        _read,
        _find,
    ),
    Provider(
        "AWS::SQS::QueuePolicy",
        words("PolicyDocument Queues"),
        _create_policy,
        _delete_policy,
        _update_policy,
        _read_policy,
    ),
)
