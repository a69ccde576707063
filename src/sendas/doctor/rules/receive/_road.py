"""The road behind the receipt rules, as rules ask about it hop by hop.

Each hop is judged by one rule, and leads only to the hops that it really reaches:
whoever hears nothing is not judged, for the rule before it tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

from sendas.doctor.evidence import Evidence
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.receive._receiving import awaited_rules, stores
from sendas.errors import CouldNotLook, NotAsked
from sendas.iam.policy import Decision, PolicyDocument, Request, Source, decide
from sendas.outcome import NOT_ASKED, see
from sendas.ses.receiving import LambdaAction, RuleSet, S3Action
from sendas.ses.regions import Region, partition_of
from sendas.ses.road import BucketNotices, Function, Queue, Reader, Topic, account_of, region_of


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


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells a queue of mail: a topic, or S3 for a bucket; *service* writes for it."""

    arn: str
    service: str

    def __str__(self) -> str:
        """As people say it."""
        kind = "topic" if self.service.startswith("sns") else "bucket"
        return f"the {kind} {name_of(self.arn)}"


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
            CouldNotLook: Something was not seen, and may be wrong.
        """
        if self._silence is not None:
            raise self._silence


def start(evidence: Evidence) -> Start | None:
    """Where the domain's mail comes in; None where this run looks at no such road.

    Raises:
        CouldNotLook: Neither MX nor the rules were told.
    """
    found = awaited_rules(evidence)
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
    """Each topic that is notified of stored mail, by SES or by S3."""
    for action in begin.stored:
        named = (action.topic_arn,) if action.topic_arn else ()
        for arn in dict.fromkeys((*named, *notices(evidence, action, unseen).topics)):
            topic: Topic | None = None
            with unseen:
                asked = f"ListSubscriptionsByTopic {name_of(arn)}"
                topic = see(evidence.road.topics.get(arn, NOT_ASKED), asked)
            if topic:
                yield action, topic


def notices(evidence: Evidence, action: S3Action, unseen: Unseen) -> BucketNotices:
    """Whom S3 tells of what *action* stores.

    Where SES itself tells a topic of it, nothing hangs on S3: not seeing it is no silence.
    """
    with Unseen() if action.topic_arn else unseen:
        return by_bucket(evidence, action.bucket)
    return BucketNotices()


def queues(evidence: Evidence, begin: Start, unseen: Unseen) -> Iterator[tuple[Teller, Queue]]:
    """Each queue that is notified of stored mail, and by whom."""
    for teller, arn, _ in _told(evidence, begin, unseen):
        standing: Queue | None = None
        with unseen:
            standing = queue(evidence, arn)
        if standing:
            yield teller, standing


def _told(
    evidence: Evidence, begin: Start, unseen: Unseen
) -> Iterator[tuple[Teller, str, S3Action]]:
    """Each queue's ARN, who tells it, and of what is stored by which action."""
    for action, topic in topics(evidence, begin, unseen):
        for one in topic.subscriptions:
            if one.protocol == "sqs":
                yield Teller(topic.arn, "sns.amazonaws.com"), one.endpoint, action
    for action in begin.stored:
        for arn in notices(evidence, action, unseen).queues:
            yield s3(begin, action), arn, action


def s3(begin: Start, action: S3Action) -> Teller:
    """S3, for the bucket that *action* stores to."""
    return Teller(f"arn:{partition_of(begin.region)}:s3:::{action.bucket}", "s3.amazonaws.com")


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
    for action in begin.stored:
        by = s3(begin, action)
        found += [
            Called(arn, by.service, by.arn, action.bucket)
            for arn in notices(evidence, action, unseen).functions
        ]
    for action, topic in topics(evidence, begin, unseen):
        found += [
            Called(one.endpoint, "sns.amazonaws.com", topic.arn, action.bucket)
            for one in topic.subscriptions
            if one.protocol == "lambda"
        ]
    for _, queue_arn, action in _told(evidence, begin, unseen):
        with unseen:
            found += [
                Called(each.function_arn, "sqs", queue_arn, action.bucket)
                for each in readers(evidence, queue_arn)
                if each.reads
            ]
    return tuple(dict.fromkeys(found))


def by_bucket(evidence: Evidence, bucket: str) -> BucketNotices:
    """Whom S3 tells of new objects in *bucket*; raises CouldNotLook."""
    seen = evidence.road.bucket_notices.get(bucket, NOT_ASKED)
    return see(seen, f"GetBucketNotificationConfiguration {bucket}")


def function(evidence: Evidence, arn: str) -> Function:
    """The function *arn*; raises CouldNotLook."""
    seen = evidence.road.functions.get(arn, NOT_ASKED)
    return see(seen, f"GetFunctionConfiguration {name_of(arn)}")


def lets_in(evidence: Evidence, standing: Queue, teller: Teller) -> Decision:
    """What the queue's policy says to whoever tells it; raises CouldNotLook."""
    account = see(evidence.caller, "GetCallerIdentity").account_id
    context = {
        "aws:SourceArn": (teller.arn,),
        "aws:SourceAccount": (account,),
        "aws:SecureTransport": ("true",),
    }
    policy = standing.policy
    documents = (PolicyDocument("queue policy", Source.QUEUE, policy),) if policy else ()
    return decide(documents, Request("sqs:SendMessage", (standing.arn,), teller.service, context))


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
