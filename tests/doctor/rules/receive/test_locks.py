"""Topics, queues and roles that a policy, a key or a filter closes, judged from evidence."""

import json

from dataclasses import replace

import pytest

from road_world import (
    ACCOUNT,
    FUNCTION,
    HEALTHY,
    OURS,
    QUEUE,
    ROLE,
    STORE,
    TOPIC,
    function,
    status,
    world,
)

from sendas.doctor.model import Status
from sendas.doctor.road import Road
from sendas.doctor.rules.receive import (
    bucket_policy,
    function_role,
    notice,
    queue_open,
    queue_read,
    road_seen,
    topic_open,
)
from sendas.errors import CouldNotLook
from sendas.iam.policy import PolicyDocument, Source
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.road import (
    Key,
    Queue,
    Reader,
    Subscription,
    SubscriptionFilter,
    Topic,
    TopicSettings,
)


KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0a1b2c3d"
SUBSCRIPTION = f"{TOPIC}:5e6f"
DENIED = NoAnswer(Why.DENIED, "not authorized")
ACCOUNT_ALONE = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                 "Action": "kms:*", "Resource": "*"}  # fmt: skip


def _text(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _to(service: str, *actions: str) -> dict[str, object]:
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": list(actions),
            "Resource": "*"}  # fmt: skip


ENCRYPTS = ("kms:GenerateDataKey*", "kms:Decrypt")
OWNERS_TOPIC = _text({
    "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "SNS:Publish", "Resource": TOPIC,
    "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
})  # fmt: skip
"""As SNS makes it by itself."""


def _topic(settings: Seen[TopicSettings], key: Seen[Key | None] = None) -> Road:
    return replace(HEALTHY, topic_settings={TOPIC: settings}, keys={KEY: key})


@pytest.mark.parametrize(
    ("settings", "key", "wanted"),
    [
        (TopicSettings(OWNERS_TOPIC), None, Status.OK),
        (TopicSettings(_text(_to("ses.amazonaws.com", "sns:Publish"))), None, Status.OK),
        (TopicSettings(_text(_to("s3.amazonaws.com", "sns:Publish"))), None, Status.FAIL),
        (TopicSettings(OWNERS_TOPIC.replace(ACCOUNT, "210987654321", 1)), None, Status.FAIL),
        (TopicSettings(OWNERS_TOPIC, KEY), Key(KEY, _text(ACCOUNT_ALONE)), Status.FAIL),
        (TopicSettings(OWNERS_TOPIC, KEY), Key(KEY, _text(_to("ses.amazonaws.com", *ENCRYPTS))),
         Status.OK),
        (TopicSettings(OWNERS_TOPIC, KEY), Key(KEY, _text(), managed=True), Status.FAIL),
        (TopicSettings(OWNERS_TOPIC, KEY), None, Status.FAIL),
    ],
)  # fmt: skip
def test_a_topic_takes_what_ses_tells(
    settings: TopicSettings, key: Key | None, wanted: Status
) -> None:
    """By its policy, and by the key that it is encrypted with."""
    assert wanted is status(topic_open.RULE, world(_topic(settings, key)))


def test_a_topic_or_a_key_that_was_not_shown_is_not_well() -> None:
    """Denied is no answer."""
    for road in (_topic(DENIED), _topic(TopicSettings(OWNERS_TOPIC, KEY), DENIED)):
        with pytest.raises(CouldNotLook):
            topic_open.RULE.judge(world(road))


def _locked(policy: str, *, managed: bool = False, name: str = KEY) -> Road:
    standing = HEALTHY.queues[QUEUE]
    assert isinstance(standing, Queue)
    queues = {**HEALTHY.queues, QUEUE: replace(standing, key=name)}
    return replace(HEALTHY, queues=queues, keys={name: Key(KEY, policy, managed=managed)})


def test_a_queue_by_a_key_that_sns_may_not_use_is_shut() -> None:
    """One root; its mend lets the function's role in as well."""
    road = _locked(_text(ACCOUNT_ALONE))

    verdict = queue_open.RULE.judge(world(road))

    assert verdict is not None
    assert Status.FAIL is verdict.status
    assert ROLE in verdict.help[0].commands[0]
    assert Status.OK is status(function_role.RULE, world(road))


def test_awss_own_key_is_done_without() -> None:
    """Nobody can change its policy: the mend takes another key."""
    verdict = queue_open.RULE.judge(world(_locked(_text(), managed=True, name="alias/aws/sqs")))

    assert verdict is not None
    assert "SqsManagedSseEnabled" in verdict.help[0].commands[0]


def test_a_role_that_may_not_decrypt_fails() -> None:
    """SNS may write with the key, and the function cannot read."""
    road = _locked(_text(ACCOUNT_ALONE, _to("sns.amazonaws.com", *ENCRYPTS)))

    assert Status.OK is status(queue_open.RULE, world(road))
    assert Status.FAIL is status(function_role.RULE, world(road))


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        ('{"kind": ["mail"]}', Status.FAIL),
        ('{"kind": [{"exists": true}]}', Status.FAIL),
        ('{"kind": [{"exists": false}]}', Status.OK),
        (None, Status.OK),
    ],
)
def test_a_filter_over_attributes_lets_no_notice_through(
    policy: str | None, wanted: Status
) -> None:
    """SES's notices bear none."""
    subscription = Subscription("sqs", QUEUE, arn=SUBSCRIPTION)
    road = replace(
        HEALTHY,
        topics={TOPIC: Topic(TOPIC, exists=True, subscriptions=(subscription,))},
        subscription_filters={SUBSCRIPTION: SubscriptionFilter(policy) if policy else None},
    )

    assert wanted is status(notice.RULE, world(road))


def test_a_filter_over_the_body_is_not_proven() -> None:
    """Which mail it lets through only a mail can tell."""
    subscription = Subscription("sqs", QUEUE, arn=SUBSCRIPTION)
    road = replace(
        HEALTHY,
        topics={TOPIC: Topic(TOPIC, exists=True, subscriptions=(subscription,))},
        subscription_filters={SUBSCRIPTION: SubscriptionFilter('{"a": ["b"]}', by_body=True)},
    )

    with pytest.raises(CouldNotLook):
        notice.RULE.judge(world(road))


def _trusting(service: str, *more: PolicyDocument) -> tuple[PolicyDocument, ...]:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return (*more, PolicyDocument("trust policy", Source.TRUST, _text(trust), "sendas-role"))


@pytest.mark.parametrize(
    ("service", "wanted"),
    [("lambda.amazonaws.com", Status.OK), ("ec2.amazonaws.com", Status.FAIL)],
)
def test_a_role_trusts_lambda(service: str, wanted: Status) -> None:
    """Without that the function never runs, whatever the role may do."""
    own = HEALTHY.roles[ROLE]
    assert isinstance(own, tuple)

    assert wanted is status(
        function_role.RULE, world(replace(HEALTHY, roles={ROLE: _trusting(service, *own)}))
    )


WRITES = PolicyDocument(
    "store", Source.INLINE,
    _text({"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::mail/*"}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("policies", "wanted"),
    [
        (_trusting("ses.amazonaws.com", WRITES), Status.OK),
        (_trusting("ses.amazonaws.com"), Status.FAIL),
        (_trusting("lambda.amazonaws.com", WRITES), Status.FAIL),
        (None, Status.FAIL),
    ],
)
def test_a_rule_stores_by_a_role(
    policies: tuple[PolicyDocument, ...] | None, wanted: Status
) -> None:
    """The role must be there, trust SES, and may write; the bucket's policy does not count."""
    writer = f"arn:aws:iam::{ACCOUNT}:role/ses-writes"
    rule = replace(OURS, actions=(replace(STORE, role_arn=writer),))
    road = replace(HEALTHY, roles={**HEALTHY.roles, writer: policies})

    assert wanted is status(bucket_policy.RULE, world(road, rule))


def test_what_nobody_can_see_is_not_proven() -> None:
    """A function in a VPC, or one that is not sendas's."""
    for road in (function(in_vpc=True), function(routes=None)):
        with pytest.raises(CouldNotLook):
            road_seen.RULE.judge(world(road))


def test_a_mapping_with_a_filter_is_not_proven() -> None:
    """Lambda deletes what does not match, and no count tells of it."""
    readers = {QUEUE: (Reader("a-uuid", QUEUE, FUNCTION, "Enabled", filtered=True),)}

    with pytest.raises(CouldNotLook):
        queue_read.RULE.judge(world(replace(HEALTHY, readers=readers)))
