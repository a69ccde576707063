"""RX103: the queue takes what the topic tells it.

Asks: does each subscribed queue exist, and does its policy allow
``sqs:SendMessage`` to ``sns.amazonaws.com`` for this topic?

Why it matters: SNS tries a queue that refuses for a while and then drops the
notice; the mail stays in the bucket, and nobody works on it.

How to mend: put the queue, or the statement in its policy, back.

Source: SNS guide, "Subscribing an Amazon SQS queue to an Amazon SNS topic"; FACTS 8.3.
"""

import json

from typing import Any

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws, compact
from sendas.doctor.rules.receive._road import (
    Unseen,
    lets_topic_in,
    name_of,
    queue_url,
    queues,
    start,
)  # fmt: skip
from sendas.iam.statement import Effect
from sendas.ses.road import Queue, Topic, region_of


def judge(evidence: Evidence) -> Verdict | None:
    """Whether notices get into every queue."""
    begin, unseen = start(evidence), Unseen()
    found = list(queues(evidence, begin, unseen)) if begin else []
    for topic, standing in found:
        with unseen:
            if shut := _shut(evidence, topic, standing):
                return shut
    unseen.tell()
    if not found:
        return None
    names = ", ".join(dict.fromkeys(name_of(q.arn) for _, q in found))
    return Verdict(Status.OK, f"{names} takes what the topic tells")


def _shut(evidence: Evidence, topic: Topic, standing: Queue) -> Verdict | None:
    name = name_of(standing.arn)
    if not standing.exists:
        return Verdict(
            Status.FAIL,
            f"The queue {name} that {name_of(topic.arn)} tells does not exist",
            "Notices of mail are dropped; the mail stays in the bucket.",
            (Exhibit(f"GetQueueAttributes {name}", "no such queue"),),
            (
                Help(
                    "Make the queue again, with its dead-letter queue and its policy: "
                    "`sendas apply` does it for a stack of its own."
                ),
            ),
        )
    decision = lets_topic_in(evidence, standing, topic.arn)
    if decision.allowed:
        return None
    return Verdict(
        Status.FAIL,
        f"The queue {name} does not let the topic {name_of(topic.arn)} in",
        "SNS drops what the queue refuses; the mail stays in the bucket.",
        (Exhibit(f"policy of {name}", str(decision.outcome)),),
        (_mend(topic, standing),),
    )


def _mend(topic: Topic, standing: Queue) -> Help:
    document: dict[str, Any] = json.loads(standing.policy or '{"Version": "2012-10-17"}')
    found = document.get("Statement", [])
    # A Deny is somebody's intention; what shuts our own topic out cannot stay all the same.
    kept = [
        each
        for each in (found if isinstance(found, list) else [found])
        if each.get("Effect") != Effect.DENY
    ]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": standing.arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic.arn}},
    }
    dropped = len(found) - len(kept) if isinstance(found, list) else 0
    leaves = f"  That takes {dropped} denial out of it." if dropped else ""
    policy = compact({**document, "Statement": [*kept, allow]})
    return Help(
        f"Let the topic write to the queue.{leaves}",
        commands=(
            aws(
                "sqs set-queue-attributes",
                region=region_of(standing.arn),
                queue_url=queue_url(standing.arn),
                attributes={"Policy": policy},
            ),
        ),
        applies=Applies.CONFIRM if dropped else Applies.AUTO,
    )


RULE = Rule(
    code="RX103",
    title="The queue takes what the topic tells it",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("RX102",),
)
