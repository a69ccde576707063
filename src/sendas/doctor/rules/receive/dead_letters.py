"""RX108: no mail has been given up.

Asks: is the dead-letter queue of each subscribed queue there, and does it hold
anything, taken out for a moment or not?

Why it matters: each message there is a mail that was accepted and not forwarded,
after every try.  The mail itself is still in the bucket.  Where the queue is gone,
nobody is told which mail was given up.

How to mend: mend what the other findings name, then move the messages back; each
is then worked on once more.  A queue that is gone is made again.

Source: SQS guide, "Dead-letter queues"; SQS API, StartMessageMoveTask.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.receive._road import (
    Unseen,
    name_of,
    queue,
    queues,
    start,
)  # fmt: skip
from sendas.ses.road import Queue, region_of


def judge(evidence: Evidence) -> Verdict | None:
    """Whether mail lies where nobody works on it any more."""
    begin, unseen = start(evidence), Unseen()
    if begin is None:
        return None
    behind = {q.dead_letters: q for _, q in queues(evidence, begin, unseen) if q.dead_letters}
    full: list[Queue] = []
    gone: list[tuple[Queue, Queue]] = []
    for arn, source in behind.items():
        with unseen:
            standing = queue(evidence, arn)
            if not standing.exists:
                gone.append((source, standing))
            elif _held(standing):
                full.append(standing)
    if full:
        return _given_up(full)
    if gone:
        return _gone(*gone[0])
    unseen.tell()
    return Verdict(Status.OK, "No mail has been given up") if behind else None


def _held(standing: Queue) -> int:
    """What is in the queue; who has taken a message out has not deleted it yet."""
    return standing.waiting + standing.in_flight


def _gone(source: Queue, standing: Queue) -> Verdict:
    name = name_of(standing.arn)
    return Verdict(
        Status.FAIL,
        f"The dead-letter queue {name} of {name_of(source.arn)} does not exist",
        "Notices of mail that is given up have nowhere to go; the mail stays in the bucket.",
        (Exhibit(f"GetQueueAttributes {name}", "no such queue"),),
        (
            Help(
                "Make the queue again: `sendas apply` does it for a stack of its own.",
                commands=(
                    aws("sqs create-queue", region=region_of(standing.arn), queue_name=name),
                ),
                applies=Applies.CONFIRM,
            ),
        ),
    )


def _given_up(full: list[Queue]) -> Verdict:
    total = sum(map(_held, full))
    return Verdict(
        Status.FAIL,
        f"{total} mail{'s' if total > 1 else ''} came in and could not be forwarded",
        "After every try its notice went to the dead-letter queue; the mail is in the bucket.",
        tuple(Exhibit(f"GetQueueAttributes {name_of(q.arn)}", _shown(q)) for q in full),
        (
            Help(
                "Mend what else is found, see the function's log for why, then move them back.",
                commands=tuple(
                    aws(
                        "sqs start-message-move-task",
                        region=region_of(each.arn),
                        source_arn=each.arn,
                    )
                    for each in full
                ),
                applies=Applies.CONFIRM,
            ),
        ),
    )


def _shown(standing: Queue) -> str:
    flying = f", {standing.in_flight} in flight" if standing.in_flight else ""
    return f"{standing.waiting}{flying}"


RULE = Rule(
    code="RX108",
    title="No mail has been given up",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("RX105", "RX106", "RX107", "RX113", "SUP005"),
)
