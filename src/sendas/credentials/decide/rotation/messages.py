"""Where a rotation stands, for people and for programs; without anything secret; pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

from sendas.credentials.decide.ages import DUE, OVERDUE, Age
from sendas.credentials.decide.holders import Holder
from sendas.credentials.decide.marks import How, Mark
from sendas.credentials.decide.rotation.decide import (
    Ask,
    Blind,
    Broken,
    Busy,
    HandOver,
    Idle,
    NoRoom,
    Resting,
    Step,
    Why,
    had_one,
)
from sendas.credentials.decide.rotation.evidence import LateUse
from sendas.credentials.decide.rotation.state import Situation, once_address
from sendas.credentials.decide.rotation.undoing import NothingToUndo, Undone, UndoStep
from sendas.iam.keys import AccessKey


SCHEMA = "sendas.credentials-rotate/1"
Json: TypeAlias = dict[str, object]

_HOW: Mapping[str, str] = {
    How.ONE_TIME: "by a mail to its one-time address",
    How.MAIL: "by a mail of its own",
    How.SAID: "on your word, not seen",
}


def is_well(step: Step | UndoStep) -> bool:
    """Whether nothing is wrong: what merely waits for its time, or its holders, is well."""
    match step:
        case HandOver():
            return not (step.late or step.out_of_policy or step.late_uses or step.cut_off)
        case Broken():
            return False
        case Idle(age):
            return age is not Age.OVERDUE
        case _:
            return True


def step_text(seen: Situation, step: Step | UndoStep) -> Iterator[str]:
    """What stands, and what is to be done next."""
    yield from _keys(seen)
    yield from _proven(seen)
    yield from _holders(seen)
    yield ""
    yield from _next(seen, step)


def _keys(seen: Situation) -> Iterator[str]:
    current = seen.current_key
    pending = seen.key(seen.pending)
    for key in seen.keys:
        if current is not None and key.key_id == current.key_id:
            role = "current"
        elif pending is not None and key.key_id == pending.key_id:
            role = "prepared"
        else:
            role = "old"
        yield f"  {role:<8}  {_key(key, seen.now)}"
    if not seen.keys:
        yield "  no key"


def _key(key: AccessKey, now: datetime) -> str:
    days = f"{max(0, (now - key.created).days)} days old" if key.created else "of unknown age"
    used = f"last used {key.last_used:%Y-%m-%d %H:%M}" if key.last_used else "never used"
    state = "active" if key.active else "inactive"
    return f"…{key.key_id[-4:]} of {key.user}: {state}, {days}, {used}"


def _proven(seen: Situation) -> Iterator[str]:
    """What is proven of the current one, and since when."""
    key = seen.current_key
    if key is None:
        return
    made, canary = seen.marks.proven, seen.marks.canary
    before = made is not None and made.key_id == key.key_id
    arrived = canary is not None and canary.key_id == key.key_id
    if made is not None and before:
        yield f"  proven    before it was handed out, on {made.at:%Y-%m-%d %H:%M}"
    if canary is not None and arrived:
        yield f"  proven    by a canary that arrived on {canary.at:%Y-%m-%d %H:%M}"
    if not (before or arrived):
        yield f"  proven    by no mail yet: `sendas credentials audit {seen.address}`"


def _holders(seen: Situation) -> Iterator[str]:
    key = seen.current_key
    if key is None or seen.since is None:
        return
    for holder in seen.holders:
        mark = seen.marks.adopted(holder, key.key_id)
        if mark is None:
            yield f"  holder    {holder}: not seen to use the current one"
        else:
            how = _HOW.get(" ".join(mark.words), "")
            yield f"  holder    {holder}: has it since {mark.at:%Y-%m-%d %H:%M} ({how})"


def _next(seen: Situation, step: Step | UndoStep) -> Iterator[str]:
    again = f"sendas credentials rotate {seen.address}"
    match step:
        case Idle(age, due):
            yield _idle(age, due, again)
        case HandOver():
            yield from _hand_over(seen, step, again)
        case Resting(keys, until):
            yield (
                f"The old one ({_ids(keys)}) is inactive, and is deleted from "
                f"{until:%Y-%m-%d %H:%M} on: repeat `{again}` then. If something cannot send "
                f"any more: `{again} --undo`."
            )
        case Blind(keys, why):
            yield (
                f"Every holder was seen with the new one. Whether the old one ({_ids(keys)}) is "
                f"used since cannot be looked at: {why}. It stays active. Repeat `{again}`, or "
                f"say of each holder that it has the new one: `{again} --vouch HOLDER`."
            )
        case Ask(keys, user, reason):
            yield (
                f"Every holder has the new one. The old key ({_ids(keys)}) is of {user}, which "
                f"sendas did not make: {reason}. If nothing else uses it: "
                f"`{again} --retire-user {user}`."
            )
        case NoRoom(keys):
            yield (
                f"There are {len(keys)} keys ({_ids(keys)}), and nothing says that one of them "
                f"may go. See which nobody uses: `{again} --replace-key LAST4` deletes it."
            )
        case Broken(Why.NONE_STORED):
            yield f"No password is stored for {seen.address}. `{again}` makes one, and proves it."
        case Broken(why):
            yield f"Mail cannot be sent with what is stored: {why}. `{again}` makes a new one."
        case _:
            yield _otherwise(step, again)


def _otherwise(step: Step | UndoStep, again: str) -> str:
    match step:
        case Busy(until):
            return f"Another run is at work on it, until {until:%H:%M:%S} at the latest."
        case Undone():
            return (
                "It is undone: the old one works again beside the new, and who uses which is "
                f"looked at anew from now on. `{again}` goes on from there."
            )
        case NothingToUndo():
            return (
                "There is nothing to go back to: the old key is deleted, or its password got "
                f"out. `{again} --early` makes a new one."
            )
        case _:
            return f"The next step needs nobody: `{again}` takes it."


def _idle(age: Age, due: datetime | None, again: str) -> str:
    match age:
        case Age.FINE:
            when = f"{due:%Y-%m-%d}" if due else "?"
            return f"One credential, working. It is due on {when}; `{again} --early` begins now."
        case Age.DUE:
            return f"It is older than {DUE.days} days, so it is due: `{again}` begins."
        case Age.OVERDUE:
            return f"OUT OF POLICY: it is older than {OVERDUE.days} days. `{again}` begins."
        case Age.UNKNOWN:
            return f"One credential, of unknown age; `{again} --early` begins a rotation."


def _hand_over(seen: Situation, step: HandOver, again: str) -> Iterator[str]:
    for late_use in step.late_uses:
        yield f"ALARM: {late_use_text(late_use)}"
    if step.late_uses:
        yield (
            "Somebody holds a copy of the old one still. Change it there and name it in "
            "`held_by`; if it is nobody you know: "
            f"`{again} --revoke-now {_last(seen.old_keys)}`."
        )
    if step.out_of_policy:
        yield f"OUT OF POLICY: the old one is older than {OVERDUE.days} days, and still active."
    if step.late:
        yield f"LATE: the holders had time until {step.deadline:%Y-%m-%d}."
    if step.cut_off:
        yield "CUT OFF: no old credential works, so whoever has not the new one cannot send."
    elif step.waiting and not step.late:
        stays = "The old one stays active" if had_one(seen) else "It is the first of all"
        yield f"{stays}. The holders have time until {step.deadline:%Y-%m-%d}."
    if step.waiting and not seen.told_apart:
        yield (
            "Both keys are of one user, so no mail tells which of them sent it. Say which "
            f"holders have the new one: `{again} --vouch HOLDER`."
        )


def late_use_text(late_use: LateUse) -> str:
    """A use of the old credential, with all that is known of who it was."""
    who = f"by {late_use.holder}" if late_use.holder else "by somebody"
    where = (
        f" from {late_use.source_ip}" if late_use.source_ip else ", by what IAM tells of its key"
    )
    agent = f" ({late_use.user_agent})" if late_use.user_agent else ""
    return (
        f"the old credential ({late_use.key_user}) was used {who}{where}{agent} on "
        f"{late_use.at:%Y-%m-%d %H:%M}, after the hand-over"
    )


def holder_text(seen: Situation, holder: Holder, *, history: bool) -> str:
    """What proves that a holder has the new one; without a *history* of sent mail, less does."""
    key = seen.current_key
    if key is None:
        return ""
    once = once_address(seen.address, key.key_id, holder)
    alone = sum(one.is_gmail == holder.is_gmail for one in seen.holders) == 1
    proof = f"Proof: a mail that it sends from {seen.address} to {once}"
    return f"{proof}, or any other mail of its own" if alone and history else proof


def _ids(keys: tuple[AccessKey, ...]) -> str:
    return ", ".join(f"…{key.key_id[-4:]}" for key in keys)


def _last(keys: tuple[AccessKey, ...]) -> str:
    return next((key.key_id[-4:] for key in keys if key.active), "LAST4")


def step_json(seen: Situation, step: Step | UndoStep) -> Json:
    """The same for programs; keys by their last four."""
    current = seen.current_key
    hand_over = step if isinstance(step, HandOver) else None
    return {
        "schema": SCHEMA,
        "address": seen.address,
        "region": seen.region,
        "step": _kind(step),
        "well": is_well(step),
        "current": _key_json(current) if current else None,
        "prepared": _key_json(key) if (key := seen.key(seen.pending)) else None,
        "old": [_key_json(key) for key in seen.old_keys],
        "proven": _at(seen, seen.marks.proven),
        "canary": _at(seen, seen.marks.canary),
        "since": seen.since.isoformat() if seen.since else None,
        "holders": [_holder_json(seen, holder) for holder in seen.holders],
        "deadline": hand_over.deadline.isoformat() if hand_over else None,
        "late": bool(hand_over and hand_over.late),
        "out_of_policy": bool(hand_over and hand_over.out_of_policy)
        or (isinstance(step, Idle) and step.age is Age.OVERDUE),
        "cut_off": bool(hand_over and hand_over.cut_off),
        "used_after_hand_over": [
            _late_use_json(one) for one in (hand_over or _NO_LATE_USES).late_uses
        ],
        "deleted_from": step.until.isoformat() if isinstance(step, Resting) else None,
        "text": "\n".join(_next(seen, step)),
    }


def _at(seen: Situation, mark: Mark | None) -> str | None:
    """When it was, if it was about the current key."""
    key = seen.current_key
    return mark.at.isoformat() if mark and key and mark.key_id == key.key_id else None


_NO_LATE_USES = HandOver((), datetime.min)  # noqa: DTZ901  no time of anything


def _kind(step: Step | UndoStep) -> str:
    name = type(step).__name__
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def _key_json(key: AccessKey) -> Json:
    return {
        "key": f"…{key.key_id[-4:]}",
        "user": key.user,
        "active": key.active,
        "created": key.created.isoformat() if key.created else None,
        "last_used": key.last_used.isoformat() if key.last_used else None,
    }


def _holder_json(seen: Situation, holder: Holder) -> Json:
    key = seen.current_key
    mark = seen.marks.adopted(holder, key.key_id) if key else None
    return {
        "name": holder.name,
        "seen": mark.at.isoformat() if mark else None,
        "how": " ".join(mark.words) if mark else None,
        "one_time_address": once_address(seen.address, key.key_id, holder) if key else None,
    }


def _late_use_json(late_use: LateUse) -> Json:
    return {
        "user": late_use.key_user,
        "at": late_use.at.isoformat(),
        "holder": late_use.holder.name if late_use.holder else None,
        "source_ip": late_use.source_ip or None,
        "user_agent": late_use.user_agent or None,
    }
