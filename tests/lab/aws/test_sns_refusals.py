"""What SNS and Secrets Manager refuse, by recordings of AWS (LocalStack's tests, commit 8b9a79f).

Each row: what is asked, and what AWS was recorded to answer; the source is the recording's
test and key.
"""

import json

from typing import Any

import pytest

from botocore.exceptions import ClientError

from tests.lab.aws.conftest import World


NO_TYPE = (
    "has an invalid message attribute type, the set of supported type prefixes is Binary, Number,"
    " and String."
)


def refused(world: World, service: str, operation: str, **given: Any) -> tuple[str, str, int]:  # noqa: ANN401  any parameters
    """Code, text and status of the refusal."""
    with pytest.raises(ClientError) as caught:
        getattr(world.unchecked(service), operation)(**given)
    answer: Any = caught.value.response
    error = answer["Error"]
    return error["Code"], error["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


@pytest.fixture
def topic(world: World) -> str:
    """A topic with nobody subscribed."""
    arn: str = world.client("sns").create_topic(Name="t")["TopicArn"]
    return arn


@pytest.fixture
def queue(world: World) -> str:
    """A queue's ARN."""
    sqs = world.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    arn: str = found["QueueArn"]
    return arn


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"Message": "m", "Subject": ""}, "Subject"),  # test_publish_with_empty_subject
        ({"Message": ""}, "Empty message"),  # test_empty_sns_message
        ({"Message": "m" * 262_145}, "Message too long"),  # test_publish_too_long_message
        (  # the same: names, types and values of attributes count
            {
                "Message": "m" * (262_144 - 11),
                "MessageAttributes": {"attr1": {"DataType": "Number", "StringValue": "1"}},
            },
            "Message too long",
        ),
        (  # test_message_structure_json_exc
            {"Message": '{"sqs": "m"}', "MessageStructure": "json"},
            "Message Structure - No default entry in JSON message body",
        ),
        (
            {"Message": '{"default": "m"} }', "MessageStructure": "json"},
            "Message Structure - JSON message body failed to parse",
        ),
        (
            {"Message": '{"default": {"object": "m"}}', "MessageStructure": "json"},
            "Message Structure - No default entry in JSON message body",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_messages_that_are_not_published(
    world: World, topic: str, given: dict[str, Any], text: str
) -> None:
    """InvalidParameter, 400."""
    told = refused(world, "sns", "publish", TopicArn=topic, **given)

    assert ("InvalidParameter", f"Invalid parameter: {text}", 400) == told


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [  # test_empty_or_wrong_message_attributes
        ("attr1", "InvalidType", f"The message attribute 'attr1' {NO_TYPE}"),
        ("a" * 257, "String", "Length of message attribute name must be less than 256 bytes."),
        (
            "a^*?",
            "String",
            (
                "Invalid non-alphanumeric character '#x5E' was found in the message attribute"
                " name. Can only include alphanumeric characters, hyphens, underscores, or dots."
            ),
        ),
        (
            ".abc",
            "String",
            "Invalid message attribute name starting with character '.' was found.",
        ),
        ("abc.", "String", "Invalid message attribute name ending with character '.' was found."),
        ("a..bc", "String", "Message attribute name can not have successive '.' character."),
        # test_message_attributes_prefixes
        ("attr1", "String.", f"The message attribute 'attr1' {NO_TYPE}"),
        ("attr1", "Stringprefixed", f"The message attribute 'attr1' {NO_TYPE}"),
    ],
)
def test_message_attributes_that_are_not_published(
    world: World, topic: str, name: str, kind: str, text: str
) -> None:
    """ParameterValueInvalid, alone and in a batch."""
    attributes = {name: {"DataType": kind, "StringValue": "123"}}
    alone = {"Message": "m", "MessageAttributes": attributes}
    entries = [{"Id": "1", **alone}, {"Id": "3", "Message": "m"}]

    wanted = ("ParameterValueInvalid", text, 400)
    assert wanted == refused(world, "sns", "publish", TopicArn=topic, **alone)
    batch = {"PublishBatchRequestEntries": entries}
    assert wanted == refused(world, "sns", "publish_batch", TopicArn=topic, **batch)


@pytest.mark.parametrize("kind", ["String.prefixed", "String.  prefixed.", "Number.int"])
def test_kinds_of_attributes_may_have_a_name_of_their_own(
    world: World, topic: str, kind: str
) -> None:
    """test_message_attributes_prefixes: what follows the dot is the publisher's."""
    attributes = {"attr1": {"DataType": kind, "StringValue": "1"}}

    world.client("sns").publish(TopicArn=topic, Message="m", MessageAttributes=attributes)


@pytest.mark.parametrize(
    ("ids", "size", "code", "text"),
    [
        (  # test_publish_batch_invalid_entry_id
            ("message.id",),
            1,
            "InvalidBatchEntryId",
            (
                "The Id of a batch entry in the batch request contains an impermissible character:"
                " message.id"
            ),
        ),
        (
            ("a" * 81,),
            1,
            "InvalidBatchEntryId",
            "The Id of a batch entry in the batch request is too long: " + "a" * 81,
        ),
        (  # test_publish_batch_too_long_message
            ("1", "2"),
            131_073,
            "BatchRequestTooLong",
            "The length of all the messages put together is more than the limit.",
        ),
    ],
)
def test_batches_that_are_not_published(
    world: World, topic: str, ids: tuple[str, ...], size: int, code: str, text: str
) -> None:
    """By their ids and their size together."""
    entries = [{"Id": one, "Message": "m" * size} for one in ids]
    given = {"TopicArn": topic, "PublishBatchRequestEntries": entries}

    assert (code, text, 400) == refused(world, "sns", "publish_batch", **given)


JACKSON = (
    " at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1,"
    " column: {}]"
)
NO_QUOTE = (
    "failed to parse JSON. Unexpected character ('i' (code 105)): was expecting double-quote to"
    " start field name\n" + JACKSON.format(2)
)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [  # test_validate_set_sub_attributes; test_set_subscription_filter_policy_scope
        (
            "RawMessageDelivery",
            "test-ValUe",
            "RawMessageDelivery: Invalid value [test-ValUe]. Must be true or false.",
        ),
        (
            "RawMessageDelivery",
            "",
            "RawMessageDelivery: Invalid value []. Must be true or false.",
        ),
        (
            "RedrivePolicy",
            '{"deadLetterTargetArn": "fake-arn"}',
            "RedrivePolicy: deadLetterTargetArn is an invalid arn",
        ),
        ("RedrivePolicy", "{invalidjson}", f"RedrivePolicy: {NO_QUOTE}"),
        ("FilterPolicy", "{invalidjson}", f"FilterPolicy: {NO_QUOTE}"),
        (
            "FilterPolicyScope",
            "RandomValue",
            (
                "FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or"
                " MessageAttributes"
            ),
        ),
    ],
)
def test_attributes_that_a_subscription_does_not_take(
    world: World, topic: str, queue: str, name: str, value: str, text: str
) -> None:
    """Later and at once; SNS says at once that it is about attributes."""
    given = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue}
    at_once = refused(world, "sns", "subscribe", **given, Attributes={name: value})
    arn = world.client("sns").subscribe(**given, ReturnSubscriptionArn=True)["SubscriptionArn"]
    which = {"SubscriptionArn": arn, "AttributeName": name, "AttributeValue": value}
    later = refused(world, "sns", "set_subscription_attributes", **which)

    code = "InvalidParameter"
    assert (code, f"Invalid parameter: Attributes Reason: {text}", 400) == at_once
    assert (code, f"Invalid parameter: {text}", 400) == later


def test_a_protocol_that_sns_has_not(world: World, topic: str) -> None:
    """test_subscribe_with_invalid_protocol."""
    given = {"TopicArn": topic, "Protocol": "test-protocol", "Endpoint": "a@example.com"}
    text = "Invalid parameter: Amazon SNS does not support this protocol string: test-protocol"

    assert ("InvalidParameter", text, 400) == refused(world, "sns", "subscribe", **given)


def test_a_subscription_is_made_once(world: World, topic: str, queue: str) -> None:
    """test_subscribe_idempotency: the same by what is asked, or refused."""
    sns = world.client("sns")
    given = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue}
    told = sns.subscribe(**given, Attributes={"RawMessageDelivery": "True"})["SubscriptionArn"]

    for same in (
        {"RawMessageDelivery": "true"},
        {"RawMessageDelivery": "true", "FilterPolicyScope": "MessageAttributes"},
        {},
        {"FilterPolicyScope": "MessageAttributes"},
    ):
        assert told == sns.subscribe(**given, Attributes=same)["SubscriptionArn"]
    text = (
        "Invalid parameter: Attributes Reason: Subscription already exists with different"
        " attributes"
    )
    other = {"RawMessageDelivery": "false", "FilterPolicyScope": "MessageBody"}
    answer = refused(world, "sns", "subscribe", **given, Attributes=other)
    assert ("InvalidParameter", text, 400) == answer


@pytest.mark.parametrize(
    ("more", "text"),
    [
        # test_create_topic_different_attrs
        (
            {"Attributes": {"DisplayName": "Value2"}},
            "Attributes Reason: Topic already exists with different attributes",
        ),
        (
            {"Attributes": {"SignatureVersion": "2", "DisplayName": "Value1"}},
            "Attributes Reason: Topic already exists with different attributes",
        ),
        # test_create_duplicate_topic_with_more_tags
        (
            {"Tags": [{"Key": "key1", "Value": "value1"}]},
            "Tags Reason: Topic already exists with different tags",
        ),
    ],
)
def test_a_topic_is_made_once(world: World, more: dict[str, Any], text: str) -> None:
    """The same by what is asked, or refused."""
    sns = world.client("sns")
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    given = {"Name": "t", "Attributes": {"DisplayName": "Value1"}, "Tags": tags}
    told = sns.create_topic(**given)["TopicArn"]

    for same in (given, {"Name": "t"}, {"Name": "t", "Tags": tags[:1]}):
        assert told == sns.create_topic(**same)["TopicArn"]
    assert told == sns.create_topic(Name="t", Attributes={"FifoTopic": "false"})["TopicArn"]
    answer = refused(world, "sns", "create_topic", Name="t", **more)
    assert ("InvalidParameter", f"Invalid parameter: {text}", 400) == answer


def test_tags_are_told_once(world: World, topic: str) -> None:
    """test_tags."""
    twice = [{"Key": "k", "Value": "v"}, {"Key": "k", "Value": "v"}]
    answer = refused(world, "sns", "tag_resource", ResourceArn=topic, Tags=twice)

    text = "Invalid parameter: Duplicated keys are not allowed."
    assert ("InvalidParameter", text, 400) == answer


def _letting_in(world: World, name: str, topic: str) -> tuple[str, str]:
    """A queue that takes what the topic sends: its URL and ARN."""
    sqs = world.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": found["QueueArn"],
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url, found["QueueArn"]


def _received(world: World, url: str) -> list[dict[str, Any]]:
    told = world.client("sqs").receive_message(
        QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=5
    )
    messages: list[dict[str, Any]] = told.get("Messages", [])
    return messages


def test_bytes_arrive_raw(world: World, topic: str) -> None:
    """test_attribute_raw_subscribe: a binary attribute is the same bytes in the queue."""
    sns = world.client("sns")
    url, arn = _letting_in(world, "raw", topic)
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
    store = {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"}
    sns.publish(TopicArn=topic, Message="m", MessageAttributes={"store": store})

    (message,) = _received(world, url)
    assert "m" == message["Body"]
    assert {"store": store} == message["MessageAttributes"]


def test_raw_delivery_ends_when_it_is_set_to_false(world: World, topic: str) -> None:
    """SNS API, SetSubscriptionAttributes: "false" is no raw delivery."""
    sns = world.client("sns")
    url, arn = _letting_in(world, "plain", topic)
    given = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn}
    told = sns.subscribe(**given, Attributes={"RawMessageDelivery": "true"})["SubscriptionArn"]
    sns.set_subscription_attributes(
        SubscriptionArn=told, AttributeName="RawMessageDelivery", AttributeValue="false"
    )
    sns.publish(TopicArn=topic, Message="m")

    (message,) = _received(world, url)
    assert "Notification" == json.loads(message["Body"])["Type"]


@pytest.mark.parametrize("there", [False, True], ids=["gone", "without permission"])
def test_a_function_that_does_not_take_it_leaves_it_to_the_dead_letter_queue(
    world: World, topic: str, *, there: bool
) -> None:
    """test_redrive_policy_lambda_subscription; SNS guide, "Dead-letter queues"."""
    sns = world.client("sns")
    url, dead = _letting_in(world, "dead", topic)
    function = "arn:aws:lambda:us-east-2:111122223333:function:f"
    if there:
        function = _function(world)
    given = {"TopicArn": topic, "Protocol": "lambda", "Endpoint": function}
    policy = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead})}
    sns.subscribe(**given, Attributes=policy)
    sns.publish(TopicArn=topic, Message="test_redrive_policy")

    (message,) = _received(world, url)
    assert "test_redrive_policy" == json.loads(message["Body"])["Message"]


def _function(world: World) -> str:
    import io  # noqa: PLC0415  for this alone
    import zipfile  # noqa: PLC0415  the same

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("i.py", "def h(event, context):\n    return event\n")
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = world.client("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    made = world.client("lambda").create_function(
        FunctionName="f",
        Runtime="python3.12",
        Handler="i.h",
        Role=role,
        Code={"ZipFile": out.getvalue()},
    )
    arn: str = made["FunctionArn"]
    return arn


@pytest.mark.parametrize("name", ["Inv Name", " Inv Name", " Inv*Name? ", " Inv *?!]Name\\-]"])
def test_names_that_no_secret_may_have(world: World, name: str) -> None:
    """test_invalid_secret_name."""
    text = (
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the"
        " following: -/_+=.@!"
    )
    given: dict[str, dict[str, Any]] = {
        "create_secret": {"Name": name, "SecretString": "s"},
        "delete_secret": {"SecretId": name, "ForceDeleteWithoutRecovery": True},
        "describe_secret": {"SecretId": name},
        "get_secret_value": {"SecretId": name},
        "list_secret_version_ids": {"SecretId": name},
        "put_secret_value": {"SecretId": name, "SecretString": "s"},
        "tag_resource": {"SecretId": name, "Tags": [{"Key": "k", "Value": "v"}]},
        "untag_resource": {"SecretId": name, "TagKeys": ["k"]},
        "update_secret": {"SecretId": name, "Description": "d"},
    }

    for operation, asked in given.items():
        answer = refused(world, "secretsmanager", operation, **asked)
        assert ("ValidationException", text, 400) == answer


def test_a_deleted_secret_takes_no_tags(world: World) -> None:
    """test_tag_untag_resource_on_deleted_secret."""
    client = world.client("secretsmanager")
    client.create_secret(Name="s", SecretString="s")
    client.delete_secret(SecretId="s")
    text = "You can't perform this operation on the secret because it was marked for deletion."
    wanted = ("InvalidRequestException", text, 400)

    tags = [{"Key": "k", "Value": "v"}]
    assert wanted == refused(world, "secretsmanager", "tag_resource", SecretId="s", Tags=tags)
    keys = ["k"]
    assert wanted == refused(world, "secretsmanager", "untag_resource", SecretId="s", TagKeys=keys)
