"""Our own road as it was observed: every hop behind the receipt rules, or why it was not seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sendas.iam.policy import PolicyDocument
from sendas.outcome import NOT_ASKED, Seen
from sendas.ses.road import (
    BucketNotices,
    Filter,
    Function,
    Key,
    Queue,
    Reader,
    RoutesSeen,
    SubscriptionFilter,
    Topic,
    TopicSettings,
)


@dataclass(frozen=True, slots=True)
class Road:
    """Every hop by its ARN, buckets by name; what no rule leads to was not asked."""

    filters: Seen[tuple[Filter, ...]] = NOT_ASKED
    topics: Mapping[str, Seen[Topic]] = field(default_factory=dict)
    queues: Mapping[str, Seen[Queue]] = field(default_factory=dict)
    readers: Mapping[str, Seen[tuple[Reader, ...]]] = field(default_factory=dict)
    """The mappings of each queue."""
    functions: Mapping[str, Seen[Function]] = field(default_factory=dict)
    roles: Mapping[str, Seen[tuple[PolicyDocument, ...] | None]] = field(default_factory=dict)
    """What binds each role; None where there is no such role."""
    bucket_notices: Mapping[str, Seen[BucketNotices]] = field(default_factory=dict)
    """Whom S3 itself tells of each bucket's new objects."""
    routes: Mapping[str, Seen[RoutesSeen]] = field(default_factory=dict)
    """By the function's ARN."""
    alias_keys: Mapping[str, Seen[bool]] = field(default_factory=dict)
    """Whether the secret of each function's that signs aliases is there to be read."""
    all_readers: Seen[tuple[Reader, ...]] = NOT_ASKED
    """Asked only where a topic tells nobody: whom it may have told before."""
    topic_settings: Mapping[str, Seen[TopicSettings]] = field(default_factory=dict)
    subscription_filters: Mapping[str, Seen[SubscriptionFilter | None]] = field(
        default_factory=dict
    )
    """By the subscription's ARN; None where all is let through."""
    keys: Mapping[str, Seen[Key | None]] = field(default_factory=dict)
    """By what a topic or queue calls it; None where there is no such key."""
