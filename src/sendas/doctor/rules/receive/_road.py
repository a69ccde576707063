"""The road behind the receipt rules, as rules ask about it hop by hop.

Each hop is judged by one rule, and leads only to the hops that it really reaches:
whoever hears nothing is not judged, for the rule before it tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

from sendas.doctor.evidence import Evidence
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.receive._receiving import current_rules, stores
from sendas.errors import CouldNotLook, NotAsked
from sendas.iam.policy import Decision, PolicyDocument, Request, Source, decide
from sendas.outcome import NOT_ASKED, see
from sendas.ses.receiving import LambdaAction, RuleSet, S3Action
from sendas.ses.regions import Region, partition_of
from sendas.ses.road import Function, Queue, Reader, Topic, account_of, region_of


SES = "ses.amazonaws.com"
"""Who invokes a function that a rule names itself."""


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


class Unseen:
    """What could not be looked at, kept back until what is known has been judged.

    ::

        for arn in arns:
            with unseen:
                if broken := _broken(evidence, arn):
                    return broken
        unseen.tell()
    """

    def __init__(self) -> None:
        self._silence: CouldNotLook | None = None

    def __enter__(self) -> None:
        """Look at one thing."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Keep a silence, and go on to the next; any other error goes its way."""
        if not isinstance(error, CouldNotLook):
            return False
        # That nobody answered counts more than that nobody was asked.
        if self._silence is None or isinstance(self._silence, NotAsked):
            self._silence = error
        return True

    def tell(self) -> None:
        """Raise the silence that was kept, if there was one.

        Raises:
            CouldNotLook: Something was not seen, and may be amiss.
        """
        if self._silence is not None:
            raise self._silence


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
    actions = [a for rule in active.rules_of(domain) for a in rule.actions]
    return Start(
        region,
        active,
        tuple(dict.fromkeys(action for _, action in stores(active, domain))),
        tuple(a.function_arn for a in actions if isinstance(a, LambdaAction)),
    )


def topics(evidence: Evidence, begin: Start, unseen: Unseen) -> Iterator[tuple[S3Action, Topic]]:
    """Each topic that is told of stored mail."""
    for action in begin.stored:
        if action.topic_arn:
            asked = f"ListSubscriptionsByTopic {name_of(action.topic_arn)}"
            topic: Topic | None = None
            with unseen:
                topic = see(evidence.road.topics.get(action.topic_arn, NOT_ASKED), asked)
            if topic:
                yield action, topic


def queues(evidence: Evidence, begin: Start, unseen: Unseen) -> Iterator[tuple[Topic, Queue]]:
    """Each queue that such a topic tells."""
    for _, topic in topics(evidence, begin, unseen):
        for subscription in topic.subscriptions:
            if subscription.protocol == "sqs":
                standing: Queue | None = None
                with unseen:
                    standing = queue(evidence, subscription.endpoint)
                if standing:
                    yield topic, standing


def queue(evidence: Evidence, arn: str) -> Queue:
    """The queue *arn*; raises CouldNotLook."""
    seen = evidence.road.queues.get(arn, NOT_ASKED)
    found = see(seen, f"GetQueueAttributes {name_of(arn)}")
    if not found.exists:
        account = account_of(arn)
        if account != see(evidence.caller, "GetCallerIdentity").account_id:
            # SQS API, GetQueueUrl: who may not see a queue is told that there is none.
            msg = f"GetQueueUrl {name_of(arn)}: denied, or there is none, in account {account}"
            raise CouldNotLook(msg)
    return found


def readers(evidence: Evidence, arn: str) -> tuple[Reader, ...]:
    """What reads the queue *arn*; raises CouldNotLook."""
    seen = evidence.road.readers.get(arn, NOT_ASKED)
    return see(seen, f"ListEventSourceMappings of {name_of(arn)}")


def called(evidence: Evidence, begin: Start, unseen: Unseen) -> tuple[Called, ...]:
    """Every function that the road is seen to come to."""
    found = [Called(arn, SES) for arn in begin.invoked]
    partition = partition_of(begin.region)
    for action in begin.stored:
        with unseen:
            for arn in by_bucket(evidence, action.bucket):
                source = f"arn:{partition}:s3:::{action.bucket}"
                found.append(Called(arn, "s3.amazonaws.com", source, action.bucket))
    for action, topic in topics(evidence, begin, unseen):
        for one in topic.subscriptions:
            if one.protocol == "lambda":
                found.append(Called(one.endpoint, "sns.amazonaws.com", topic.arn, action.bucket))
            elif one.protocol == "sqs":
                with unseen:
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
    suffix = "amazonaws.com.cn" if arn.startswith("arn:aws-cn:") else "amazonaws.com"
    return f"https://sqs.{region_of(arn)}.{suffix}/{account_of(arn)}/{name_of(arn)}"


def whole_function(arn: str) -> str:
    """The ARN without the alias or version at its end (Lambda guide, "Aliases")."""
    parts = arn.split(":")
    return ":".join(parts[:_FUNCTION_PARTS]) if parts[5:6] == ["function"] else arn


def name_of(arn: str) -> str:
    """What people call it: the ARN's last part, and a function's without its alias."""
    return whole_function(arn).rpartition(":")[2].rpartition("/")[2]


_FUNCTION_PARTS = 7
