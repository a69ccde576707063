"""RX112: the road in is seen to its end.

Asks: does the Region that was asked about receive the domain's mail, and is everybody
who is notified of it something that can be looked at: a queue, a function?

Why it matters: whoever hears of mail by EventBridge, over HTTPS or by mail is out of
sight; so is what a function does that is not sendas's, and whether one that runs in a
VPC gets out of it to SES and S3.  Nothing seen is wrong then, and nothing proves that
mail gets through.

How to mend: nothing need be broken.  `sendas doctor --prove` sends a mail and follows it;
with `--region`, the Region that receives is looked at.

Source: SNS API, Subscribe; S3 guide, "Using EventBridge".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.proof import Way
from sendas.doctor.rules.receive._receiving import receiving_region
from sendas.doctor.rules.receive._road import (
    Start,
    Unseen,
    called,
    function,
    name_of,
    notices,
    start,
    topics,
)
from sendas.errors import CouldNotLook


def judge(evidence: Evidence) -> Verdict | None:
    """Whether somebody out of sight works on the domain's mail."""
    journey = evidence.proof.journey(Way.IN) if evidence.proof else None
    if journey is not None and journey.proven:
        return Verdict(Status.OK, "A mail that was sent came in to the end of the road")
    region = receiving_region(evidence)
    if region is None:
        return None
    if region != evidence.subject.region:
        msg = (
            f"the road in: mail comes in by SES in {region}, and was looked at in "
            f"{evidence.subject.region}: not proven (--region {region} looks there)"
        )
        raise CouldNotLook(msg)
    begin = start(evidence)
    if begin is None or not (begin.stored or begin.invoked):
        return None
    if unseen := _out_of_sight(evidence, begin):
        msg = f"the road in: {unseen} cannot be looked at: not proven (--prove sends a mail)"
        raise CouldNotLook(msg)
    return Verdict(Status.OK, "The road in is seen to its end")


def _out_of_sight(evidence: Evidence, begin: Start) -> str:
    """Who is told and cannot be seen; silences are other rules' to tell."""
    unseen = Unseen()
    for _, topic in topics(evidence, begin, unseen):
        for one in topic.subscriptions:
            if one.confirmed and one.protocol not in {"sqs", "lambda"}:
                return f"whoever hears the topic {name_of(topic.arn)} by {one.protocol}"
    for action in begin.stored:
        told = notices(evidence, action, unseen)
        if told.event_bridge and not (told.functions or told.queues or action.topic_arn):
            return f"whoever hears of the bucket {action.bucket} by EventBridge"
    for call in called(evidence, begin, unseen):
        with unseen:
            standing = function(evidence, call.arn)
            if standing.exists and standing.in_vpc:
                return f"whether the function {name_of(call.arn)} gets out of its VPC"
            if standing.exists and standing.routes is None:
                return f"what the function {name_of(call.arn)}, which is not sendas's, does"
    return ""


RULE = Rule(
    code="RX112",
    title="The road in is seen to its end",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.MEDIUM,
    judge=judge,
)
