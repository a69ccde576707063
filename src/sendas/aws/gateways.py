"""Every question to AWS in one place, bound to one session."""

from dataclasses import dataclass

from sendas.aws import (
    buckets,
    iam,
    iam_policies,
    inventory,
    regions,
    road,
    route53,
    secrets,
    ses,
    sesv2,
    sts,
)  # fmt: skip
from sendas.aws.session import Session
from sendas.dns.hosted_zone import HostedZone
from sendas.iam.keys import AccessKey, Caller
from sendas.iam.policy import PolicyDocument
from sendas.outcome import NoAnswer, Seen
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


@dataclass(frozen=True, slots=True)
class Gateways:
    """What the gateway modules ask, as methods; safe from any thread."""

    session: Session

    def secret_for(self, key_id: str) -> str | None:
        """The session's own secret if *key_id* is its key; for recomputation only."""
        own = self.session.secret_for(key_id)
        return own.value if own else None

    def regions(self, near: Region) -> tuple[Region, ...]:
        """Where SES is, *near* first."""
        return regions.ses_regions(self.session, near)

    def caller(self, region: Region) -> Seen[Caller]:
        """Who is asking."""
        return sts.caller(self.session, region)

    def account(self, region: Region) -> Seen[Account]:
        """The state of the account."""
        return sesv2.account(self.session, region)

    def identities(self, region: Region) -> Seen[frozenset[str]]:
        """The names of all identities, lower case."""
        found = inventory.identities(self.session, region)
        if isinstance(found, NoAnswer):
            return found
        return frozenset(name.lower() for name in found)

    def identity(self, region: Region, name: str) -> Seen[Identity | None]:
        """A domain or address."""
        return sesv2.identity(self.session, region, name)

    def suppressed(self, region: Region, address: str) -> Seen[Suppressed | None]:
        """An entry of the suppression list."""
        return sesv2.suppressed(self.session, region, address)

    def configuration_set(self, region: Region, name: str) -> Seen[ConfigurationSet | None]:
        """A configuration set with its event destinations."""
        return sesv2.configuration_set(self.session, region, name)

    def active_rule_set(self, region: Region) -> Seen[RuleSet | None]:
        """The receipt rule set in force."""
        return ses.active_rule_set(self.session, region)

    def rule_sets(self, region: Region) -> Seen[tuple[RuleSet, ...]]:
        """Every receipt rule set."""
        return ses.rule_sets(self.session, region)

    def user_exists(self, region: Region, name: str) -> Seen[bool]:
        """Whether there is such an IAM user."""
        return iam.user_exists(self.session, region, name)

    def owner_of(self, region: Region, key_id: str) -> Seen[str | None]:
        """The user whose key it is."""
        return iam.owner_of(self.session, region, key_id)

    def keys_of(self, region: Region, user: str) -> Seen[tuple[AccessKey, ...]]:
        """The user's keys."""
        return iam.keys_of(self.session, region, user)

    def policies_of(self, region: Region, user: str) -> Seen[tuple[PolicyDocument, ...]]:
        """Every document that binds the user."""
        return iam_policies.policies_of(self.session, region, user)

    def hosted_zones(self, region: Region, domain: str) -> Seen[tuple[HostedZone, ...]]:
        """The account's zones for the domain."""
        return route53.hosted_zones(self.session, region, domain)

    def bucket(self, region: Region, name: str) -> Seen[Bucket]:
        """A bucket and its policy."""
        return buckets.bucket(self.session, region, name)

    def filters(self, region: Region) -> Seen[tuple[Filter, ...]]:
        """The IP address filters of receiving."""
        return road.filters(self.session, region)

    def topic(self, region: Region, arn: str) -> Seen[Topic]:
        """A topic and who is subscribed."""
        return road.topic(self.session, region, arn)

    def topic_settings(self, region: Region, arn: str) -> Seen[TopicSettings]:
        """Who may publish to a topic, and its key."""
        return road.topic_settings(self.session, region, arn)

    def subscription_filter(self, region: Region, arn: str) -> Seen[SubscriptionFilter | None]:
        """What a subscription lets through; None where all."""
        return road.subscription_filter(self.session, region, arn)

    def key(self, region: Region, name: str) -> Seen[Key | None]:
        """A KMS key and its policy; None if there is none."""
        return road.key(self.session, region, name)

    def queue(self, region: Region, arn: str) -> Seen[Queue]:
        """A queue, its policy and what waits in it."""
        return road.queue(self.session, region, arn)

    def readers(self, region: Region, queue_arn: str | None) -> Seen[tuple[Reader, ...]]:
        """What reads a queue, or every queue."""
        return road.readers(self.session, region, queue_arn)

    def function(self, region: Region, arn: str) -> Seen[Function]:
        """A function, and who may invoke it."""
        return road.function(self.session, region, arn)

    def role_policies(
        self, region: Region, role_arn: str
    ) -> Seen[tuple[PolicyDocument, ...] | None]:
        """Every document that binds a role."""
        return road.role_policies(self.session, region, role_arn)

    def bucket_notices(self, region: Region, bucket: str) -> Seen[BucketNotices]:
        """Whom S3 tells of new objects in a bucket."""
        return road.bucket_notices(self.session, region, bucket)

    def has_secret(self, region: Region, name: str) -> Seen[bool]:
        """Whether a secret is there to be read."""
        return secrets.is_readable(self.session, region, name)

    def text_object(self, region: Region, bucket: str, key: str) -> Seen[bytes | None]:
        """An object's bytes."""
        return road.text_object(self.session, region, bucket, key)
