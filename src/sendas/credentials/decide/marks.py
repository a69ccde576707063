"""What a rotation remembers beside the secret's versions, as tags on the secret; pure.

All of it is in AWS, so that another machine, or another person, goes on where
this one stopped.  A mark names the key that it is about: one that is about another
key says nothing.  Values hold only what tags allow: letters, digits, blanks and
``+-=._:/@`` (Secrets Manager API and Systems Manager API, Tag).  No mark is a secret.
"""

import hashlib

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sendas.credentials.decide.holders import Holder


ADDRESS = "sendas:address"
"""Also on the users: which mailbox they are of."""
PROVEN = "sendas:proven"
"""The pending credential logged in, and its canary arrived."""
SINCE = "sendas:since"
"""The current credential's hand-over began: evidence before that counts for nothing."""
FOUND = "sendas:found"
"""The user that stood before sendas and whose credential is, or was, the old one: its name."""
RESTING = "sendas:resting"
"""The old credential's key was made inactive."""
REVOKED = "sendas:revoked"
"""Keys that were made inactive because their password got out: no undo activates them."""
CANARY_SEEN = "sendas:canary"
"""A canary sent with the current credential arrived, everything passing: the newest one."""
HOLDER = "sendas:holder:"
"""Begins the mark of one holder, who was seen to use the current credential."""
LONGEST_VALUE = 256


class How(StrEnum):
    """How a holder was seen to use the new credential, best first."""

    ONE_TIME = "one-time"
    """A mail to the one-time address that only this holder was asked to write to."""
    MAIL = "mail"
    """A mail that no other holder can have sent."""
    SAID = "said"
    """Nothing was seen: the operator vouched for it, by name."""


@dataclass(frozen=True, slots=True)
class Mark:
    """That something happened to a key, at a moment."""

    key_id: str
    at: datetime
    words: tuple[str, ...] = ()

    def dump(self) -> str:
        """As a tag's value."""
        return " ".join((self.key_id, self.at.isoformat(timespec="seconds"), *self.words))


def read_mark(text: str | None) -> Mark | None:
    """What `Mark.dump` wrote; None for anything else, which then is as if it were not there."""
    match (text or "").split(" "):
        case [key_id, at, *words] if key_id:
            try:
                moment = datetime.fromisoformat(at)
            except ValueError:
                return None
            return Mark(key_id, moment, tuple(words)) if moment.tzinfo else None
    return None


def holder_tag(holder: Holder) -> str:
    """The key of the tag that says that *holder* was seen; its words may not stand in one."""
    return f"{HOLDER}{hashlib.sha256(holder.name.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one secret."""

    proven: Mark | None = None
    canary: Mark | None = None
    since: Mark | None = None
    resting: Mark | None = None
    revoked: Mark | None = None
    seen: Mapping[str, Mark] = field(default_factory=dict)
    """By `holder_tag`."""

    def adopted(self, holder: Holder, key_id: str) -> Mark | None:
        """When and how *holder* was seen to use *key_id*, since its hand-over began."""
        mark = self.seen.get(holder_tag(holder))
        if mark is None or mark.key_id != key_id:
            return None
        since = self.since
        late = since is not None and since.key_id == key_id and mark.at < since.at
        return None if late else mark


def read_marks(tags: Mapping[str, str]) -> Marks:
    """The marks among a secret's tags; what is none is passed over."""
    seen = {
        name: mark
        for name, value in tags.items()
        if name.startswith(HOLDER) and (mark := read_mark(value)) is not None
    }
    return Marks(
        proven=read_mark(tags.get(PROVEN)),
        canary=read_mark(tags.get(CANARY_SEEN)),
        since=read_mark(tags.get(SINCE)),
        resting=read_mark(tags.get(RESTING)),
        revoked=read_mark(tags.get(REVOKED)),
        seen=seen,
    )
