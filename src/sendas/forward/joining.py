"""Decisions that are alike, as one: two recipients with one target get one copy."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from sendas.forward.decision import (
    Decision,
    Discard,
    Fail,
    Forward,
    Notify,
    Quarantine,
    Reject,
    TakeReports,
)


_Kept = TypeVar("_Kept", Quarantine, Notify)
_PLAIN = (Forward, Discard, TakeReports, Fail)
"""What differs by its forward-paths alone, where it is alike."""


def joined(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """One decision for all that are alike, naming every forward-path and target; in order."""
    found: dict[tuple[object, ...], Decision] = {}
    for one in decisions:
        key = _alike(one)
        before = found.get(key)
        found[key] = one if before is None else _merged(before, one)
    return tuple(found.values())


def _alike(decision: Decision) -> tuple[object, ...]:
    match decision:
        case Forward():
            return (Forward, decision.target.lower())
        case Notify():
            return (Notify, decision.reason, decision.notice_address)
        case Reject():
            return (Reject, decision.forward_path)
        case Quarantine() | Discard() | TakeReports() | Fail():
            return (type(decision), decision.reason)


def _merged(one: Decision, other: Decision) -> Decision:
    """Both are of one type, as `_alike` saw to."""
    if isinstance(one, _PLAIN) and isinstance(other, _PLAIN):
        return replace(one, forward_paths=_both(one.forward_paths, other.forward_paths))
    if isinstance(one, Quarantine) and isinstance(other, Quarantine):
        return _with_targets(one, other)
    if isinstance(one, Notify) and isinstance(other, Notify):
        return _with_targets(one, other)
    return one


def _with_targets(one: _Kept, other: _Kept) -> _Kept:
    return replace(
        one,
        forward_paths=_both(one.forward_paths, other.forward_paths),
        targets=_both(one.targets, other.targets),
    )


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one + other))
