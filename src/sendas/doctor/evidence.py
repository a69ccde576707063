"""What was observed: a value, to be saved, redacted, replayed and judged again.

Nothing here is secret: passwords are examined while observing, and only what
they turned out to be is kept.  Whatever could not be seen is a NoAnswer in its
place; accessors raise CouldNotLook for it, so that no rule takes silence for
absence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sendas.auth.mta_sts import Served
from sendas.dns.answers import RESOLVER, Absent, Lookup, Question, Records, RecordType
from sendas.dns.hosted_zone import HostedZone
from sendas.dns.zone import Zone
from sendas.doctor.credentials import CredentialsSeen
from sendas.doctor.proof import Proof
from sendas.doctor.relay import RelaySeen
from sendas.doctor.road import Road
from sendas.errors import CouldNotLook, NotAsked
from sendas.iam.keys import AccessKey, Caller
from sendas.iam.policy import PolicyDocument
from sendas.outcome import NOT_ASKED, Seen, see
from sendas.ses.account_state import Account
from sendas.ses.configuration_set import ConfigurationSet
from sendas.ses.identity import Identity
from sendas.ses.receiving import Bucket, RuleSet
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed
from sendas.smtp.identification import Identification
from sendas.smtp.probe import Probe


__all__ = [
    "Bucket", "Evidence", "HostedZone", "IamEvidence", "RegionEvidence", "Subject", "Symptom",
    "Zone",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """What the question is about.

    *mailbox* is where the owner reads: forwarded mail goes there, and it must
    not stand on the suppression list.  *smtp_username* and *smtp_host* are
    what the mail client holds; *smtp_host* None means this Region's endpoint.
    """

    domain: str
    region: Region
    from_address: str | None = None
    to_address: str | None = None
    mailbox: str | None = None
    smtp_username: str | None = None
    smtp_host: str | None = None
    smtp_port: int = 587
    relay: str | None = None
    """The host of the own relay that mail goes through, where one is known of."""


@dataclass(frozen=True, slots=True)
class RegionEvidence:
    """What SES says in one Region.

    Identities by name, suppression entries by address; None inside means SES
    knows of no such thing there.
    """

    account: Seen[Account] = NOT_ASKED
    identities: Mapping[str, Seen[Identity | None]] = field(default_factory=dict)
    suppressed: Mapping[str, Seen[Suppressed | None]] = field(default_factory=dict)
    configuration_sets: Mapping[str, Seen[ConfigurationSet | None]] = field(default_factory=dict)
    active_rule_set: Seen[RuleSet | None] = NOT_ASKED
    rule_sets: Seen[tuple[RuleSet, ...]] = NOT_ASKED
    """Every rule set, active or not."""


@dataclass(frozen=True, slots=True)
class IamEvidence:
    """The access key that the SMTP user name is, its user's keys and what it may do.

    *key* None: no such key in this account.  *user_exists* tells whether the
    SMTP user name is instead the name of an IAM user.
    """

    key: Seen[AccessKey | None] = NOT_ASKED
    sibling_keys: Seen[tuple[AccessKey, ...]] = NOT_ASKED
    """The other keys of the same user."""
    policies: Seen[tuple[PolicyDocument, ...]] = NOT_ASKED
    """Every document that binds the user: inline, managed, group, boundary."""
    user_exists: Seen[bool] = NOT_ASKED


@dataclass(frozen=True, slots=True)
class Symptom:
    """A bounce or reply that the owner showed us, reduced to what rules need.

    *reporter* is who wrote it: ``gmail-send-as`` (Gmail's own
    CustomFromDenied bounce: the mail never reached SES), ``ses`` or a
    recipient's system.  *text* is the quoted refusal.
    """

    reporter: str
    text: str
    reply_code: int | None = None
    status: str | None = None
    recipient: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything one run saw."""

    subject: Subject
    observed_at: datetime
    zone: Seen[Zone] = NOT_ASKED
    lookups: Mapping[Question, Lookup] = field(default_factory=dict)
    hosted_zones: Seen[tuple[HostedZone, ...]] = NOT_ASKED
    caller: Seen[Caller] = NOT_ASKED
    regions: Mapping[Region, RegionEvidence] = field(default_factory=dict)
    iam: IamEvidence = field(default_factory=IamEvidence)
    buckets: Mapping[str, Seen[Bucket]] = field(default_factory=dict)
    road: Road = field(default_factory=Road)
    """What stands behind the receipt rules of the Region asked about."""
    sts_policy: Seen[Served] = NOT_ASKED
    """The domain's MTA-STS policy; not asked for where no record speaks of one."""
    password: Identification | None = None
    login: Seen[Probe] = NOT_ASKED
    symptoms: tuple[Symptom, ...] = ()
    credentials: Seen[CredentialsSeen] | None = None
    """What is the matter with whatever can send as the domain; None where nobody asked."""
    relay: Seen[RelaySeen] | None = None
    """What was seen of the own relay; None where nobody asked."""
    proof: Proof | None = None
    """What mail that was sent showed; None where none was asked for."""

    @property
    def here(self) -> RegionEvidence:
        """The Region asked about."""
        return self.regions.get(self.subject.region, RegionEvidence())

    def account(self) -> Account:
        """The SES account here; raises CouldNotLook."""
        return see(self.here.account, f"GetAccount in {self.subject.region}")

    def identity(self, name: str, region: Region | None = None) -> Identity | None:
        """The identity *name* in *region* (here, if not said); None if SES has none."""
        region = region or self.subject.region
        seen = self.regions.get(region, RegionEvidence()).identities.get(name, NOT_ASKED)
        return see(seen, f"GetEmailIdentity {name} in {region}")

    def lookup(self, name: str, type_: RecordType) -> Lookup:
        """What every server said; raises NotAsked if nobody was asked."""
        question = Question(name.lower().rstrip("."), type_)
        if question not in self.lookups:
            msg = f"{question}: not asked"
            raise NotAsked(msg)
        return self.lookups[question]

    def records(self, name: str, type_: RecordType) -> tuple[str, ...]:
        """The records at *name*, as most of those who answered say; empty if absent.

        Authoritative answers win over the recursive resolver's.  Where the
        authoritative servers differ, DNS019 reports it; here the majority
        decides, the fuller answer in a tie.

        Raises:
            NotAsked: It was no part of this run.
            CouldNotLook: Nobody answered.
        """
        answer = self.answer(name, type_)
        return answer.values if isinstance(answer, Records) else ()

    def answer(self, name: str, type_: RecordType) -> Records | Absent:
        """The answer that ``records`` reads, with its TTL."""
        lookup = self.lookup(name, type_)
        said = dict(lookup.usable())
        if not said:
            silence = [f"{server} gave no answer ({why})" for server, why in lookup.silent.items()]
            msg = f"{lookup.question}: {'; '.join(silence) or 'no server to ask'}"
            raise CouldNotLook(msg)
        resolver = said.pop(RESOLVER, None)
        pool = list(said.values()) or [resolver] if resolver else list(said.values())
        return max(pool, key=lambda a: (_votes(a, pool), isinstance(a, Records)))


def _votes(answer: Records | Absent, pool: list[Records | Absent]) -> int:
    return sum(_content(other) == _content(answer) for other in pool)


def _content(answer: Records | Absent) -> frozenset[str]:
    return frozenset(answer.values) if isinstance(answer, Records) else frozenset()
