"""What the doctor reaches the world through, and how the doors open by default.

Everything is passed in, so that a test or the lab can stand for the world.
Late imports: whoever only reads a saved bundle pays for none of this.
"""

import ssl
import time

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sendas.auth.mta_sts import Served
from sendas.dialmap import DialMap, load_dial_map
from sendas.dns.hosted_zone import HostedZone
from sendas.dns.resolver import NetworkResolver, Resolver, nameserver_from
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
from sendas.smtp.dialogue import dial
from sendas.smtp.probe import Probe
from sendas.smtp.session import Credential
from sendas.smtp.verdict import IMPLICIT_TLS_PORTS


class Aws(Protocol):
    """Every question the doctor puts to AWS; safe from any thread."""

    def secret_for(self, key_id: str) -> str | None:
        """The session's own secret if *key_id* is its long-term key: for recomputation only."""

    def regions(self, near: Region) -> tuple[Region, ...]:
        """Where SES is, *near* first."""

    def caller(self, region: Region) -> Seen[Caller]:
        """Who is asking."""

    def account(self, region: Region) -> Seen[Account]:
        """The state of the SES account."""

    def identities(self, region: Region) -> Seen[frozenset[str]]:
        """The names of all identities, lower case."""

    def identity(self, region: Region, name: str) -> Seen[Identity | None]:
        """A domain or address; None if SES knows of none."""

    def suppressed(self, region: Region, address: str) -> Seen[Suppressed | None]:
        """The address's entry on the suppression list."""

    def configuration_set(self, region: Region, name: str) -> Seen[ConfigurationSet | None]:
        """A set with its event destinations."""

    def active_rule_set(self, region: Region) -> Seen[RuleSet | None]:
        """The receipt rule set in force; None if none is."""

    def rule_sets(self, region: Region) -> Seen[tuple[RuleSet, ...]]:
        """Every receipt rule set, active or not."""

    def user_exists(self, region: Region, name: str) -> Seen[bool]:
        """Whether *name*, any text, is an IAM user's."""

    def owner_of(self, region: Region, key_id: str) -> Seen[str | None]:
        """The name of the user whose key it is; None if the account has no such key."""

    def keys_of(self, region: Region, user: str) -> Seen[tuple[AccessKey, ...]]:
        """The user's access keys."""

    def policies_of(self, region: Region, user: str) -> Seen[tuple[PolicyDocument, ...]]:
        """Every document that binds the user."""

    def hosted_zones(self, region: Region, domain: str) -> Seen[tuple[HostedZone, ...]]:
        """The account's public zones that could hold the domain."""

    def bucket(self, region: Region, name: str) -> Seen[Bucket]:
        """A bucket and its policy."""

    def filters(self, region: Region) -> Seen[tuple[Filter, ...]]:
        """The IP address filters of receiving."""

    def topic(self, region: Region, arn: str) -> Seen[Topic]:
        """A topic and who is subscribed."""

    def topic_settings(self, region: Region, arn: str) -> Seen[TopicSettings]:
        """Who may publish to a topic, and its key."""

    def subscription_filter(self, region: Region, arn: str) -> Seen[SubscriptionFilter | None]:
        """What a subscription lets through; None where all."""

    def key(self, region: Region, name: str) -> Seen[Key | None]:
        """A KMS key and its policy; None if there is none."""

    def queue(self, region: Region, arn: str) -> Seen[Queue]:
        """A queue, its policy and what waits in it."""

    def readers(self, region: Region, queue_arn: str | None) -> Seen[tuple[Reader, ...]]:
        """What reads a queue, or every queue."""

    def function(self, region: Region, arn: str) -> Seen[Function]:
        """A function, and who may invoke it."""

    def role_policies(
        self, region: Region, role_arn: str
    ) -> Seen[tuple[PolicyDocument, ...] | None]:
        """Every document that binds a role; None if there is none."""

    def bucket_notices(self, region: Region, bucket: str) -> Seen[BucketNotices]:
        """Whom S3 tells of new objects in a bucket."""

    def has_secret(self, region: Region, name: str) -> Seen[bool]:
        """Whether a secret is there to be read: not absent, and not marked for deletion."""

    def text_object(self, region: Region, bucket: str, key: str) -> Seen[bytes | None]:
        """An object's bytes; None if there is none."""


class Dial(Protocol):
    """Dials an SMTP server, logs in with the credential if there is one, and sends nothing."""

    def __call__(self, host: str, port: int, credential: Credential | None) -> Probe:
        """What happened."""


LookAtRelay = Callable[[RelayToLookAt, Credential | None, str | None], Seen[RelaySeen]]
"""Looks at an own relay, with the credential and the sender to try there; sends nothing."""


def _not_fetched(host: str) -> Seen[Served]:
    """Where there is no way out to the web."""
    return NoAnswer(Why.NOT_ASKED, f"https://{host}")


def _not_dialled(
    relay: RelayToLookAt, credential: Credential | None, sender: str | None
) -> Seen[RelaySeen]:
    """Where there is no way to a relay."""
    del credential, sender
    return NoAnswer(Why.NOT_ASKED, relay.host)


@dataclass(frozen=True, slots=True)
class Doors:
    """The ways out.  *aws* opens the door to AWS, *dial* calls, *policy* fetches: in a thread."""

    resolver: Resolver
    aws: Callable[[], Aws]
    """May raise UsageError (no such profile) and CouldNotLook (no credentials)."""
    dial: Dial
    now: Callable[[], datetime]
    policy: Callable[[str], Seen[Served]] = _not_fetched
    """An MTA-STS policy, by the host that serves it."""
    relay: LookAtRelay = _not_dialled


def default_doors(environment: Mapping[str, str], *, profile: str | None = None) -> Doors:
    """The world, or what *environment* puts in its place: a lab, a profile, a resolver.

    Raises:
        BadDialMap: SENDAS_DIALMAP names what is no dial map.
        BadResolver: SENDAS_RESOLVER is no address and port.
    """
    dial_map = load_dial_map(environment)

    def call(host: str, port: int, credential: Credential | None) -> Probe:
        return dial(
            host,
            port,
            implicit_tls=port in IMPLICIT_TLS_PORTS,
            tls=ssl.create_default_context(),
            clock=time.monotonic,
            credential=credential,
            dial_map=dial_map,
        )

    return Doors(
        resolver=NetworkResolver(nameserver_from(environment), dial_map),
        aws=lambda: _open_aws(profile, environment),
        dial=call,
        now=lambda: datetime.now(UTC),  # noqa: TID251  a door is where time comes in
        policy=lambda host: _fetch(host, dial_map),
        relay=lambda relay, credential, sender: _relay(relay, credential, sender, dial_map),
    )


def _relay(
    relay: RelayToLookAt, credential: Credential | None, sender: str | None, dial_map: DialMap
) -> RelaySeen:
    from sendas.doctor.relay_look import look_at_relay  # noqa: PLC0415  few have a relay

    return look_at_relay(relay, credential, sender, dial_map)


def _fetch(host: str, dial_map: DialMap) -> Seen[Served]:
    from sendas.doctor.fetching import fetch_policy  # noqa: PLC0415  few domains have a policy

    return fetch_policy(host, ssl.create_default_context(), dial_map)


def _open_aws(profile: str | None, environment: Mapping[str, str]) -> Aws:
    # botocore takes a fifth of a second to import: in a thread, beside the DNS.
    from sendas.aws.gateways import Gateways  # noqa: PLC0415  see above
    from sendas.aws.session import open_session  # noqa: PLC0415  see above

    return Gateways(open_session(profile, environment))
