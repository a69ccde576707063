"""What the watcher measures, and how CloudWatch calls it; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sendas.credentials.decide.marks import ADDRESS, CANARY_SEEN, PROVEN, SINCE, read_mark
from sendas.iam.keys import AccessKey
from sendas.mail.address import domain_of
from sendas.outcome import NoAnswer, Seen
from sendas.ses.account_state import Account
from sendas.stages import ListedSecret, Stage


NAMESPACE = "sendas"
"""CloudWatch's namespace of our own metrics."""
WATCHED = "Watched"
"""1 for each look that came to its end, its notices told.  No data: nobody looks."""
SILENT_AFTER = timedelta(hours=36)
"""Without `WATCHED`: then the alarm rings, and `sendas watch status` calls nothing well."""
QUOTA = "QuotaUsedPercent"
"""Of what the account may send in 24 hours; no native metric tells (FACTS 12)."""
CANARY_AGE = "CanaryAgeDays"
"""Since a canary of each stored credential arrived, the longest; 0 where none is stored."""
CREDENTIAL_AGE = "CredentialAgeDays"
"""How old the oldest active key of the domain's users is; 0 without one."""
FIRST_VALUES: Mapping[str, float] = {WATCHED: 1, CANARY_AGE: 0, CREDENTIAL_AGE: 0}
"""What stands before the first look, so that an alarm has no cause to ring for want of one.

If no look follows, it rings after as long a time as later.
"""
DIMENSION = "Stack"
"""By which the metrics of two domains are told apart."""


def quota_percent(account: Account) -> float:
    """How much of the quota is used; 0 where it is unlimited."""
    most = account.max_24_hour_send
    if most < 0:
        return 0.0
    return 100 * account.sent_last_24_hours / most if most else 100.0


Told: TypeAlias = Mapping[str, Any]
"""What ListSecrets tells of one secret."""


@dataclass(frozen=True, slots=True)
class Ages:
    """In days; None where it could not be looked at, so that no value is published."""

    canary: float | None
    credential: float | None


_DAY_SECONDS = 86_400


def _days(since: datetime, now: datetime) -> float:
    return max((now - since).total_seconds() / _DAY_SECONDS, 0.0)


def credential_days(
    users: Mapping[str, Seen[tuple[AccessKey, ...]]], now: datetime
) -> float | None:
    """The age of the oldest active key."""
    found = [0.0]
    for keys in users.values():
        if isinstance(keys, NoAnswer):
            return None
        found += [_days(key.created, now) for key in keys if key.active and key.created]
    return max(found)


def canary_days(secrets: Seen[Iterable[ListedSecret]], domain: str, now: datetime) -> float | None:
    """Since the newest canary of the stored credential that has waited longest.

    By the marks on each secret of *domain*'s mailboxes; one that no canary ever proved has
    waited since the secret was written.
    """
    if isinstance(secrets, NoAnswer):
        return None
    found = [0.0]
    for one in secrets:
        tags = one.tags
        stored = SINCE in tags if one.stages is None else Stage.CURRENT in one.stages
        if domain_of(tags.get(ADDRESS, "")) != domain or not stored:
            continue
        marks = (read_mark(tags.get(name)) for name in (CANARY_SEEN, PROVEN))
        newest = max((mark.at for mark in marks if mark), default=one.written)
        found.append(_days(newest, now) if newest else _NEVER)
    return max(found)


_NEVER = 10_000.0
