"""What was seen of an account, for `adopt` to describe: a value without secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sendas.dns.hosted_zone import HostedZone
from sendas.iam.policy import PolicyDocument
from sendas.mail.domain import Domain
from sendas.outcome import NOT_ASKED, Seen
from sendas.ses.identity import Identity
from sendas.ses.receiving import RuleSet
from sendas.ses.regions import Region
from sendas.setup.init import Found


@dataclass(frozen=True, slots=True)
class Forwarder:
    """A function that hears of received mail; *addresses* are those in its variables."""

    arn: str
    told_by: str
    """A receipt rule, a bucket or a topic, by name."""
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sender:
    """An IAM user with an access key."""

    name: str
    active_keys: int
    policies: Seen[tuple[PolicyDocument, ...]] = NOT_ASKED


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """One account, as far as it concerns one domain in one Region."""

    domain: Domain
    region: Region
    account_id: str
    identity: Identity
    addresses: Seen[tuple[str, ...]] = NOT_ASKED
    """Addresses at the domain that are identities of their own."""
    active: Seen[RuleSet | None] = NOT_ASKED
    forwarders: Seen[tuple[Forwarder, ...]] = NOT_ASKED
    senders: Seen[tuple[Sender, ...]] = NOT_ASKED
    zones: Seen[tuple[HostedZone, ...]] = NOT_ASKED
    dns: Found = field(default_factory=Found)
    spf: Seen[tuple[str, ...]] = NOT_ASKED
    """The domain's own SPF records."""
