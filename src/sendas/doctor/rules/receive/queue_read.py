"""RX104: a function reads the queue.

Asks: is an event-source mapping of each subscribed queue there, and enabled?  What a
mapping with a filter throws away cannot be seen.

Why it matters: a queue with nobody behind it fills without a sound, and forgets
each message after its retention, four days by default.

How to mend: enable the mapping, or make it again.  What waits in the queue is
then worked on by itself.

Source: Lambda guide, "Using Lambda with Amazon SQS"; Lambda API, EventSourceMapping.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.receive._road import (
    Unseen,
    name_of,
    queues,
    readers,
    start,
)  # fmt: skip
from sendas.errors import CouldNotLook
from sendas.ses.road import Queue, Reader, region_of


def judge(evidence: Evidence) -> Verdict | None:
    """Whether what waits in each queue is taken out."""
    begin, unseen = start(evidence), Unseen()
    if begin is None:
        return None
    standing = list(dict.fromkeys(q for _, q in queues(evidence, begin, unseen) if q.exists))
    for each in standing:
        with unseen:
            found = readers(evidence, each.arn)
            if not any(reader.reads for reader in found):
                return _unread(each, found)
            if all(reader.filtered for reader in found if reader.reads):
                msg = (
                    f"the filter of what reads {name_of(each.arn)}: which notices it throws away "
                )
                raise CouldNotLook(msg + "is not proven (--prove sends a mail)")
    unseen.tell()
    if not standing:
        return None
    names = ", ".join(name_of(each.arn) for each in standing)
    return Verdict(Status.OK, f"A function reads {names}")


def _unread(each: Queue, found: tuple[Reader, ...]) -> Verdict:
    name = name_of(each.arn)
    states = ", ".join(f"{name_of(r.function_arn)}: {r.state}" for r in found) or "none"
    waits = f"{each.waiting} waiting" if each.waiting else "none waiting now"
    title = f"What reads the queue {name} is switched off" if found else f"Nothing reads {name}"
    return Verdict(
        Status.FAIL,
        title,
        "Notices wait in the queue until it forgets them; the mail stays in the bucket.",
        (
            Exhibit(f"ListEventSourceMappings of {name}", states),
            Exhibit(f"GetQueueAttributes {name}", waits),
        ),
        (_mend(each, found),),
    )


def _mend(each: Queue, found: tuple[Reader, ...]) -> Help:
    if found:
        return Help(
            "Switch it on.",
            commands=(
                aws(
                    "lambda update-event-source-mapping",
                    region=region_of(each.arn),
                    uuid=found[0].uuid,
                    enabled=True,
                ),
            ),
            applies=Applies.AUTO,
        )
    return Help(
        "Let the function read the queue again, with the name that it has for FUNCTION; "
        "`sendas apply` does it for a stack of its own.",
        commands=(
            aws(
                "lambda create-event-source-mapping",
                region=region_of(each.arn),
                function_name="FUNCTION",
                event_source_arn=each.arn,
                function_response_types=["ReportBatchItemFailures"],
            ),
        ),
    )


RULE = Rule(
    code="RX104",
    title="A function reads the queue",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("RX105",),
)
