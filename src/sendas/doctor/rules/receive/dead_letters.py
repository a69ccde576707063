"""RX108: no mail has been given up.

Asks: does the dead-letter queue of each subscribed queue hold anything?

Why it matters: each message there is a mail that was accepted and not forwarded,
after every try.  The mail itself is still in the bucket.

How to mend: mend what the other findings name, then move the messages back; each
is then worked on once more.

Source: SQS guide, "Dead-letter queues"; SQS API, StartMessageMoveTask.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.receive._road import name_of, queue, queues, start


def judge(evidence: Evidence) -> Verdict | None:
    """Whether mail lies where nobody works on it any more."""
    begin = start(evidence)
    if begin is None:
        return None
    arns = [q.dead_letters for _, q in queues(evidence, begin) if q.dead_letters]
    if not arns:
        return None
    full = [q for arn in dict.fromkeys(arns) if (q := queue(evidence, arn)).waiting]
    if not full:
        return Verdict(Status.OK, "No mail has been given up")
    total = sum(each.waiting for each in full)
    return Verdict(
        Status.FAIL,
        f"{total} mail{'s' if total > 1 else ''} came in and could not be forwarded",
        "After every try its notice went to the dead-letter queue; the mail is in the bucket.",
        tuple(Exhibit(f"GetQueueAttributes {name_of(q.arn)}", f"{q.waiting}") for q in full),
        (
            Help(
                "Mend what else is found, see the function's log for why, then move them back.",
                commands=tuple(
                    aws("sqs start-message-move-task", region=begin.region, source_arn=each.arn)
                    for each in full
                ),
                applies=Applies.CONFIRM,
            ),
        ),
    )


RULE = Rule(
    code="RX108",
    title="No mail has been given up",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("RX105", "RX106", "RX107", "SUP005"),
)
