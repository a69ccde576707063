"""RX102: whoever is to work on stored mail is notified of it.

Asks: does the topic that each S3 action of the domain's rules names exist, and is
a queue, a function or anybody else subscribed to it?  Without such a topic: does S3
itself tell anybody of new objects in the bucket?

A subscription's filter is looked at as well: SES's notices bear no message attributes,
so a filter over them lets none through.

Why it matters: SES stores the mail and publishes; with nobody subscribed the
mail lies in the bucket and nothing says so.  No metric of SES shows it.

How to mend: subscribe the queue again.  Mail that came in meanwhile is in the
bucket: `sendas mail list` shows it, `sendas mail redeliver` sends it on.

Source: FACTS 8.3; SNS API, ListSubscriptionsByTopic; SES API v1, S3Action.
"""

import json

from collections.abc import Iterator

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.receive._road import (
    Start,
    Teller,
    Unseen,
    by_bucket,
    lets_in,
    name_of,
    queue,
    start,
    subscribe,
    topics,
)  # fmt: skip
from sendas.errors import CouldNotLook
from sendas.outcome import NOT_ASKED, NoAnswer, see
from sendas.ses.road import Subscription, Topic, region_of


def judge(evidence: Evidence) -> Verdict | None:
    """Whether anybody hears of the domain's mail."""
    begin = start(evidence)
    if begin is None or not begin.stored:
        return None
    unseen = Unseen()
    told = list(topics(evidence, begin, unseen))
    deaf = [topic for _, topic in told if not any(s.confirmed for s in topic.subscriptions)]
    if deaf:
        return _nobody(evidence, begin, deaf[0])
    for _, topic in told:
        for one in topic.subscriptions:
            with unseen:
                if held_back := _held_back(evidence, topic, one):
                    return held_back
    unseen.tell()
    heard = [f"the topic {name_of(topic.arn)}" for _, topic in told]
    heard += [name_of(arn) for arn in begin.invoked]
    for action in begin.stored if not heard else ():
        by_s3 = by_bucket(evidence, action.bucket)
        heard += map(name_of, (*by_s3.functions, *by_s3.queues))
        heard += ["EventBridge, and whoever listens there"] if by_s3.event_bridge else []
    if heard:
        names = " and ".join(dict.fromkeys(heard))
        return Verdict(Status.OK, f"Stored mail is told to {names}")
    return Verdict(
        Status.INFO,
        f"Mail of {evidence.subject.domain} is stored, and nothing that AWS knows of is told",
        "It stays in the bucket unless somebody fetches it there.",
        tuple(
            Exhibit(f"receipt rule's bucket {one.bucket}", "no topic, and no notification of S3")
            for one in begin.stored
        ),
    )


def _held_back(evidence: Evidence, topic: Topic, one: Subscription) -> Verdict | None:
    """The verdict where *one*'s filter lets no notice through; raises CouldNotLook."""
    if not one.arn or one.protocol not in {"sqs", "lambda"}:
        return None
    name = name_of(topic.arn)
    asked = f"GetSubscriptionAttributes of {name}"
    found = see(evidence.road.subscription_filters.get(one.arn, NOT_ASKED), asked)
    if found is None:
        return None
    if found.by_body:
        msg = f"{asked}: its FilterPolicy reads the body: not proven (--prove sends a mail)"
        raise CouldNotLook(msg)
    if all(_takes_none(wanted) for wanted in json.loads(found.policy).values()):
        return None
    return Verdict(
        Status.FAIL,
        f"The subscription of {name_of(one.endpoint)} to {name} lets no notice of mail through",
        "Its filter asks for message attributes, and SES's notices bear none.",
        (Exhibit(f"FilterPolicy of {one.arn}", found.policy),),
        (
            Help(
                "Take the filter away; mail that came in meanwhile lies in the bucket.",
                commands=(
                    aws(
                        "sns set-subscription-attributes",
                        region=region_of(topic.arn),
                        subscription_arn=one.arn,
                        attribute_name="FilterPolicy",
                        attribute_value="{}",
                    ),
                ),
                applies=Applies.CONFIRM,
            ),
        ),
    )


def _takes_none(wanted: object) -> bool:
    """Whether an attribute may be missing (SNS guide, "Filter policy constraints")."""
    return isinstance(wanted, list) and {"exists": False} in wanted


def _nobody(evidence: Evidence, begin: Start, topic: Topic) -> Verdict:
    name = name_of(topic.arn)
    asked = f"ListSubscriptionsByTopic {name}"
    if not topic.exists:
        said, title = "no such topic", f"The topic {name} that SES is to tell does not exist"
    elif topic.subscriptions:
        said, title = "not confirmed", f"Nobody has confirmed the subscription to {name}"
    else:
        said, title = "nobody", f"Nobody is subscribed to the topic {name}"
    return Verdict(
        Status.FAIL,
        title,
        "SES stores the mail and tells the topic; nobody hears of it.",
        (Exhibit(asked, said),),
        (_mend(evidence, begin, topic),),
    )


def _mend(evidence: Evidence, begin: Start, topic: Topic) -> Help:
    again = "Mail that came in meanwhile lies in the bucket; `sendas mail` sends it on."
    listeners = tuple(_former_listeners(evidence, topic))
    make = () if topic.exists else (_make(begin, topic),)
    if not listeners:
        return Help(
            f"Subscribe the queue that the function reads to {name_of(topic.arn)}; `sendas apply` "
            f"does it for a stack of its own.  {again}",
            commands=make,
            applies=Applies.CONFIRM,
        )
    return Help(
        f"Subscribe the queue {name_of(listeners[0])} again, whose policy lets the topic in.  "
        f"{again}",
        commands=(*make, subscribe(begin.region, topic.arn, listeners[0])),
        applies=Applies.AUTO,
    )


def _make(begin: Start, topic: Topic) -> str:
    return aws("sns create-topic", region=begin.region, name=name_of(topic.arn))


def _former_listeners(evidence: Evidence, topic: Topic) -> Iterator[str]:
    """The queues that let the topic in and that a function reads: it told them before."""
    seen, unseen = evidence.road.all_readers, Unseen()
    for reader in () if isinstance(seen, NoAnswer) else seen:
        let_in = False
        with unseen:  # only advice hangs on it
            standing = queue(evidence, reader.queue_arn)
            teller = Teller(topic.arn, "sns.amazonaws.com")
            let_in = standing.exists and lets_in(evidence, standing, teller).allowed
        if let_in:
            yield reader.queue_arn


RULE = Rule(
    code="RX102",
    title="Whoever is to work on stored mail is notified of it",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
