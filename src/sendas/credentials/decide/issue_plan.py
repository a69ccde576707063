"""What to do about a mailbox's key: use the one there is, make one, or ask; pure.

IAM allows two keys a user and tells a secret once.  Before a key is made, the
secret's tag `ISSUING` says which keys there were: whatever a crash leaves
behind is told from a key that somebody uses, and is deleted by the next run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sendas.credentials.decide.claim import CLOCKS_APART
from sendas.credentials.decide.credential import StoredCredential
from sendas.iam.keys import AccessKey
from sendas.ses.regions import Region


ISSUING = "sendas:issuing"
MOST_KEYS = 2
"""IAM quota: access keys a user, active or not (FACTS 4)."""
STILL_AT_IT = timedelta(seconds=30)
"""A run that began so lately may still be under way elsewhere."""


@dataclass(frozen=True, slots=True)
class Intent:
    """That a key is being made: since when, and which keys there were before."""

    began: datetime
    before: frozenset[str]

    def dump(self) -> str:
        """As a tag's value: digits, letters, and the signs that tags allow."""
        return " ".join((self.began.isoformat(timespec="seconds"), *sorted(self.before)))

    def left_to_wait(self, now: datetime) -> timedelta:
        """How long another run may still be at it; zero or less: it is not."""
        return self.began + STILL_AT_IT - now

    def can_have_made(self, created: datetime | None) -> bool:
        """Whether a key made at *created*, by AWS's clock, can be its; at an unknown time: not."""
        return created is not None and created - STILL_AT_IT - CLOCKS_APART <= self.began


def read_intent(text: str | None) -> Intent | None:
    """What `Intent.dump` wrote; None for anything else, which then deletes nothing."""
    began, *before = (text or "").split(" ")
    try:
        moment = datetime.fromisoformat(began)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return Intent(moment, frozenset(filter(None, before)))


@dataclass(frozen=True, slots=True)
class Situation:
    """What was seen before anything is done."""

    region: Region
    keys: tuple[AccessKey, ...]
    stored: StoredCredential | None
    intent: Intent | None
    anew: bool = False
    """Make a new key even if the stored one is all right."""
    give_up: str | None = None
    """The last characters of a key that may be deleted if there is no room."""


class Unusable(StrEnum):
    """Why the stored credential cannot be used."""

    NONE_STORED = "none was stored"
    KEY_GONE = "the key of the stored one was gone"
    KEY_INACTIVE = "the key of the stored one was inactive"
    OTHER_REGION = "the stored one was for another Region"
    NOT_WANTED = "a new one was wanted"


@dataclass(frozen=True, slots=True)
class Reuse:
    """The stored credential's key is there and active."""

    stored: StoredCredential
    orphans: tuple[AccessKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """Make a key.  *orphans* and *freed* are deleted first; *others* stay."""

    why: Unusable
    orphans: tuple[AccessKey, ...] = ()
    freed: AccessKey | None = None
    others: tuple[AccessKey, ...] = ()


@dataclass(frozen=True, slots=True)
class NoRoom:
    """Two keys, neither of them known to be ours alone: a person must say which can go."""

    keys: tuple[AccessKey, ...]


Step = Reuse | Issue | NoRoom


def plan(seen: Situation) -> Step:
    """What to do."""
    orphans = tuple(orphans_of(seen.keys, seen.intent, seen.stored))
    others = tuple(key for key in seen.keys if key not in orphans)
    why = _unusable(seen, others)
    if why is None and seen.stored is not None:
        return Reuse(seen.stored, orphans)
    if len(others) < MOST_KEYS:
        return Issue(why or Unusable.NONE_STORED, orphans, None, others)
    named = [key for key in others if seen.give_up and key.key_id.endswith(seen.give_up)]
    if len(named) != 1:
        return NoRoom(others)
    left = tuple(key for key in others if key is not named[0])
    return Issue(why or Unusable.NONE_STORED, orphans, named[0], left)


def orphans_of(
    keys: Iterable[AccessKey], intent: Intent | None, stored: StoredCredential | None
) -> Iterable[AccessKey]:
    """The keys that a run made which never came to store them: nobody knows their secret.

    What was made by hand long after that run began, somebody may send with.
    """
    if intent is None:
        return
    for key in keys:
        made = key.key_id not in intent.before and intent.can_have_made(key.created)
        if made and (stored is None or stored.username != key.key_id):
            yield key


def _unusable(seen: Situation, keys: tuple[AccessKey, ...]) -> Unusable | None:
    if seen.stored is None:
        return Unusable.NONE_STORED
    key = next((key for key in keys if key.key_id == seen.stored.username), None)
    if key is None:
        return Unusable.KEY_GONE
    if not key.active:
        return Unusable.KEY_INACTIVE
    if seen.stored.region != seen.region:
        return Unusable.OTHER_REGION
    return Unusable.NOT_WANTED if seen.anew else None
