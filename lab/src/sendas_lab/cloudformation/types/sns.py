"""AWS::SNS types.

Source: CloudFormation Template Reference, Amazon SNS.
"""

import json

from sendas_lab.cloudformation.provider import Made, Properties, Provider, Work, picked, words
from sendas_lab.cloudformation.template import Value


_ATTRIBUTES = ("DisplayName", "KmsMasterKeyId", "SignatureVersion", "TracingConfig")
_SUBSCRIBED = ("DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery",
               "RedrivePolicy", "SubscriptionRoleArn")  # fmt: skip


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _create_topic(work: Work, properties: Properties) -> Made:
    name = properties.get("TopicName") or work.name(256)
    attributes = {key: _text(properties[key]) for key in _ATTRIBUTES if key in properties}
    made = work.call(
        "sns", "CreateTopic", Name=name, Attributes=attributes, **picked(properties, "Tags")
    )
    arn = made["TopicArn"]
    for one in properties.get("Subscription") or ():
        work.call(
            "sns", "Subscribe", TopicArn=arn, Protocol=one["Protocol"], Endpoint=one["Endpoint"]
        )
    return Made(arn, {"TopicArn": arn, "TopicName": name})


def _update_topic(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    for key in _ATTRIBUTES:
        if wanted.get(key) != before.get(key):
            _set_topic(work, made.physical_id, key, _text(wanted.get(key, "")))
    old = [_pair(one) for one in before.get("Subscription") or ()]
    new = [_pair(one) for one in wanted.get("Subscription") or ()]
    for protocol, endpoint in new:
        if (protocol, endpoint) not in old:
            work.call(
                "sns", "Subscribe", TopicArn=made.physical_id, Protocol=protocol, Endpoint=endpoint
            )
    listed = work.call("sns", "ListSubscriptionsByTopic", TopicArn=made.physical_id)
    for one in listed.get("Subscriptions", ()):
        waits = not one["SubscriptionArn"].startswith("arn:")  # it cannot be taken back
        if _pair(one) in old and _pair(one) not in new and not waits:
            work.call("sns", "Unsubscribe", SubscriptionArn=one["SubscriptionArn"])
    return made


def _pair(one: Properties) -> tuple[str, str]:
    return one["Protocol"], one["Endpoint"]


def _set_topic(work: Work, arn: str, name: str, value: str) -> None:
    work.call("sns", "SetTopicAttributes", TopicArn=arn, AttributeName=name, AttributeValue=value)


def _delete_topic(work: Work, made: Made, _properties: Properties) -> None:
    work.call("sns", "DeleteTopic", TopicArn=made.physical_id)


def _read_topic(work: Work, made: Made, properties: Properties) -> Properties:
    found = work.call("sns", "GetTopicAttributes", TopicArn=made.physical_id)["Attributes"]
    return {
        **properties,
        "TopicName": made.physical_id.rpartition(":")[2],
        **{key: found.get(key) or None for key in _ATTRIBUTES},
    }


def _find_topic(work: Work, properties: Properties) -> Made:
    arn = work.arn("sns", properties["TopicName"])
    work.call("sns", "GetTopicAttributes", TopicArn=arn)
    return Made(arn, {"TopicArn": arn, "TopicName": properties["TopicName"]})


# Policy ---------------------------------------------------------------------


def _create_policy(work: Work, properties: Properties) -> Made:
    _put_policies(work, properties)
    name = work.name()
    return Made(name, {"Id": name})


def _put_policies(work: Work, properties: Properties) -> None:
    for arn in properties["Topics"]:
        _set_topic(work, arn, "Policy", _text(properties["PolicyDocument"]))


def _update_policy(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    _put_policies(work, wanted)
    gone = [arn for arn in before["Topics"] if arn not in wanted["Topics"]]
    _delete_policy(work, made, {"Topics": gone})
    return made


def _delete_policy(work: Work, _made: Made, properties: Properties) -> None:
    # A topic is never without a policy: the default one comes back.
    for arn in properties["Topics"]:
        default = {
            "Version": "2008-10-17",
            "Id": "__default_policy_ID",
            "Statement": [
                {
                    "Sid": "__default_statement_ID",
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:GetTopicAttributes"],
                    "Resource": arn,
                    "Condition": {"StringEquals": {"AWS:SourceOwner": work.account_id}},
                }
            ],
        }
        work.call.quietly(
            "sns",
            "SetTopicAttributes",
            TopicArn=arn,
            AttributeName="Policy",
            AttributeValue=json.dumps(default),
        )


def _read_policy(work: Work, _made: Made, properties: Properties) -> Properties:
    arn = properties["Topics"][0]
    found = work.call("sns", "GetTopicAttributes", TopicArn=arn)["Attributes"]
    return {"Topics": properties["Topics"], "PolicyDocument": json.loads(found["Policy"])}


# Subscription ---------------------------------------------------------------


def _create_subscription(work: Work, properties: Properties) -> Made:
    attributes = {key: _text(properties[key]) for key in _SUBSCRIBED if key in properties}
    made = work.call(
        "sns",
        "Subscribe",
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        ReturnSubscriptionArn=True,
        **picked(properties, "Endpoint"),
        **({"Attributes": attributes} if attributes else {}),
    )
    return Made(made["SubscriptionArn"], {"Arn": made["SubscriptionArn"]})


def _update_subscription(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    for key in _SUBSCRIBED:
        if wanted.get(key) != before.get(key):
            empty = "false" if key == "RawMessageDelivery" else "{}"
            work.call(
                "sns",
                "SetSubscriptionAttributes",
                SubscriptionArn=made.physical_id,
                AttributeName=key,
                AttributeValue=_text(wanted.get(key, empty)),
            )
    return made


def _delete_subscription(work: Work, made: Made, _properties: Properties) -> None:
    work.call.quietly("sns", "Unsubscribe", SubscriptionArn=made.physical_id)


def _read_subscription(work: Work, made: Made, properties: Properties) -> Properties:
    got = work.call("sns", "GetSubscriptionAttributes", SubscriptionArn=made.physical_id)
    found = got["Attributes"]
    shape: dict[str, Value] = {
        **picked(found, "TopicArn", "Protocol", "Endpoint"),
    }
    for key in _SUBSCRIBED:
        value = found.get(key)
        if value is not None and isinstance(properties.get(key), bool):
            value = value == "true"
        shape[key] = value
    return shape


PROVIDERS = (
    Provider(
        "AWS::SNS::Topic",
        words("TopicName Tags Subscription") | frozenset(_ATTRIBUTES),
        _create_topic,
        _delete_topic,
        _update_topic,
        _read_topic,
        _find_topic,
    ),
    Provider(
        "AWS::SNS::TopicPolicy",
        words("PolicyDocument Topics"),
        _create_policy,
        _delete_policy,
        _update_policy,
        _read_policy,
    ),
    Provider(
        "AWS::SNS::Subscription",
        words("TopicArn Protocol Endpoint") | frozenset(_SUBSCRIBED),
        _create_subscription,
        _delete_subscription,
        _update_subscription,
        _read_subscription,
    ),
)
