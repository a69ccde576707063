"""RX103: the queue takes what it is told.

Asks: does each queue that is notified of mail exist, and does its policy allow
``sqs:SendMessage`` to the topic, or to S3, that tells it?  May the same use the KMS key
that the queue is encrypted with?

Why it matters: SNS tries a queue that refuses for a while and then drops the
notice; the mail stays in the bucket, and nobody works on it.

How to mend: put the queue, or the statement in its policy, back.

Source: SNS guide, "Subscribing an Amazon SQS queue to an Amazon SNS topic"; FACTS 8.3.
"""

import json

from dataclasses import replace
from typing import Any

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws, compact
from sendas.doctor.rules.receive import _keys
from sendas.doctor.rules.receive._road import (
    Teller,
    Unseen,
    function,
    lets_in,
    name_of,
    queue_url,
    queues,
    readers,
    start,
)  # fmt: skip
from sendas.iam.exception import let_through, statements_of
from sendas.ses.road import Queue, region_of


def judge(evidence: Evidence) -> Verdict | None:
    """Whether notices get into every queue."""
    begin, unseen = start(evidence), Unseen()
    found = list(queues(evidence, begin, unseen)) if begin else []
    for teller, standing in found:
        with unseen:
            if shut := _shut(evidence, teller, standing):
                return shut
    unseen.tell()
    if not found:
        return None
    names = ", ".join(dict.fromkeys(name_of(q.arn) for _, q in found))
    return Verdict(Status.OK, f"{names} takes what it is told")


def _shut(evidence: Evidence, teller: Teller, standing: Queue) -> Verdict | None:
    name = name_of(standing.arn)
    if not standing.exists:
        return Verdict(
            Status.FAIL,
            f"The queue {name} that {teller} tells does not exist",
            "Notices of mail are dropped; the mail stays in the bucket.",
            (Exhibit(f"GetQueueAttributes {name}", "no such queue"),),
            (
                Help(
                    "Make the queue again, with its dead-letter queue and its policy: "
                    "`sendas apply` does it for a stack of its own."
                ),
            ),
        )
    decision = lets_in(evidence, standing, teller)
    if decision.allowed:
        if standing.key is None:
            return None
        return _keys.shut(
            evidence, locked(teller, standing), _plain(standing), _roles(evidence, standing)
        )
    return Verdict(
        Status.FAIL,
        f"The queue {name} does not let {teller} in",
        "What the queue refuses is dropped; the mail stays in the bucket.",
        (Exhibit(f"policy of {name}", str(decision.outcome)),),
        (_mend(evidence, teller, standing),),
    )


def locked(teller: Teller, standing: Queue) -> _keys.Locked:
    """The queue with its key, as *teller* writes to it."""
    name = f"the queue {name_of(standing.arn)}"
    return _keys.Locked(name, standing.key or "", teller.service, teller.arn)


def _roles(evidence: Evidence, standing: Queue) -> tuple[str, ...]:
    """The roles of the functions that are seen to read the queue."""
    found: list[str] = []
    with Unseen():  # only advice hangs on it
        for reader in readers(evidence, standing.arn):
            with Unseen():
                found.append(function(evidence, reader.function_arn).role_arn)
    return tuple(dict.fromkeys(filter(None, found)))


def _plain(standing: Queue) -> Help:
    return Help(
        f"Let SQS encrypt the queue {name_of(standing.arn)} with a key of its own instead.",
        commands=(
            aws(
                "sqs set-queue-attributes",
                region=region_of(standing.arn),
                queue_url=queue_url(standing.arn),
                attributes={"KmsMasterKeyId": "", "SqsManagedSseEnabled": "true"},
            ),
        ),
        applies=Applies.CONFIRM,
    )


def _mend(evidence: Evidence, teller: Teller, standing: Queue) -> Help:
    whole: dict[str, Any] = json.loads(standing.policy or '{"Version": "2012-10-17"}')
    through = let_through(
        whole,
        teller.arn,
        lambda text: lets_in(evidence, replace(standing, policy=text), teller),
    )
    excepted = statements_of(through) != statements_of(whole)
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": teller.service},
        "Action": "sqs:SendMessage",
        "Resource": standing.arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": teller.arn}},
    }
    mended = {**through, "Statement": [*statements_of(through), allow]}
    beside = "  What denies it goes on denying to all others." if excepted else ""
    return Help(
        f"Let {teller} write to the queue; the rest of its policy stays.{beside}",
        commands=(
            aws(
                "sqs set-queue-attributes",
                region=region_of(standing.arn),
                queue_url=queue_url(standing.arn),
                attributes={"Policy": compact(mended)},
            ),
        ),
        applies=Applies.CONFIRM if excepted else Applies.AUTO,
    )


RULE = Rule(
    code="RX103",
    title="The queue takes what it is told",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("RX102",),
)
