"""What SES remembers in one Region.

Plain mutable records under one lock (`Ses.lock`).  Values that only travel
from a request to a response (configuration sets' options, receipt rules) stay
in the shape of AWS's API, as dictionaries; what the lab decides on is typed.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sendas.ses.regions import Region
from sendas_lab.ses.delivery_insights import Told


Shape = dict[str, Any]
"""A structure of AWS's API, with AWS's member names."""

DAY = timedelta(hours=24)
VERIFICATION_WINDOW = timedelta(hours=72)
"""How long SES looks for records before it gives up (SES guide, "Verifying identities")."""


class Status(StrEnum):
    """States of identities, DKIM and MAIL FROM, in SES's words."""

    NOT_STARTED = "NOT_STARTED"
    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    TEMPORARY_FAILURE = "TEMPORARY_FAILURE"

    @property
    def v1(self) -> str:
        """As API v1 spells it: ``TemporaryFailure``."""
        return "".join(word.capitalize() for word in self.split("_"))


@dataclass(slots=True)
class Checked:
    """Something SES verifies by DNS: where it stands, and since when.

    *since* is when the present run of looking began: at creation, or when
    what had been found was lost.
    """

    status: Status
    since: datetime
    last_checked: datetime | None = None
    last_success: datetime | None = None
    error: str | None = None
    soa: Shape | None = None


@dataclass(slots=True)
class Dkim:
    """How an identity's mail is signed."""

    checked: Checked
    tokens: tuple[str, ...]
    keys: tuple[int, ...]
    """For each token, the place of its private key in the pool."""
    signing_enabled: bool = True
    origin: str = "AWS_SES"
    key_length: str = "RSA_2048_BIT"
    generated: datetime | None = None
    private_key: bytes | None = field(default=None, repr=False)
    """BYODKIM: the owner's own key, PEM."""


@dataclass(slots=True)
class MailFrom:
    """A custom MAIL FROM domain."""

    domain: str
    checked: Checked
    behavior: str = "USE_DEFAULT_VALUE"


@dataclass(slots=True)
class Identity:
    """One domain or address."""

    name: str
    verification: Checked
    dkim: Dkim
    created: datetime
    txt_token: str | None = None
    """API v1's ``_amazonses`` TXT way of verifying a domain; none when v2 made it."""
    mail_from: MailFrom | None = None
    configuration_set: str | None = None
    feedback_forwarding: bool = True
    topics: dict[str, str] = field(default_factory=dict)
    """Notification type (Bounce, Complaint, Delivery) to topic ARN."""
    headers_in_notifications: set[str] = field(default_factory=set)
    policies: dict[str, str] = field(default_factory=dict)
    tags: list[Shape] = field(default_factory=list)

    @property
    def is_address(self) -> bool:
        """An address, not a domain."""
        return "@" in self.name

    @property
    def verified(self) -> bool:
        """Whether SES lets it send; a temporary failure does not stop it at once."""
        return self.verification.status in {Status.SUCCESS, Status.TEMPORARY_FAILURE}


@dataclass(slots=True)
class Account:
    """The account in one Region; new ones are in the sandbox (FACTS 6: 200 a day, 1 a second)."""

    subscribed: bool = True
    """False: SES was never opened here (`535 Account not subscribed to SES`)."""
    production: bool = False
    sending_enabled: bool = True
    enforcement: str = "HEALTHY"
    max_24_hour: float = 200.0
    max_rate: float = 1.0
    burst: float = 5.0
    """Seconds' worth of mail taken at once: FACTS 6, "short bursts tolerated"; inferred."""
    spare: float | None = None
    """How many recipients may be sent to just now; None: a whole burst."""
    spare_since: datetime | None = None
    suppressed_reasons: tuple[str, ...] = ("BOUNCE", "COMPLAINT")
    plan: str = "ESSENTIALS"
    next_plan: str | None = None
    warmup: bool = True
    vdm: Shape = field(default_factory=lambda: {"VdmEnabled": "DISABLED"})
    details: Shape | None = None
    quota_requests: list[Shape] = field(default_factory=list)
    """Asked of Service Quotas, and open."""
    validation: Shape | None = None

    def take(self, recipients: int, now: datetime) -> bool:
        """Whether the rate lets so many through; what is spare grows back by the rate.

        A burst is tolerated once, and not again until there was time for it.
        """
        most = self.max_rate * self.burst
        if self.max_rate > 0:
            most = max(most, recipients)
        if self.spare is None or self.spare_since is None:
            spare = most
        else:
            grown = (now - self.spare_since).total_seconds() * self.max_rate
            spare = min(most, self.spare + max(0.0, grown))
        self.spare_since = now
        self.spare = spare - recipients if recipients <= spare else spare
        return recipients <= spare


@dataclass(slots=True)
class Suppressed:
    """One entry of the account's suppression list."""

    address: str
    reason: str
    since: datetime
    message_id: str | None = None
    feedback_id: str | None = None


@dataclass(slots=True)
class ConfigurationSet:
    """Named sending rules; *options* holds the API's structures by their v2 names."""

    name: str
    options: Shape = field(default_factory=dict)
    destinations: dict[str, Shape] = field(default_factory=dict)
    """Event destinations in v2's shape, by name, in order of creation."""
    tags: list[Shape] = field(default_factory=list)

    @property
    def sending_enabled(self) -> bool:
        """Whether it may be used; on until switched off."""
        return bool(self.options.get("SendingOptions", {}).get("SendingEnabled", True))

    @property
    def suppressed_reasons(self) -> tuple[str, ...] | None:
        """Its own reasons, perhaps none; None: as the account has them."""
        override = self.options.get("SuppressionOptions")
        if not override or "SuppressedReasons" not in override:
            return None
        return tuple(override["SuppressedReasons"])


@dataclass(slots=True)
class RuleSet:
    """A receipt rule set: rules in the API's shape, in order."""

    name: str
    created: datetime
    rules: list[Shape] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """One quarter of an hour, as GetSendStatistics counts it."""

    start: datetime
    attempts: int = 0
    bounces: int = 0
    complaints: int = 0
    rejects: int = 0


@dataclass(slots=True)
class RegionState:
    """Everything in one Region."""

    region: Region
    account: Account = field(default_factory=Account)
    identities: dict[str, Identity] = field(default_factory=dict)
    suppressed: dict[str, Suppressed] = field(default_factory=dict)
    configuration_sets: dict[str, ConfigurationSet] = field(default_factory=dict)
    rule_sets: dict[str, RuleSet] = field(default_factory=dict)
    active_rule_set: str | None = None
    filters: dict[str, Shape] = field(default_factory=dict)
    sent: deque[tuple[datetime, int]] = field(default_factory=deque)
    """When how many recipients were accepted, oldest first."""
    tallies: list[Tally] = field(default_factory=list)
    told: dict[str, list[Told]] = field(default_factory=dict)
    """What became of whom, by message id, oldest first."""
    import_jobs: list[Shape] = field(default_factory=list)
    templates: dict[str, Shape] = field(default_factory=dict)
    """By name: API v1's parts, and when it was made."""

    def sent_last_24_hours(self, now: datetime) -> int:
        """Recipients accepted in the rolling 24 hours before *now*."""
        return sum(count for at, count in self.sent if now - DAY < at <= now)

    def tally(self, now: datetime) -> Tally:
        """The counter of the quarter of an hour that *now* is in."""
        start = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)
        if not self.tallies or self.tallies[-1].start != start:
            self.tallies.append(Tally(start))
        return self.tallies[-1]
