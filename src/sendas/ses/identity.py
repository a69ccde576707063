"""A domain or address verified with SES (SES API v2, GetEmailIdentity)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sendas.ses.regions import Region


CLICKED, ASKED = "SUCCESS", "PENDING"
"""SES's words of an address: whose owner clicked, and who has a link that still counts.

With each other word nobody can click any more: the link ran out (FAILED), SES could not tell
(TEMPORARY_FAILURE), or none was sent (NOT_STARTED).  Source: API VerificationStatus.
"""


@dataclass(frozen=True, slots=True)
class Dkim:
    """How SES signs: *status* and *origin* are SES's own words.

    With Easy DKIM, *tokens* name three CNAMEs ``<token>._domainkey.<domain>``
    that point to ``<token>.<signing_zone>``.  With BYODKIM there is one token,
    the selector, and nothing to point to.
    """

    status: str
    signing_enabled: bool
    tokens: tuple[str, ...]
    signing_zone: str = "dkim.amazonses.com"
    origin: str = "AWS_SES"
    key_length: str | None = None


@dataclass(frozen=True, slots=True)
class MailFrom:
    """The custom MAIL FROM domain; *status* is PENDING, SUCCESS, FAILED, TEMPORARY_FAILURE."""

    domain: str
    status: str
    behavior_on_mx_failure: str = "USE_DEFAULT_VALUE"


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity in one Region; *name* is a domain, or an address if it holds an ``@``."""

    name: str
    region: Region
    verification_status: str
    verified_for_sending: bool
    dkim: Dkim
    mail_from: MailFrom | None = None
    configuration_set: str | None = None
    feedback_forwarding: bool = True
    verification_error: str | None = None
    last_checked: datetime | None = None
    soa_primary: str | None = None
    """The zone's primary name server as SES saw it, when verification failed."""
    policies: Mapping[str, str] = field(default_factory=dict)
    """Sending authorization policies: name to JSON text."""

    @property
    def is_address(self) -> bool:
        """Whether a single address was verified, not a whole domain."""
        return "@" in self.name


NOTIFICATIONS = ("Bounce", "Complaint", "Delivery")
"""What an identity tells by itself (SES API v1, SetIdentityNotificationTopic)."""


@dataclass(frozen=True, slots=True)
class Notifications:
    """Which topic an identity tells what, by kind; a kind that is missing is told to nobody.

    *headers* are the kinds that are told with the mail's header fields.
    """

    topics: Mapping[str, str] = field(default_factory=dict)
    headers: frozenset[str] = frozenset()
