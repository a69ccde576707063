"""The road behind the receipt rules, as rules ask about it hop by hop.

Each hop is judged by one rule, and leads only to the hops that it really reaches:
whoever hears nothing is not judged, for the rule before it tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sendas.doctor.evidence import Evidence
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.receive._receiving import current_rules, our_rules, stores
from sendas.iam.policy import Decision, PolicyDocument, Request, Source, decide
from sendas.outcome import NOT_ASKED, see
from sendas.ses.receiving import LambdaAction, RuleSet, S3Action
from sendas.ses.regions import Region
from sendas.ses.road import Function, Queue, Reader, Topic


@dataclass(frozen=True, slots=True)
class Start:
    """Where the road begins: the receiving Region, its active set, the actions that store."""

    region: Region
    active: RuleSet
    stored: tuple[S3Action, ...]
    invoked: tuple[str, ...]
    """Functions that rules invoke themselves."""


@dataclass(frozen=True, slots=True)
class Called:
    """A function that a hop calls; *by* is who calls it, *source* its ARN, where it has one."""

    arn: str
    by: str
    source: str | None = None
    bucket: str | None = None


def start(evidence: Evidence) -> Start | None:
    """Where the domain's mail comes in; None where this run looks at no such road.

    Raises:
        CouldNotLook: Neither MX nor the rules were told.
    """
    found = current_rules(evidence)
    if found is None or found[0] != evidence.subject.region:
        return None
    region, active = found
    domain = evidence.subject.domain
    actions = [a for rule in our_rules(active, domain) for a in rule.actions]
    return Start(
        region,
        active,
        tuple(dict.fromkeys(action for _, action in stores(active, domain))),
        tuple(a.function_arn for a in actions if isinstance(a, LambdaAction)),
    )


def topics(evidence: Evidence, begin: Start) -> Iterator[tuple[S3Action, Topic]]:
    """Each topic that is told of stored mail; raises CouldNotLook."""
    for action in begin.stored:
        if action.topic_arn:
            seen = evidence.road.topics.get(action.topic_arn, NOT_ASKED)
            yield action, see(seen, f"ListSubscriptionsByTopic {name_of(action.topic_arn)}")


def queues(evidence: Evidence, begin: Start) -> Iterator[tuple[Topic, Queue]]:
    """Each queue that such a topic tells; raises CouldNotLook."""
    for _, topic in topics(evidence, begin):
        for subscription in topic.subscriptions:
            if subscription.protocol == "sqs":
                yield topic, queue(evidence, subscription.endpoint)


def queue(evidence: Evidence, arn: str) -> Queue:
    """The queue *arn*; raises CouldNotLook."""
    return see(evidence.road.queues.get(arn, NOT_ASKED), f"GetQueueAttributes {name_of(arn)}")


def readers(evidence: Evidence, arn: str) -> tuple[Reader, ...]:
    """What reads the queue *arn*; raises CouldNotLook."""
    seen = evidence.road.readers.get(arn, NOT_ASKED)
    return see(seen, f"ListEventSourceMappings of {name_of(arn)}")


def called(evidence: Evidence, begin: Start) -> tuple[Called, ...]:
    """Every function that the road comes to; raises CouldNotLook."""
    found = [Called(arn, "ses.amazonaws.com") for arn in begin.invoked]
    for action in begin.stored:
        for arn in by_bucket(evidence, action.bucket):
            source = f"arn:aws:s3:::{action.bucket}"
            found.append(Called(arn, "s3.amazonaws.com", source, action.bucket))
    for action, topic in topics(evidence, begin):
        for one in topic.subscriptions:
            if one.protocol == "lambda":
                found.append(Called(one.endpoint, "sns.amazonaws.com", topic.arn, action.bucket))
            elif one.protocol == "sqs":
                found += [
                    Called(each.function_arn, "sqs", one.endpoint, action.bucket)
                    for each in readers(evidence, one.endpoint)
                    if each.reads
                ]
    return tuple(dict.fromkeys(found))


def by_bucket(evidence: Evidence, bucket: str) -> tuple[str, ...]:
    """The functions that S3 invokes for *bucket*; raises CouldNotLook."""
    seen = evidence.road.bucket_functions.get(bucket, NOT_ASKED)
    return see(seen, f"GetBucketNotificationConfiguration {bucket}")


def function(evidence: Evidence, arn: str) -> Function:
    """The function *arn*; raises CouldNotLook."""
    seen = evidence.road.functions.get(arn, NOT_ASKED)
    return see(seen, f"GetFunctionConfiguration {name_of(arn)}")


def lets_topic_in(evidence: Evidence, standing: Queue, topic_arn: str) -> Decision:
    """What the queue's policy says to SNS about the topic; raises CouldNotLook."""
    account = see(evidence.caller, "GetCallerIdentity").account_id
    context = {
        "aws:SourceArn": (topic_arn,),
        "aws:SourceAccount": (account,),
        "aws:SecureTransport": ("true",),
    }
    policy = standing.policy
    documents = (PolicyDocument("queue policy", Source.QUEUE, policy),) if policy else ()
    return decide(
        documents, Request("sqs:SendMessage", (standing.arn,), "sns.amazonaws.com", context)
    )


def subscribe(region: Region, topic_arn: str, queue_arn: str) -> str:
    """The command that lets a topic tell a queue."""
    return aws(
        "sns subscribe",
        region=region,
        topic_arn=topic_arn,
        protocol="sqs",
        notification_endpoint=queue_arn,
    )


def queue_url(arn: str) -> str:
    """The queue's address, as the AWS CLI wants it (SQS guide, "Queue URLs")."""
    _, partition, _, region, account, name = arn.split(":", 5)
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    return f"https://sqs.{region}.{suffix}/{account}/{name}"


def name_of(arn: str) -> str:
    """What people call it: the ARN's last part."""
    return arn.rpartition(":")[2].rpartition("/")[2]
