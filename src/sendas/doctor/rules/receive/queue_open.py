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
from sendas.doctor.rules.receive._road import lets_topic_in, name_of, queue_url, queues, start
from sendas.iam.statement import Effect
from sendas.ses.regions import Region
from sendas.ses.road import Queue, Topic


def judge(evidence: Evidence) -> Verdict | None:
    """Whether notices get into every queue."""
    begin = start(evidence)
    found = list(queues(evidence, begin)) if begin else []
    if begin is None or not found:
        return None
    for topic, standing in found:
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
        if not decision.allowed:
            return Verdict(
                Status.FAIL,
                f"The queue {name} does not let the topic {name_of(topic.arn)} in",
                "SNS drops what the queue refuses; the mail stays in the bucket.",
                (Exhibit(f"policy of {name}", str(decision.outcome)),),
                (_mend(begin.region, topic, standing),),
            )
    names = ", ".join(dict.fromkeys(name_of(q.arn) for _, q in found))
    return Verdict(Status.OK, f"{names} takes what the topic tells")


def _mend(region: Region, topic: Topic, standing: Queue) -> Help:
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
                region=region,
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
