"""Watching the bucket in which SES stores received mail, until something has come."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TypeVar

from sendas.auth.ses_trace import received_at
from sendas.aws.mail_objects import MailObject
from sendas.credentials.doors import Mails, Timing
from sendas.errors import UsageError
from sendas.outcome import see
from sendas.ses.receiving import RuleSet, S3Action


MAX_BYTES = 262_144
"""Of a mail, from its beginning: its header, and more than the text of any confirmation."""
MOST_MAILS = 500
"""Looked at in one go, newest first."""
POLL_SECONDS = 2.0
_SKEW = timedelta(minutes=2)
"""S3's clock and this machine's need not agree."""

T = TypeVar("T")


class NothingStored(UsageError):
    """No rule stores the address's mail in S3, so there is nothing to watch."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where mail for an address is stored."""

    bucket: str
    prefix: str = ""


def places_for(address: str, rules: RuleSet | None) -> tuple[Place, ...]:
    """Where SES stores mail to *address*, by the active rule set.

    Raises:
        NothingStored: Nowhere.
    """
    if rules is None:
        msg = "no receipt rule set is active here, so SES receives nothing; see `sendas doctor`"
        raise NothingStored(msg)
    actions = (action for rule in rules.rules_for(address) for action in rule.actions)
    found = dict.fromkeys(
        Place(action.bucket, action.prefix) for action in actions if isinstance(action, S3Action)
    )
    if not found:
        msg = (
            f"no rule of the active set {rules.name!r} stores mail for {address} in S3; "
            "name the bucket with --bucket, or see `sendas doctor`"
        )
        raise NothingStored(msg)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Watch:
    """What to look at, from when on, and for how long."""

    places: tuple[Place, ...]
    since: datetime
    timeout_seconds: float
    poll_seconds: float = POLL_SECONDS


def first(
    watch: Watch,
    mails: Mails,
    timing: Timing,
    look: Callable[[bytes], T | None],
    waiting: Callable[[float], None] = lambda _: None,
) -> T | None:
    """What *look* first makes of a mail, newest first; None when the time is up.

    Every mail is read once.  *waiting* hears before each pause how many seconds
    are left.

    Raises:
        CouldNotLook: S3 did not answer.
    """
    found = first_stored(watch, mails, timing, look, waiting)
    return None if found is None else found[1]


def first_stored(
    watch: Watch,
    mails: Mails,
    timing: Timing,
    look: Callable[[bytes], T | None],
    waiting: Callable[[float], None] = lambda _: None,
) -> tuple[MailObject, T] | None:
    """As `first`, with where the mail lies."""
    ends = timing.now() + timedelta(seconds=watch.timeout_seconds)
    seen: set[tuple[str, str]] = set()
    while True:
        for mail, raw in _new_mails(watch, mails, seen):
            found = look(raw)
            if found is not None:
                return mail, found
        left = (ends - timing.now()).total_seconds()
        if left <= 0:
            return None
        waiting(left)
        timing.sleep(min(watch.poll_seconds, left))


def _new_mails(
    watch: Watch, mails: Mails, seen: set[tuple[str, str]]
) -> Iterator[tuple[MailObject, bytes]]:
    for place in watch.places:
        listed = see(
            mails.mails_since(place.bucket, place.prefix, watch.since - _SKEW),
            f"the mails in {place.bucket}",
        )
        unseen = [m for m in listed[:MOST_MAILS] if (m.bucket, m.key) not in seen]
        # S3 tells time by the second, and SES's keys are random: what was stored in one
        # second is put in order by SES's own time.
        for _, together in groupby(unseen, key=lambda mail: mail.stored):
            read = ((mail, _read(mail, mails, seen)) for mail in together)
            there = [(mail, raw) for mail, raw in read if raw is not None]
            yield from sorted(there, key=lambda one: received_at(one[1]), reverse=True)


def _read(mail: MailObject, mails: Mails, seen: set[tuple[str, str]]) -> bytes | None:
    seen.add((mail.bucket, mail.key))
    return see(mails.read_mail(mail, MAX_BYTES), f"the mail {mail.key}")
