"""What stands behind a receipt rule, on mail's way from the bucket to whoever sends it on.

::

    rule ─▶ bucket ─▶ topic ─▶ subscription ─▶ queue ─▶ event-source mapping ─▶ function ─▶ role
     └──────────────────────────────────────────────────────────────────────────▲

One value for each hop, as AWS tells of it; a hop may also lead straight to the
function.  Nothing of a function's environment is kept but what sendas itself put
there, for others put secrets there.
"""

from dataclasses import dataclass

from sendas.ses.regions import Region


def region_of(arn: str) -> Region:
    """Where what *arn* names stands (General Reference, "Amazon Resource Names")."""
    return Region(arn.split(":")[3])


def account_of(arn: str) -> str:
    """Whose it is: twelve digits."""
    return arn.split(":")[4]


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is notified of what a topic publishes; *confirmed* where AWS has its consent."""

    protocol: str
    endpoint: str
    confirmed: bool = True
    arn: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionFilter:
    """What a subscription lets through: JSON text, over attributes or over the body."""

    policy: str
    by_body: bool = False


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """Who may publish to a topic, JSON text, and the key that it is encrypted with."""

    policy: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A KMS key; *managed* by AWS: nobody changes whom such a one serves."""

    arn: str
    policy: str
    managed: bool = False


@dataclass(frozen=True, slots=True)
class BucketNotices:
    """Whom S3 itself tells of new objects in a bucket, by ARN."""

    functions: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    event_bridge: bool = False
    """Whether EventBridge hears of all of them, and whoever listens there."""

    @property
    def any(self) -> bool:
        """Whether anybody is told."""
        return bool(self.functions or self.queues or self.topics or self.event_bridge)


@dataclass(frozen=True, slots=True)
class Topic:
    """An SNS topic; no subscriptions where it does not exist."""

    arn: str
    exists: bool
    subscriptions: tuple[Subscription, ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """An SQS queue; *policy* is JSON text; counts are SQS's approximate ones."""

    arn: str
    exists: bool
    policy: str | None = None
    waiting: int = 0
    in_flight: int = 0
    dead_letters: str | None = None
    """The ARN of the queue that takes what was given up."""
    key: str | None = None
    """The KMS key of the customer's, or of AWS's for SQS; None where SQS has its own."""


@dataclass(frozen=True, slots=True)
class Reader:
    """An event-source mapping: it hands a queue's messages to a function."""

    uuid: str
    queue_arn: str
    function_arn: str
    state: str
    filtered: bool = False
    """Whether it throws away what does not match a pattern (Lambda API, FilterCriteria)."""

    @property
    def reads(self) -> bool:
        """Whether it is on, or is being switched on (Lambda API, EventSourceMapping State)."""
        return self.state in {"Enabled", "Enabling", "Creating", "Updating"}


@dataclass(frozen=True, slots=True)
class Place:
    """An object in a bucket."""

    bucket: str
    key: str

    def __str__(self) -> str:
        """As people write it."""
        return f"{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function.  *policy*: who may invoke it, JSON text; None if nobody is named.

    *concurrency* 0 is how a function is switched off; None means no limit of its own.
    *routes* is the place of sendas's routes; None if it is not sendas's.
    """

    arn: str
    exists: bool
    state: str = "Active"
    role_arn: str = ""
    policy: str | None = None
    concurrency: int | None = None
    routes: Place | None = None
    writes: Place | None = None
    """Where sendas's function writes: the bucket, and what its keys begin with."""
    alias_keys: str = ""
    """The secret that signs aliases, by name or ARN; empty where no mailbox answers."""
    in_vpc: bool = False
    """Whether it runs in a network of the owner's, and gets out only where that lets it."""


@dataclass(frozen=True, slots=True)
class RoutesSeen:
    """The routes object: *mistake* is where it cannot be read; *domains* it has routes for."""

    exists: bool
    mistake: str | None = None
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """An IP address filter: SES lets what it blocks not even say whom the mail is for."""

    name: str
    cidr: str
    blocks: bool
