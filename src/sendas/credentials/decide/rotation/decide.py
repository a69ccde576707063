"""The next step of a rotation, from what is seen; every step may be repeated after any crash.

The rules, in their order: whoever else is at work is waited for; what a crash left
over is cleared away; what was begun is ended; what works is never made inactive
before every holder was seen to use its successor; nothing is deleted that was
not inactive for a while.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from sendas.credentials.decide.ages import DUE, HAND_OVER, OVERDUE, Age, age_of
from sendas.credentials.decide.credential import StoredCredential
from sendas.credentials.decide.holders import Holder
from sendas.credentials.decide.marks import How, Mark
from sendas.credentials.decide.rotation.evidence import LateUse, late_uses, sightings
from sendas.credentials.decide.rotation.state import Begin, Held, Situation, Wish
from sendas.iam.keys import AccessKey


MOST_CREDENTIALS = 2
"""Of one mailbox, over all its users: the current one, and the old or the new one."""


class Why(StrEnum):
    """Why a new credential is made."""

    NONE_STORED = "no password is stored"
    KEY_GONE = "the key of the stored password is gone"
    KEY_INACTIVE = "the key of the stored password is inactive"
    OTHER_REGION = "the stored password is for another Region"
    DUE = "it is due"
    WISHED = "you asked for it"


@dataclass(frozen=True, slots=True)
class Busy:
    """Another run may be at work: wait, then look again."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Clear:
    """Delete keys whose password nobody has."""

    keys: tuple[AccessKey, ...]


@dataclass(frozen=True, slots=True)
class Make:
    """Make a key of *user*, and store its password as pending."""

    user: str
    why: Why


@dataclass(frozen=True, slots=True)
class Drop:
    """Take the pending label off a version whose credential cannot be used."""

    version_id: str
    why: Why


@dataclass(frozen=True, slots=True)
class Prove:
    """Log in with it, send a canary with it, and see that arrive."""

    credential: StoredCredential


@dataclass(frozen=True, slots=True)
class Publish:
    """Make the pending version the current one; the old one becomes the previous."""

    to: Held
    from_id: str
    """Empty where the secret service made it current by itself."""


@dataclass(frozen=True, slots=True)
class Count:
    """Begin to count evidence for the current credential from now on."""

    key_id: str


@dataclass(frozen=True, slots=True)
class Note:
    """Remember that a holder was seen to use the current credential."""

    holder: Holder
    mark: Mark


@dataclass(frozen=True, slots=True)
class HandOver:
    """A person's part: tell the holders, and wait for their mail.

    *late* since the time for it is over, *out_of_policy* since the old one is too old:
    both are told, and change nothing.  *cut_off*: no old one works, so whoever was not
    seen to use the new one may be unable to send.
    """

    waiting: tuple[Holder, ...]
    deadline: datetime
    late: bool = False
    out_of_policy: bool = False
    late_uses: tuple[LateUse, ...] = ()
    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class Blind:
    """Every holder was seen, and nobody can tell whether the old one is used since."""

    keys: tuple[AccessKey, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Ask:
    """The old key's user may do more than send as this address: only the operator can say."""

    keys: tuple[AccessKey, ...]
    user: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rest:
    """Make the old keys inactive; activating them again is the undo."""

    keys: tuple[AccessKey, ...]


@dataclass(frozen=True, slots=True)
class Revoke:
    """Make keys inactive whose password got out, whoever is cut off by it."""

    keys: tuple[AccessKey, ...]


@dataclass(frozen=True, slots=True)
class Resting:
    """The old keys are inactive, and are deleted from *until* on."""

    keys: tuple[AccessKey, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the old keys."""

    keys: tuple[AccessKey, ...]


@dataclass(frozen=True, slots=True)
class NoRoom:
    """As many keys as there may be, and none of them is known to be free."""

    keys: tuple[AccessKey, ...]


@dataclass(frozen=True, slots=True)
class Idle:
    """One credential, working; *due* from when on, None where its age is unknown."""

    age: Age
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Broken:
    """What is stored does not work, or nothing is, and no rotation may begin."""

    why: Why


Step: TypeAlias = (
    Busy | Clear | Make | Drop | Prove | Publish | Count | Note | HandOver | Blind | Ask | Rest
    | Revoke | Resting | Delete | NoRoom | Idle | Broken
)  # fmt: skip
WAITS = (HandOver, Blind, Ask, Resting, NoRoom, Idle, Broken)
"""Steps that no machine can take: time, or a person, must."""


def next_step(seen: Situation, wish: Wish) -> Step:
    """What is to be done next."""
    first = _first(seen, wish)
    if first is not None:
        return first
    if seen.pending is not None:
        return _pending(seen, seen.pending)
    why = _wanted(seen, wish)
    if why is not None:
        return _room(seen, wish, why)
    if seen.current_key is None:
        return Broken(_unusable(seen) or Why.NONE_STORED)
    return _old(seen, wish, seen.current_key)


def _first(seen: Situation, wish: Wish) -> Step | None:
    """What goes before everything else."""
    busy = seen.claimed_by_another(wish.run)
    if busy is not None:
        return Busy(busy.until)
    if seen.orphans:
        return Clear(seen.orphans)
    return _revoked(seen, wish) if wish.revoke else None


# A new one ----------------------------------------------------------------------


def _unusable(seen: Situation) -> Why | None:
    """Why the current credential does not work; None if it does."""
    held = seen.current
    if held is None or held.credential is None:
        return Why.NONE_STORED
    return _unusable_one(seen, held, held.credential)


def _unusable_one(seen: Situation, held: Held, credential: StoredCredential) -> Why | None:
    key = seen.key(held)
    if key is None:
        return Why.KEY_GONE
    if not key.active:
        return Why.KEY_INACTIVE
    return Why.OTHER_REGION if credential.region != seen.region else None


def _pending(seen: Situation, held: Held) -> Step:
    credential = held.credential
    why = Why.NONE_STORED if credential is None else _unusable_one(seen, held, credential)
    if credential is None or why is not None:
        return Drop(held.version_id, why or Why.NONE_STORED)
    proven = seen.marks.proven
    if proven is None or proven.key_id != credential.username:
        return Prove(credential)
    current = seen.current
    same = current is not None and current.version_id == held.version_id
    return Publish(held, "" if current is None or same else current.version_id)


def _wanted(seen: Situation, wish: Wish) -> Why | None:
    """Why a rotation begins now; None if none does."""
    if wish.begin is Begin.NEVER:
        return None
    why = _unusable(seen)
    if why is not None:
        return None if wish.begin is Begin.IF_OLD else why
    if seen.old_keys:
        return None  # one is under way, and ends first
    if wish.begin is Begin.NOW:
        # What was just handed over is not replaced because the command is repeated.
        fresh = seen.since is not None and seen.waiting and seen.now < seen.since + HAND_OVER
        return None if fresh else Why.WISHED
    key = seen.current_key
    old = key is not None and age_of(key.created, seen.now) in {Age.DUE, Age.OVERDUE}
    return Why.DUE if old else None


def _room(seen: Situation, wish: Wish, why: Why) -> Step:
    if len(seen.keys) < MOST_CREDENTIALS:
        return Make(_whose_turn(seen), why)
    free = tuple(
        key
        for key in seen.keys
        if (wish.replace and key.key_id.endswith(wish.replace))
        or (wish.revoke and key.key_id.endswith(wish.revoke) and not key.active)
    )
    if len(free) == 1:
        return Delete(free)
    return NoRoom(seen.keys)


def _whose_turn(seen: Situation) -> str:
    """The user of ours that has no key; where both are free, the one that did not send last."""
    held = {key.user.lower() for key in seen.keys}
    current = seen.current.credential.user if seen.current and seen.current.credential else ""
    first = seen.pair.after(current or seen.pair.second)
    other = seen.pair.after(first)
    return other if first.lower() in held and other.lower() not in held else first


# The old one ----------------------------------------------------------------


def _old(seen: Situation, wish: Wish, current: AccessKey) -> Step:
    if seen.since is None:
        if not seen.old_keys:
            return _idle(seen, current)
        return Count(current.key_id)
    note = _noted(seen, wish, current)
    if note is not None:
        return note
    still = late_uses(seen)
    if seen.waiting or still:
        return _hand_over(seen, still, seen.since + HAND_OVER)
    if seen.blind and not set(seen.holders) <= set(wish.vouched):
        return Blind(tuple(key for key in seen.old_keys if key.active), seen.blind)
    return _retire(seen, wish, current) if seen.old_keys else _idle(seen, current)


def _noted(seen: Situation, wish: Wish, current: AccessKey) -> Note | None:
    """The next holder to be noted: seen, or vouched for."""
    for holder, mark in sightings(seen):
        if seen.marks.adopted(holder, current.key_id) is None:
            return Note(holder, mark)
    # Whoever began the hand-over may have had a clock that was ahead of this one.
    now = max(seen.now, seen.since or seen.now)
    for holder in seen.waiting:
        if holder in wish.vouched:
            return Note(holder, Mark(current.key_id, now, (How.SAID,)))
    return None


def _idle(seen: Situation, current: AccessKey) -> Idle:
    due = current.created + DUE if current.created else None
    return Idle(age_of(current.created, seen.now), due)


def _hand_over(seen: Situation, still: tuple[LateUse, ...], deadline: datetime) -> HandOver:
    ages = [seen.now - key.created for key in seen.old_keys if key.created and key.active]
    return HandOver(
        seen.waiting,
        deadline,
        late=seen.now >= deadline,
        out_of_policy=any(age >= OVERDUE for age in ages),
        late_uses=still,
        cut_off=had_one(seen) and not any(key.active for key in seen.old_keys),
    )


def had_one(seen: Situation) -> bool:
    """Whether anybody can have held another one before; else this is the first of all."""
    previous = seen.previous
    return bool(seen.old_keys) or (previous is not None and previous.credential is not None)


def _retire(seen: Situation, wish: Wish, current: AccessKey) -> Step:
    for user in seen.users:
        keys = tuple(key for key in seen.old_keys if key.user == user.name)
        if keys and user.wider and wish.user.lower() != user.name.lower():
            return Ask(keys, user.name, user.wider)
    resting = seen.marks.resting
    known = resting is not None and resting.key_id == current.key_id
    if resting is None or not known or any(_unrested(key, resting) for key in seen.old_keys):
        return Rest(seen.old_keys)
    until = resting.at + wish.rest
    return Resting(seen.old_keys, until) if seen.now < until else Delete(seen.old_keys)


def _unrested(key: AccessKey, resting: Mark) -> bool:
    return key.active or key.key_id not in resting.words


# Emergency ------------------------------------------------------------------


def _revoked(seen: Situation, wish: Wish) -> Step | None:
    """Make the leaked one inactive before anything else; None once it is."""
    leaked = tuple(k for k in seen.keys if k.key_id.endswith(wish.revoke) and k.active)
    for key in leaked:
        user = seen.user(key.user)
        if user.wider and wish.user.lower() != user.name.lower():
            return Ask((key,), user.name, user.wider)
    return Revoke(leaked) if leaked else None
