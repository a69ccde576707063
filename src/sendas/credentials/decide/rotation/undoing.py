"""Going back to the credential before: as long as its key is there, and safe to repeat; pure.

The old key is activated first: from then on both work.  If its password is stored it
becomes the current one again, and the new one is then the old one of a rotation
that nobody was handed over to; evidence counts anew, so nothing that works is
made inactive on what was seen before.
"""

from dataclasses import dataclass
from typing import TypeAlias

from sendas.credentials.decide.rotation.decide import Busy
from sendas.credentials.decide.rotation.state import Situation
from sendas.iam.keys import AccessKey


UNDONE = "undone"
"""In the mark of since when evidence counts: the credential is current by an undo."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Delete what was prepared and not published; *key* None where it is gone already."""

    key: AccessKey | None
    version_id: str


@dataclass(frozen=True, slots=True)
class Activate:
    """Make the old keys active again."""

    keys: tuple[AccessKey, ...]


@dataclass(frozen=True, slots=True)
class Back:
    """Let evidence count anew for *key_id*, and make its version current if another is."""

    key_id: str
    to_id: str
    from_id: str
    words: tuple[str, ...] = (UNDONE,)


@dataclass(frozen=True, slots=True)
class Undone:
    """It is as it was before; *current* is what is handed out now."""

    current: str


@dataclass(frozen=True, slots=True)
class NothingToUndo:
    """There is no old credential to go back to."""


UndoStep: TypeAlias = Busy | Forget | Activate | Back | Undone | NothingToUndo


def undo_step(seen: Situation, run: str) -> UndoStep:
    """What is to be done next in order to go back."""
    busy = seen.claimed_by_another(run)
    if busy is not None:
        return Busy(busy.until)
    pending, key = seen.pending, seen.key(seen.pending)
    published = pending is not None and pending == seen.current
    if pending is not None and not published:
        return Forget(key, pending.version_id)
    inactive = tuple(one for one in _usable(seen) if not one.active)
    if inactive:
        return Activate(inactive)
    return _undone(seen) or _back(seen)


def _usable(seen: Situation) -> tuple[AccessKey, ...]:
    """The old keys but those whose password got out."""
    revoked = seen.marks.revoked.words if seen.marks.revoked else ()
    return tuple(key for key in seen.old_keys if key.key_id not in revoked)


def _undone(seen: Situation) -> Undone | None:
    """Whether it is done already: the current one is so by an undo, and no rest began since."""
    since, resting, current = seen.marks.since, seen.marks.resting, seen.current
    held = current.credential.username if current and current.credential else ""
    if since is None or since.key_id != held or UNDONE not in since.words:
        return None
    rested = resting is not None and resting.key_id == held and resting.at > since.at
    return None if rested else Undone(held)


def _back(seen: Situation) -> Back | NothingToUndo:
    old, current, previous = _usable(seen), seen.current, seen.previous
    if not old or current is None or current.credential is None:
        return NothingToUndo()
    back = seen.key(previous)
    if previous is not None and back is not None and back in old:
        return Back(back.key_id, previous.version_id, current.version_id)
    # Its password is not stored: it works again, and what is handed out stays.
    return Back(current.credential.username, current.version_id, current.version_id)
