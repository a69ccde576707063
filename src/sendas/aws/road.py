"""Read-only: the hops of received mail behind the receipt rule, one question each."""

import json

from collections.abc import Mapping
from typing import Any

from sendas.aws import functions, iam_policies, objects
from sendas.aws.absent import NO_BUCKET, NO_FUNCTION, NO_KEY, NO_QUEUE, NO_TOPIC
from sendas.aws.iam import ABSENT, listed
from sendas.aws.paging import paged
from sendas.aws.reading import Raw, understand
from sendas.aws.session import Session
from sendas.iam.policy import PolicyDocument, Source
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region
from sendas.ses.road import (
    BucketNotices,
    Filter,
    Function,
    Key,
    Place,
    Queue,
    Reader,
    Subscription,
    SubscriptionFilter,
    Topic,
    TopicSettings,
)


_CREATED = "s3:ObjectCreated:"
_PENDING = "pendingconfirmation"


def filters(session: Session, region: Region) -> Seen[tuple[Filter, ...]]:
    """The IP address filters of SES receiving in *region*."""
    return understand(session.ask("ses", "ListReceiptFilters", region=region), _parse_filters)


def _parse_filters(raw: Raw) -> tuple[Filter, ...]:
    return tuple(
        Filter(one["Name"], one["IpFilter"]["Cidr"], one["IpFilter"]["Policy"] == "Block")
        for one in raw.get("Filters", ())
    )


def topic(session: Session, region: Region, arn: str) -> Seen[Topic]:
    """The topic *arn* and who is subscribed."""
    entries = paged(
        session,
        "sns",
        "ListSubscriptionsByTopic",
        "Subscriptions",
        region=region,
        absent=NO_TOPIC,
        TopicArn=arn,
    )
    if entries is None:
        return Topic(arn, exists=False)
    return understand(
        entries,
        lambda found: Topic(
            arn, exists=True, subscriptions=tuple(map(_parse_subscription, found))
        ),
    )


def _parse_subscription(raw: Raw) -> Subscription:
    pending = str(raw.get("SubscriptionArn", "")).lower().replace(" ", "") == _PENDING
    return Subscription(
        raw["Protocol"],
        raw.get("Endpoint", ""),
        confirmed=not pending,
        arn="" if pending else str(raw.get("SubscriptionArn", "")),
    )


def topic_settings(session: Session, region: Region, arn: str) -> Seen[TopicSettings]:
    """Who may publish to the topic *arn*, and its key; neither where it does not exist."""
    answer = session.find(
        "sns", "GetTopicAttributes", region=region, absent=NO_TOPIC, TopicArn=arn
    )
    if answer is None:
        return TopicSettings()
    return understand(answer, lambda raw: _parse_settings(raw.get("Attributes", {})))


def _parse_settings(attributes: Raw) -> TopicSettings:
    return TopicSettings(
        attributes.get("Policy") or None, attributes.get("KmsMasterKeyId") or None
    )


def subscription_filter(
    session: Session, region: Region, arn: str
) -> Seen[SubscriptionFilter | None]:
    """What the subscription *arn* lets through; None where that is all."""
    answer = session.find(
        "sns", "GetSubscriptionAttributes", region=region, absent=NO_TOPIC, SubscriptionArn=arn
    )
    if answer is None:
        return None
    return understand(answer, lambda raw: _parse_filter(raw.get("Attributes", {})))


def _parse_filter(attributes: Raw) -> SubscriptionFilter | None:
    text = attributes.get("FilterPolicy") or ""
    if not text or json.loads(text) == {}:
        return None
    return SubscriptionFilter(text, by_body=attributes.get("FilterPolicyScope") == "MessageBody")


def key(session: Session, region: Region, name: str) -> Seen[Key | None]:
    """The key *name*, an id, an ARN or an alias; None if there is none."""
    described = session.find("kms", "DescribeKey", region=region, absent=NO_KEY, KeyId=name)
    if described is None or isinstance(described, NoAnswer):
        return described
    about = described["KeyMetadata"]
    policy = session.find(
        "kms",
        "GetKeyPolicy",
        region=region,
        absent=NO_KEY,
        KeyId=about["Arn"],
        PolicyName="default",
    )
    if policy is None or isinstance(policy, NoAnswer):
        return policy
    return understand(
        policy,
        lambda raw: Key(about["Arn"], raw["Policy"], managed=about.get("KeyManager") == "AWS"),
    )


def queue(session: Session, region: Region, arn: str) -> Seen[Queue]:
    """The queue *arn*: who may write to it, how much waits, where given-up messages go."""
    account, name = arn.split(":")[4:6]
    found = session.find(
        "sqs",
        "GetQueueUrl",
        region=region,
        absent=NO_QUEUE,
        QueueName=name,
        QueueOwnerAWSAccountId=account,
    )
    if found is None:
        return Queue(arn, exists=False)
    if isinstance(found, NoAnswer):
        return found
    answer = session.find(
        "sqs",
        "GetQueueAttributes",
        region=region,
        absent=NO_QUEUE,
        QueueUrl=found.get("QueueUrl", ""),
        AttributeNames=["All"],
    )
    if answer is None:
        return Queue(arn, exists=False)
    return understand(answer, lambda raw: _parse_queue(raw.get("Attributes", {}), arn))


def _parse_queue(attributes: Raw, arn: str) -> Queue:
    redrive = json.loads(attributes.get("RedrivePolicy") or "{}")
    return Queue(
        arn,
        exists=True,
        policy=attributes.get("Policy") or None,
        waiting=int(attributes.get("ApproximateNumberOfMessages", 0)),
        in_flight=int(attributes.get("ApproximateNumberOfMessagesNotVisible", 0)),
        dead_letters=redrive.get("deadLetterTargetArn"),
        key=attributes.get("KmsMasterKeyId") or None,
    )


def readers(
    session: Session, region: Region, queue_arn: str | None = None
) -> Seen[tuple[Reader, ...]]:
    """The mappings that read *queue_arn*; of every queue where none is given."""
    wanted: dict[str, object] = {"EventSourceArn": queue_arn} if queue_arn else {}
    entries = paged(
        session,
        "lambda",
        "ListEventSourceMappings",
        "EventSourceMappings",
        region=region,
        absent=NO_FUNCTION,
        tokens=("NextMarker", "Marker"),
        **wanted,
    )
    return understand(
        entries or (),
        lambda found: tuple(_parse_reader(one) for one in found if "EventSourceArn" in one),
    )


def _parse_reader(raw: Raw) -> Reader:
    return Reader(
        raw["UUID"],
        raw["EventSourceArn"],
        raw["FunctionArn"],
        raw.get("State", ""),
        filtered=bool(raw.get("FilterCriteria", {}).get("Filters")),
    )


def function(session: Session, region: Region, arn: str) -> Seen[Function]:
    """The function *arn*: its state, its role, who may invoke it."""
    answer = session.find(
        "lambda",
        "GetFunctionConfiguration",
        region=region,
        absent=NO_FUNCTION,
        FunctionName=arn,
    )
    if answer is None:
        return Function(arn, exists=False)
    if isinstance(answer, NoAnswer):
        return answer
    policy = session.find(
        "lambda", "GetPolicy", region=region, absent=NO_FUNCTION, FunctionName=arn
    )
    limit = functions.concurrency(session, region, arn)
    if isinstance(policy, NoAnswer):
        return policy
    if isinstance(limit, NoAnswer):
        return limit
    return understand(answer, lambda raw: _parse_function(raw, arn, policy, limit))


def _parse_function(raw: Raw, arn: str, policy: Any, limit: int | None) -> Function:  # noqa: ANN401  AWS's JSON
    variables: Mapping[str, str] = raw.get("Environment", {}).get("Variables", {})
    bucket, key = variables.get("SENDAS_BUCKET"), variables.get("SENDAS_ROUTES_KEY")
    state = variables.get("SENDAS_STATE_PREFIX")
    return Function(
        arn,
        exists=True,
        state=raw.get("State", "Active"),
        role_arn=raw.get("Role", ""),
        policy=(policy or {}).get("Policy"),
        concurrency=limit,
        routes=Place(bucket, key) if bucket and key else None,
        writes=Place(bucket, state) if bucket and state else None,
        alias_keys=variables.get("SENDAS_REPLY_SECRET", ""),
        in_vpc=bool(raw.get("VpcConfig", {}).get("SubnetIds")),
    )


def bucket_notices(session: Session, region: Region, bucket: str) -> Seen[BucketNotices]:
    """Whom S3 tells when an object arrives in *bucket*."""
    answer = session.find(
        "s3",
        "GetBucketNotificationConfiguration",
        region=region,
        absent=NO_BUCKET,
        Bucket=bucket,
    )
    return BucketNotices() if answer is None else understand(answer, _parse_notices)


def _parse_notices(raw: Raw) -> BucketNotices:
    def told(kind: str, arn: str) -> tuple[str, ...]:
        return tuple(
            one[arn]
            for one in raw.get(kind, ())
            if any(event.startswith(_CREATED) for event in one.get("Events", (_CREATED,)))
        )

    return BucketNotices(
        told("LambdaFunctionConfigurations", "LambdaFunctionArn"),
        told("QueueConfigurations", "QueueArn"),
        told("TopicConfigurations", "TopicArn"),
        event_bridge="EventBridgeConfiguration" in raw,
    )


def text_object(session: Session, region: Region, bucket: str, key: str) -> Seen[bytes | None]:
    """An object's bytes; None if there is none."""
    return objects.read(session, region, bucket, key, absent=objects.NOWHERE)


def role_policies(
    session: Session, region: Region, role_arn: str
) -> Seen[tuple[PolicyDocument, ...] | None]:
    """Every document that binds the role; None if there is no such role."""
    name = role_arn.rpartition("/")[2]
    found = session.find("iam", "GetRole", region=region, absent=ABSENT, RoleName=name)
    if found is None or isinstance(found, NoAnswer):
        return found
    boundary, trust = understand(found, _boundary), understand(found, _trust)
    if isinstance(boundary, NoAnswer):
        return boundary
    inline = listed(session, region, "ListRolePolicies", "PolicyNames", RoleName=name)
    attached = listed(
        session, region, "ListAttachedRolePolicies", "AttachedPolicies", RoleName=name
    )
    parts: list[Seen[tuple[PolicyDocument, ...]]] = [
        one for one in (inline, attached) if isinstance(one, NoAnswer)
    ]
    if not isinstance(inline, NoAnswer):
        parts += [_inline(session, region, name, str(one)) for one in inline]
    if not isinstance(attached, NoAnswer):
        parts += [
            iam_policies.managed(
                session, region, one["PolicyName"], one["PolicyArn"], Source.MANAGED, name
            )
            for one in attached
        ]
    if boundary:
        parts.append(
            iam_policies.managed(
                session, region, boundary.rpartition("/")[2], boundary, Source.BOUNDARY, name
            )
        )
    if not isinstance(trust, NoAnswer):
        parts.append((trust,))
    return iam_policies.joined(parts)


def _trust(raw: Raw) -> PolicyDocument:
    """Who may take the role on."""
    said = raw["Role"]["AssumeRolePolicyDocument"]
    text = said if isinstance(said, str) else json.dumps(said)
    return PolicyDocument("trust policy", Source.TRUST, text, raw["Role"]["RoleName"])


def _boundary(raw: Raw) -> str | None:
    arn: str | None = raw["Role"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return arn


def _inline(
    session: Session, region: Region, role: str, name: str
) -> Seen[tuple[PolicyDocument, ...]]:
    answer = session.find(
        "iam", "GetRolePolicy", region=region, absent=ABSENT, RoleName=role, PolicyName=name
    )
    return iam_policies.document(
        answer, lambda raw: raw["PolicyDocument"], name, Source.INLINE, role
    )
