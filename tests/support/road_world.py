"""A healthy road behind a receipt rule, as evidence, and the ways to change it."""

import json

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sendas.dns.answers import Lookup, Question, Records, RecordType
from sendas.doctor.evidence import Evidence, RegionEvidence, Subject
from sendas.doctor.model import Rule, Status
from sendas.doctor.road import Road
from sendas.forward.rights import BESIDE, EACH_MAIL
from sendas.iam.keys import Caller
from sendas.iam.policy import PolicyDocument, Source
from sendas.iam.rights import EVERYWHERE, Right, Role, policy_of
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.identity import Dkim, Identity
from sendas.ses.receiving import Action, ReceiptRule, RuleSet, S3Action
from sendas.ses.regions import Region
from sendas.ses.road import (
    BucketNotices,
    Function,
    Place,
    Queue,
    Reader,
    RoutesSeen,
    Subscription,
    Topic,
)


HERE, OTHER_REGION = Region("us-east-1"), Region("eu-west-1")
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
ACCOUNT, STRANGER = "123456789012", "210987654321"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:sendas-received"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:sendas-received"
DEAD = f"arn:aws:sqs:us-east-1:{ACCOUNT}:sendas-failed"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:sendas"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/sendas-role"
STORE = S3Action("mail", "received/", topic_arn=TOPIC)
LETS_IN = json.dumps({
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }]
})  # fmt: skip
KEYS = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:sendas/reply/example.com-AbCdEf"
DENIED = NoAnswer(Why.DENIED, "not authorized")
MX = Question("example.com", RecordType.MX)
MX_SAYS = Lookup(MX, {"resolver": Records(("10 inbound-smtp.us-east-1.amazonaws.com",), 300)})
NAMES = {
    **EVERYWHERE,
    "region": (HERE,),
    "account": (ACCOUNT,),
    "domain": ("example.com",),
    "answered": ("example.com",),
    "root": ("sendas",),
    "bucket": ("mail",),
    "prefix": ("received/",),
    "configuration_set": ("main",),
}


def allowed(*rights: Right) -> tuple[PolicyDocument, ...]:
    """A role's one policy, as the template writes it of *rights*."""
    text = json.dumps(policy_of(rights, Role.FORWARDER, NAMES))
    return (PolicyDocument("forwarder", Source.INLINE, text),)


def a_rule(name: str, *actions: Action, to: tuple[str, ...] = ("example.com",)) -> ReceiptRule:
    """An enabled rule."""
    return ReceiptRule(name, enabled=True, recipients=to, actions=actions)


OURS = a_rule("ours", STORE)
HEALTHY = Road(
    filters=(),
    topics={TOPIC: Topic(TOPIC, exists=True, subscriptions=(Subscription("sqs", QUEUE),))},
    queues={
        QUEUE: Queue(QUEUE, exists=True, policy=LETS_IN, dead_letters=DEAD),
        DEAD: Queue(DEAD, exists=True),
    },
    readers={QUEUE: (Reader("a-uuid", QUEUE, FUNCTION, "Enabled"),)},
    functions={
        FUNCTION: Function(
            FUNCTION,
            exists=True,
            role_arn=ROLE,
            routes=Place("mail", "sendas/routes.json"),
            alias_keys=KEYS,
        )
    },
    roles={ROLE: allowed(*EACH_MAIL, *BESIDE)},
    bucket_notices={"mail": BucketNotices()},
    routes={FUNCTION: RoutesSeen(exists=True, domains=("example.com",))},
    alias_keys={KEYS: True},
)
IDENTITY = Identity(
    "example.com",
    HERE,
    "SUCCESS",
    verified_for_sending=True,
    dkim=Dkim("SUCCESS", signing_enabled=True, tokens=()),
    configuration_set="main",
)


def world(road: Road = HEALTHY, *rules: ReceiptRule, caller: str = ACCOUNT) -> Evidence:
    """A domain whose mail comes in by *rules*, or by the one that stores it."""
    return Evidence(
        Subject("example.com", HERE),
        NOW,
        lookups={MX: MX_SAYS},
        caller=Caller(caller, f"arn:aws:iam::{caller}:user/admin"),
        regions={
            HERE: RegionEvidence(
                identities={"example.com": IDENTITY},
                active_rule_set=RuleSet("set", rules or (OURS,)),
            )
        },
        road=road,
    )


def status(rule: Rule, seen: Evidence) -> Status | None:
    """What *rule* says; None where it says nothing."""
    verdict = rule.judge(seen)
    return verdict and verdict.status


def queues(**changed: Seen[Queue]) -> Road:
    """The healthy road with its queues, by what they are for, as *changed*."""
    by_use = {"main": QUEUE, "dead": DEAD}
    return replace(HEALTHY, queues=HEALTHY.queues | {by_use[k]: v for k, v in changed.items()})


def function(**changed: Any) -> Road:  # noqa: ANN401  fields by name
    """The healthy road with its function changed."""
    whole = HEALTHY.functions[FUNCTION]
    assert isinstance(whole, Function)
    return replace(HEALTHY, functions={FUNCTION: replace(whole, **changed)})


def told(*subscriptions: Subscription, **more: Any) -> Road:  # noqa: ANN401  fields by name
    """The healthy road, its topic telling *subscriptions* instead."""
    return replace(
        HEALTHY, topics={TOPIC: Topic(TOPIC, exists=True, subscriptions=subscriptions)}, **more
    )
