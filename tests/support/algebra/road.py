"""The stack that ships, and the mistakes on its own road: from the topic to the role."""

import json

from collections.abc import Callable, Iterator

from algebra.mutant import Harm, Mutant
from sendas.play.receiving_stack import FUNCTION, ROUTES_KEY, receive_with
from sendas.play.scene import Scene
from sendas.setup.stack.names import RULE_SET


Act = Callable[[Scene], None]
_RECEIVED = f"{FUNCTION}-received"


def with_the_stack(scene: Scene) -> None:
    """Mail comes in by sendas's own stack, and is forwarded."""
    receive_with(scene)


def road_mutants(world: str, scene: Scene) -> Iterator[Mutant]:
    """Every mistake behind the receipt rule, where the world has such a road."""
    if not scene.received_in:
        return
    for element, mistake, places, harm, act in (
        ("subscription", "gone", (_RECEIVED,), Harm.BREAKS, _unsubscribed),
        ("subscription", "filtered", (_RECEIVED,), Harm.BREAKS, _filtered),
        ("topic", "deleted", (_RECEIVED,), Harm.BREAKS, _topic_gone),
        ("queue", "policy gone", (_RECEIVED,), Harm.BREAKS, _policy("")),
        ("queue", "policy for another topic", (_RECEIVED,), Harm.BREAKS, _policy("other")),
        ("queue", "policy for a stranger", (_RECEIVED,), Harm.BREAKS, _policy("210987654321")),
        ("mapping", "disabled", (_RECEIVED,), Harm.BREAKS, _mapping(delete=False)),
        ("mapping", "deleted", (_RECEIVED,), Harm.BREAKS, _mapping(delete=True)),
        ("function", "deleted", (FUNCTION,), Harm.BREAKS, _function_gone),
        ("role", "policy deleted", (FUNCTION,), Harm.BREAKS, _role("")),
        ("role", "may not send", (FUNCTION,), Harm.BREAKS, _role("ses:Send")),
        ("role", "may not read mail", (FUNCTION,), Harm.BREAKS, _role("s3:GetObject")),
        ("role", "may not measure", (), Harm.NONE, _role("ses:GetSendStatistics")),
        ("routes", "deleted", ("routes.json",), Harm.BREAKS, _routes(None)),
        ("routes", "cut off", ("routes.json",), Harm.BREAKS, _routes("{")),
        ("routes", "for others", ("routes.json",), Harm.BREAKS, _routes("example.org")),
        ("rule in front", "stops", ("first",), Harm.BREAKS, _front([])),
        ("rule in front", "stops another's", (), Harm.NONE, _front(["example.org"])),
        ("filter", "blocks all", ("f",), Harm.BREAKS, _filter("0.0.0.0/0")),
        ("filter", "blocks one", (), Harm.NONE, _filter("198.51.100.77/32")),
    ):  # fmt: skip
        yield Mutant(world, element, mistake, "", places, harm, act)


def _topic(scene: Scene) -> str:
    return f"arn:aws:sns:{scene.region}:{scene.lab.account_id}:{_RECEIVED}"


def _queue(scene: Scene) -> str:
    return str(scene.call("sqs", "GetQueueUrl", QueueName=_RECEIVED)["QueueUrl"])


def _unsubscribed(scene: Scene) -> None:
    listed = scene.call("sns", "ListSubscriptionsByTopic", TopicArn=_topic(scene))
    for one in listed["Subscriptions"]:
        scene.call("sns", "Unsubscribe", SubscriptionArn=one["SubscriptionArn"])


def _filtered(scene: Scene) -> None:
    listed = scene.call("sns", "ListSubscriptionsByTopic", TopicArn=_topic(scene))
    for one in listed["Subscriptions"]:
        scene.call(
            "sns", "SetSubscriptionAttributes", SubscriptionArn=one["SubscriptionArn"],
            AttributeName="FilterPolicy", AttributeValue='{"kind": ["mail"]}',
        )  # fmt: skip


def _topic_gone(scene: Scene) -> None:
    scene.call("sns", "DeleteTopic", TopicArn=_topic(scene))


def _lets_in(queue: str, topic: str, account: str) -> str:
    return json.dumps({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic.replace("123456789012", account)}},
        }],
    })  # fmt: skip


def _policy(how: str) -> Act:
    def act(scene: Scene) -> None:
        arn = f"arn:aws:sqs:{scene.region}:{scene.lab.account_id}:{_RECEIVED}"
        topic = _topic(scene)
        topic = topic.replace(_RECEIVED, how) if how == "other" else topic
        account = how if how.isdigit() else scene.lab.account_id
        text = _lets_in(arn, topic, account) if how else ""
        scene.call(
            "sqs", "SetQueueAttributes", QueueUrl=_queue(scene), Attributes={"Policy": text}
        )

    return act


def _mapping(*, delete: bool) -> Act:
    def act(scene: Scene) -> None:
        listed = scene.call("lambda", "ListEventSourceMappings", FunctionName=FUNCTION)
        for one in listed["EventSourceMappings"]:
            if one["EventSourceArn"].endswith(_RECEIVED):
                if delete:
                    scene.call("lambda", "DeleteEventSourceMapping", UUID=one["UUID"])
                else:
                    scene.call(
                        "lambda", "UpdateEventSourceMapping", UUID=one["UUID"], Enabled=False
                    )

    return act


def _function_gone(scene: Scene) -> None:
    scene.call("lambda", "DeleteFunction", FunctionName=FUNCTION)


def _role(action: str) -> Act:
    """The role's policy without what begins with *action*; gone altogether without one."""

    def act(scene: Scene) -> None:
        found = scene.call("lambda", "GetFunctionConfiguration", FunctionName=FUNCTION)
        named = {"RoleName": str(found["Role"]).rpartition("/")[2]}
        (policy,) = scene.call("iam", "ListRolePolicies", **named)["PolicyNames"]
        if not action:
            scene.call("iam", "DeleteRolePolicy", PolicyName=policy, **named)
            return
        document = scene.call("iam", "GetRolePolicy", PolicyName=policy, **named)["PolicyDocument"]
        for statement in document["Statement"]:
            listed = statement["Action"]
            actions = [listed] if isinstance(listed, str) else listed
            left = [one for one in actions if not one.startswith(action)]
            statement["Action"] = left or ["s3:GetBucketLocation"]
        scene.call(
            "iam", "PutRolePolicy",
            PolicyName=policy, PolicyDocument=json.dumps(document), **named,
        )  # fmt: skip

    return act


def _routes(how: str | None) -> Act:
    def act(scene: Scene) -> None:
        at = {"Bucket": scene.bucket, "Key": ROUTES_KEY}
        if how is None:
            scene.call("s3", "DeleteObject", **at)
            return
        text = scene.call("s3", "GetObject", **at)["Body"].read()
        body = text[:20] if how == "{" else text.replace(b"example.com", how.encode())
        scene.call("s3", "PutObject", Body=body, **at)

    return act


def _front(recipients: list[str]) -> Act:
    def act(scene: Scene) -> None:
        rule = {
            "Name": "first", "Enabled": True, "Recipients": recipients,
            "Actions": [{"StopAction": {"Scope": "RuleSet"}}],
        }  # fmt: skip
        scene.call("ses", "CreateReceiptRule", RuleSetName=RULE_SET, Rule=rule)

    return act


def _filter(cidr: str) -> Act:
    def act(scene: Scene) -> None:
        block = {"Name": "f", "IpFilter": {"Policy": "Block", "Cidr": cidr}}
        scene.call("ses", "CreateReceiptFilter", Filter=block)

    return act
