"""Our own road broken at each hop with one API call: the doctor names that hop, and no other.

What truth is: after each break a letter from outside is brought in, and does not arrive.
"""

import json

from collections.abc import Callable

import pytest

from mending import carry_out
from scenario import blamed, seen
from sendas_lab.world import Lab

from sendas.doctor.run import examine, exit_status
from sendas.play.receiving_stack import FUNCTION, ROUTES_KEY, Receiver, receive_with
from sendas.play.scene import Scene, build
from sendas.setup.stack.names import RULE_SET


TOPIC = QUEUE = f"{FUNCTION}-received"
DEAD_LETTERS = f"{FUNCTION}-failed"
"""As the stack that ships calls them."""


def _arn(receiver: Receiver, service: str, name: str) -> str:
    return f"arn:aws:{service}:{receiver.scene.region}:{receiver.scene.lab.account_id}:{name}"


def _mapping(receiver: Receiver) -> str:
    listed = receiver.scene.call("lambda", "ListEventSourceMappings", FunctionName=FUNCTION)
    return str(listed["EventSourceMappings"][0]["UUID"])


def _role(receiver: Receiver) -> str:
    found = receiver.scene.call("lambda", "GetFunctionConfiguration", FunctionName=FUNCTION)
    return str(found["Role"]).rpartition("/")[2]


def _unsubscribe(r: Receiver) -> None:
    listed = r.scene.call("sns", "ListSubscriptionsByTopic", TopicArn=r.topic_arn)
    for one in listed["Subscriptions"]:
        r.scene.call("sns", "Unsubscribe", SubscriptionArn=one["SubscriptionArn"])


def _front(action: dict[str, object]) -> Callable[[Receiver], None]:
    def put(r: Receiver) -> None:
        rule = {"Name": "first", "Enabled": True, "Recipients": [], "Actions": [action]}
        r.scene.call("ses", "CreateReceiptRule", RuleSetName=RULE_SET, Rule=rule)

    return put


BREAKS: dict[str, tuple[str, Callable[[Receiver], object]]] = {
    "unsubscribed": ("RX102", _unsubscribe),
    "topic-deleted": (
        "RX102", lambda r: r.scene.call("sns", "DeleteTopic", TopicArn=r.topic_arn),
    ),
    "queue-policy-gone": (
        "RX103",
        lambda r: r.scene.call(
            "sqs", "SetQueueAttributes", QueueUrl=r.queue_url, Attributes={"Policy": ""}
        ),
    ),
    "queue-policy-of-another-topic": (
        "RX103",
        lambda r: r.scene.call(
            "sqs",
            "SetQueueAttributes",
            QueueUrl=r.queue_url,
            Attributes={
                "Policy": json.dumps({
                    "Version": "2012-10-17",
                    "Statement": [{
                        "Effect": "Allow",
                        "Principal": {"Service": "sns.amazonaws.com"},
                        "Action": "sqs:SendMessage",
                        "Resource": _arn(r, "sqs", QUEUE),
                        "Condition": {"ArnEquals": {"aws:SourceArn": _arn(r, "sns", "other")}},
                    }],
                })
            },
        ),
    ),
    "mapping-disabled": (
        "RX104",
        lambda r: r.scene.call(
            "lambda", "UpdateEventSourceMapping", UUID=_mapping(r), Enabled=False
        ),
    ),
    "mapping-deleted": (
        "RX104",
        lambda r: r.scene.call("lambda", "DeleteEventSourceMapping", UUID=_mapping(r)),
    ),
    "function-switched-off": (
        "RX105",
        lambda r: r.scene.call(
            "lambda", "PutFunctionConcurrency",
            FunctionName=FUNCTION, ReservedConcurrentExecutions=0,
        ),
    ),
    "function-deleted": (
        "RX105", lambda r: r.scene.call("lambda", "DeleteFunction", FunctionName=FUNCTION),
    ),
    "role-policy-deleted": (
        "RX106",
        lambda r: r.scene.call(
            "iam", "DeleteRolePolicy", RoleName=_role(r), PolicyName="sendas-forwarder"
        ),
    ),
    "routes-deleted": (
        "RX107",
        lambda r: r.scene.call("s3", "DeleteObject", Bucket=r.scene.bucket, Key=ROUTES_KEY),
    ),
    "routes-cut-off": (
        "RX107",
        lambda r: r.scene.call(
            "s3", "PutObject", Bucket=r.scene.bucket, Key=ROUTES_KEY, Body=b'{"schema": '
        ),
    ),
    "routes-for-others": (
        "RX107",
        lambda r: r.scene.call(
            "s3", "PutObject", Bucket=r.scene.bucket, Key=ROUTES_KEY,
            Body=r.read(ROUTES_KEY).replace(b"example.com", b"example.org"),
        ),
    ),
    "stopped-in-front": ("RX109", _front({"StopAction": {"Scope": "RuleSet"}})),
    "bounced-in-front": (
        "RX109",
        _front({
            "BounceAction": {
                "SmtpReplyCode": "550", "Message": "no", "Sender": "x@example.com",
            }
        }),
    ),
    "filter-blocks-all": (
        "RX110",
        lambda r: r.scene.call(
            "ses", "CreateReceiptFilter",
            Filter={"Name": "f", "IpFilter": {"Policy": "Block", "Cidr": "0.0.0.0/0"}},
        ),
    ),
}  # fmt: skip
MENDED_BY_APPLY = {
    "mapping-deleted", "function-deleted", "routes-deleted", "routes-cut-off",
    "routes-for-others", "topic-deleted",
}  # fmt: skip
"""What needs more than the AWS CLI: a function's code, sendas.toml's routes, a name."""
NOT_PLAYED_IN_THE_LAB = {
    "function-switched-off": "moto stores the limit and runs the function all the same",
    "bounced-in-front": "the mail arrives, and the sender has a bounce of it",
}
"""Why the mail's arrival says nothing here; the root is asked for all the same."""


@pytest.fixture
def receiver(sendas_lab: Lab) -> Receiver:
    """A healthy road from the rule to the inbox."""
    return receive_with(build(sendas_lab))


def test_a_whole_road_is_well(receiver: Receiver) -> None:
    """Nothing fails, and mail arrives: the rules blame nobody for what works."""
    receiver.write()

    diagnosis = examine(seen(receiver.scene))

    assert 1 == len(receiver.inbox())
    assert () == diagnosis.roots, blamed(diagnosis)
    assert 0 == exit_status(diagnosis), blamed(diagnosis)
    well = {f.code for f in diagnosis.findings if f.status == "ok"}
    assert {f"RX{number}" for number in range(102, 113)} <= well


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_hop_is_the_root(receiver: Receiver, name: str) -> None:
    """The mail does not arrive, the hop is the one root; the printed help mends it."""
    code, break_it = BREAKS[name]
    break_it(receiver)

    diagnosis = examine(seen(receiver.scene))

    assert (code,) == diagnosis.roots, blamed(diagnosis)
    if name not in NOT_PLAYED_IN_THE_LAB:
        receiver.write()
        assert () == receiver.inbox()
    if name not in MENDED_BY_APPLY:
        carry_out(receiver.scene, next(f for f in diagnosis.findings if f.code == code))
        after = examine(seen(receiver.scene))
        assert code not in after.roots, blamed(after)
        before = len(receiver.inbox())
        receiver.write()
        assert before < len(receiver.inbox()), receiver.log()


ENTRANCES: dict[str, tuple[str, Callable[[Receiver], object]]] = {
    "no-set-active": ("RX001", lambda r: r.scene.call("ses", "SetActiveReceiptRuleSet")),
    "another-set-active": ("RX002", lambda r: _activate_another(r.scene)),
    "rule-disabled": ("RX003", lambda r: _disable(r.scene)),
}
_BUCKET_CLOSED = "bucket-policy-gone"
BEHIND = {
    **BREAKS,
    _BUCKET_CLOSED: (
        "RX007", lambda r: r.scene.call("s3", "DeleteBucketPolicy", Bucket=r.scene.bucket),
    ),
}  # fmt: skip


def _activate_another(scene: Scene) -> None:
    scene.call("ses", "CreateReceiptRuleSet", RuleSetName="shop")
    rule = {"Name": "shop", "Enabled": True, "Recipients": ["example.org"],
            "Actions": [{"StopAction": {"Scope": "RuleSet"}}]}  # fmt: skip
    scene.call("ses", "CreateReceiptRule", RuleSetName="shop", Rule=rule)
    scene.call("ses", "SetActiveReceiptRuleSet", RuleSetName="shop")


def _disable(scene: Scene) -> None:
    (rule,) = scene.call("ses", "DescribeActiveReceiptRuleSet")["Rules"]
    rule["Enabled"] = False
    scene.call("ses", "UpdateReceiptRule", RuleSetName=RULE_SET, Rule=rule)


@pytest.mark.parametrize(
    ("entrance", "behind"),
    [
        ("no-set-active", "unsubscribed"),
        ("another-set-active", "mapping-disabled"),
        ("rule-disabled", _BUCKET_CLOSED),  # SES enables no rule that cannot store
    ],
)
def test_a_closed_entrance_hides_nothing(receiver: Receiver, entrance: str, behind: str) -> None:
    """Both are roots at once; carried out in the order printed, mail arrives again."""
    for _, break_it in (ENTRANCES[entrance], BEHIND[behind]):
        break_it(receiver)

    diagnosis = examine(seen(receiver.scene))

    assert {ENTRANCES[entrance][0], BEHIND[behind][0]} == set(diagnosis.roots), blamed(diagnosis)
    for code in diagnosis.roots:
        carry_out(receiver.scene, next(f for f in diagnosis.findings if f.code == code))
    receiver.write()
    assert 1 == len(receiver.inbox()), receiver.log()


def test_dead_letters_are_told(receiver: Receiver) -> None:
    """What was given up lies in the dead-letter queue: a root of its own."""
    url = receiver.dead_letters_url
    receiver.scene.call("sqs", "SendMessage", QueueUrl=url, MessageBody="{}")

    diagnosis = examine(seen(receiver.scene))

    assert ("RX108",) == diagnosis.roots, blamed(diagnosis)
    assert DEAD_LETTERS in str(diagnosis.findings)
    assert TOPIC in str(diagnosis.findings)
