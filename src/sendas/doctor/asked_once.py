"""One answer for all the domains of an account: each question goes out once a run.

Fifty domains share an account, its rules, its lists and its users; SES answers few questions
a second (FACTS 6).  Where an identity is in no other Region, one list tells it of all of them.
"""

import threading

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sendas.dns.hosted_zone import HostedZone
from sendas.doctor.doors import Aws, Dial, LookAtRelay
from sendas.doctor.relay import RelaySeen, RelayToLookAt
from sendas.iam.keys import AccessKey, Caller
from sendas.iam.policy import PolicyDocument
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.account_state import Account
from sendas.ses.configuration_set import ConfigurationSet
from sendas.ses.identity import Identity
from sendas.ses.receiving import Bucket, RuleSet
from sendas.ses.regions import Region
from sendas.ses.road import (
    BucketNotices,
    Filter,
    Function,
    Key,
    Queue,
    Reader,
    SubscriptionFilter,
    Topic,
    TopicSettings,
)
from sendas.ses.suppression import Suppressed
from sendas.smtp.probe import Probe
from sendas.smtp.session import Credential


T = TypeVar("T")
_NOBODY_ELSE_EITHER = frozenset({Why.TIMEOUT, Why.UNREACHABLE, Why.NO_CREDENTIALS})
"""Why a Region's list is not had, so that a single question would not be answered there."""


@dataclass(slots=True)
class Once:
    """Answers by question.  Whoever asks what is being asked waits for that answer."""

    _answers: dict[Hashable, Future[Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, question: Hashable, call: Callable[[], T]) -> T:
        """The answer to *question*, by *call* where nobody has asked yet."""
        mine = Future[Any]()
        with self._lock:
            first = self._answers.setdefault(question, mine)
        if first is not mine:
            return cast("T", first.result())
        try:
            mine.set_result(call())
        except BaseException as error:
            mine.set_exception(error)
            raise
        return cast("T", mine.result())


class AskedOnce:
    """*aws*, whose every answer is kept; safe from any thread."""

    def __init__(self, aws: Aws) -> None:
        self._aws, self._once = aws, Once()

    def secret_for(self, key_id: str) -> str | None:
        """The session's own secret; asks nobody."""
        return self._aws.secret_for(key_id)

    def regions(self, near: Region) -> tuple[Region, ...]:
        """Where SES is."""
        return self._once.ask(("regions", near), lambda: self._aws.regions(near))

    def caller(self, region: Region) -> Seen[Caller]:
        """Who is asking."""
        return self._once.ask(("caller", region), lambda: self._aws.caller(region))

    def account(self, region: Region) -> Seen[Account]:
        """The state of the account."""
        return self._once.ask(("account", region), lambda: self._aws.account(region))

    def identities(self, region: Region) -> Seen[frozenset[str]]:
        """The names of all identities in *region*."""
        return self._once.ask(("identities", region), lambda: self._aws.identities(region))

    def identity(self, region: Region, name: str) -> Seen[Identity | None]:
        """A domain or address; None without a question where the Region's list has it not."""
        listed = self.identities(region)
        if isinstance(listed, NoAnswer) and listed.why in _NOBODY_ELSE_EITHER:
            return listed
        if not isinstance(listed, NoAnswer) and name.lower() not in listed:
            return None
        return self._once.ask(("identity", region, name), lambda: self._aws.identity(region, name))

    def suppressed(self, region: Region, address: str) -> Seen[Suppressed | None]:
        """An entry of the suppression list."""
        question = ("suppressed", region, address)
        return self._once.ask(question, lambda: self._aws.suppressed(region, address))

    def configuration_set(self, region: Region, name: str) -> Seen[ConfigurationSet | None]:
        """A set with its event destinations."""
        question = ("set", region, name)
        return self._once.ask(question, lambda: self._aws.configuration_set(region, name))

    def active_rule_set(self, region: Region) -> Seen[RuleSet | None]:
        """The receipt rule set in force."""
        return self._once.ask(("active", region), lambda: self._aws.active_rule_set(region))

    def rule_sets(self, region: Region) -> Seen[tuple[RuleSet, ...]]:
        """Every receipt rule set."""
        return self._once.ask(("sets", region), lambda: self._aws.rule_sets(region))

    def user_exists(self, region: Region, name: str) -> Seen[bool]:
        """Whether there is such an IAM user."""
        return self._once.ask(("user", name), lambda: self._aws.user_exists(region, name))

    def owner_of(self, region: Region, key_id: str) -> Seen[str | None]:
        """The user whose key it is."""
        return self._once.ask(("owner", key_id), lambda: self._aws.owner_of(region, key_id))

    def keys_of(self, region: Region, user: str) -> Seen[tuple[AccessKey, ...]]:
        """The user's keys."""
        return self._once.ask(("keys", user), lambda: self._aws.keys_of(region, user))

    def policies_of(self, region: Region, user: str) -> Seen[tuple[PolicyDocument, ...]]:
        """Every document that binds the user."""
        return self._once.ask(("policies", user), lambda: self._aws.policies_of(region, user))

    def hosted_zones(self, region: Region, domain: str) -> Seen[tuple[HostedZone, ...]]:
        """The account's zones for the domain."""
        return self._once.ask(("zones", domain), lambda: self._aws.hosted_zones(region, domain))

    def bucket(self, region: Region, name: str) -> Seen[Bucket]:
        """A bucket and its policy."""
        return self._once.ask(("bucket", name), lambda: self._aws.bucket(region, name))

    def filters(self, region: Region) -> Seen[tuple[Filter, ...]]:
        """The IP address filters of receiving."""
        return self._once.ask(("filters", region), lambda: self._aws.filters(region))

    def topic(self, region: Region, arn: str) -> Seen[Topic]:
        """A topic and who is subscribed."""
        return self._once.ask(("topic", arn), lambda: self._aws.topic(region, arn))

    def topic_settings(self, region: Region, arn: str) -> Seen[TopicSettings]:
        """Who may publish to a topic, and its key."""
        question = ("topic settings", arn)
        return self._once.ask(question, lambda: self._aws.topic_settings(region, arn))

    def subscription_filter(self, region: Region, arn: str) -> Seen[SubscriptionFilter | None]:
        """What a subscription lets through."""
        question = ("filter", arn)
        return self._once.ask(question, lambda: self._aws.subscription_filter(region, arn))

    def key(self, region: Region, name: str) -> Seen[Key | None]:
        """A KMS key and its policy."""
        return self._once.ask(("key", region, name), lambda: self._aws.key(region, name))

    def queue(self, region: Region, arn: str) -> Seen[Queue]:
        """A queue, its policy and what waits in it."""
        return self._once.ask(("queue", arn), lambda: self._aws.queue(region, arn))

    def readers(self, region: Region, queue_arn: str | None) -> Seen[tuple[Reader, ...]]:
        """What reads a queue, or every queue."""
        question = ("readers", region, queue_arn)
        return self._once.ask(question, lambda: self._aws.readers(region, queue_arn))

    def function(self, region: Region, arn: str) -> Seen[Function]:
        """A function, and who may invoke it."""
        return self._once.ask(("function", arn), lambda: self._aws.function(region, arn))

    def role_policies(
        self, region: Region, role_arn: str
    ) -> Seen[tuple[PolicyDocument, ...] | None]:
        """Every document that binds a role."""
        return self._once.ask(
            ("role", role_arn), lambda: self._aws.role_policies(region, role_arn)
        )

    def bucket_notices(self, region: Region, bucket: str) -> Seen[BucketNotices]:
        """Whom S3 tells of new objects in a bucket."""
        question = ("notices", bucket)
        return self._once.ask(question, lambda: self._aws.bucket_notices(region, bucket))

    def has_secret(self, region: Region, name: str) -> Seen[bool]:
        """Whether a secret is there to be read."""
        return self._once.ask(("secret", name), lambda: self._aws.has_secret(region, name))

    def text_object(self, region: Region, bucket: str, key: str) -> Seen[bytes | None]:
        """An object's bytes."""
        question = ("object", bucket, key)
        return self._once.ask(question, lambda: self._aws.text_object(region, bucket, key))


def dialled_once(dial: Dial) -> Dial:
    """*dial*, whose calls without a credential are made once for each host and port."""
    once = Once()

    def call(host: str, port: int, credential: Credential | None) -> Probe:
        if credential is not None:
            return dial(host, port, credential)
        return once.ask((host, port), lambda: dial(host, port, None))

    return call


def looked_at_once(look: LookAtRelay) -> LookAtRelay:
    """*look*, whose looks without a credential are made once for each relay."""
    once = Once()

    def call(
        relay: RelayToLookAt, credential: Credential | None, sender: str | None
    ) -> Seen[RelaySeen]:
        if credential is not None:
            return look(relay, credential, sender)
        return once.ask(relay.host, lambda: look(relay, None, None))

    return call
