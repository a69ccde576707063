"""Two looks compared: what came, went, changed, and what nobody could see; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sendas.watch.daily.sight import Problem, Sight


BLIND_RUNS = 3
"""Looks in a row after which it is told that nobody can look."""


@dataclass(frozen=True, slots=True)
class Open:
    """A problem that was told; times are as `stamp_of` writes them."""

    title: str
    since: str
    grade: int = 2


@dataclass(frozen=True, slots=True)
class Blind:
    """What could not be seen in the last *runs* looks."""

    why: str
    since: str
    runs: int = 1


@dataclass(frozen=True, slots=True)
class Known:
    """What is known after a look, for the next to be compared with."""

    at: str = ""
    """When it was; empty before the first."""
    problems: Mapping[str, Open] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    blind: Mapping[str, Blind] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Came:
    """A problem that was not there, or was less bad."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Went:
    """A problem that is there no more."""

    key: str
    was: Open


@dataclass(frozen=True, slots=True)
class Changed:
    """A value that is another now."""

    key: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """What nobody could look at, `BLIND_RUNS` times in a row."""

    key: str
    blind: Blind


@dataclass(frozen=True, slots=True)
class SeenAgain:
    """What was told to be unseen, and is seen."""

    key: str
    blind: Blind


@dataclass(frozen=True, slots=True)
class Listed:
    """Addresses that came onto a suppression list, and nobody was told of at once."""

    entries: tuple[str, ...]
    """Each as a line for people."""


Change: TypeAlias = Came | Went | Changed | Unseen | SeenAgain | Listed


def compare(before: Known, sight: Sight, at: str) -> tuple[tuple[Change, ...], Known]:
    """What is to be told, and what is known now.

    What could not be looked at stays as it was: silence neither mends nor breaks anything.
    """
    changes: list[Change] = []
    problems: dict[str, Open] = {}
    for key, was in before.problems.items():
        if sight.ends(key):
            changes.append(Went(key, was))
        else:
            problems[key] = was
    for key, problem in sight.problems.items():
        known = problems.get(key)
        if known is None or problem.grade > known.grade:
            changes.append(Came(problem))
        problems[key] = Open(problem.title, known.since if known else at, problem.grade)
    changes += [
        Changed(key, before.values[key], value)
        for key, value in sight.values.items()
        if before.values.get(key, value) != value
    ]
    blind = _blind(before, sight, at, changes)
    return tuple(changes), Known(at, problems, {**before.values, **sight.values}, blind)


def _blind(before: Known, sight: Sight, at: str, changes: list[Change]) -> dict[str, Blind]:
    found: dict[str, Blind] = {}
    for key, why in sight.unseen.items():
        old = before.blind.get(key)
        # At the first look nothing is known that could stand: it is told at once.
        first = 1 if before.at else BLIND_RUNS
        found[key] = Blind(why, old.since, old.runs + 1) if old else Blind(why, at, first)
        if found[key].runs == BLIND_RUNS:
            changes.append(Unseen(key, found[key]))
    for key, old in before.blind.items():
        if key not in found and _is_seen(key, sight):
            if old.runs >= BLIND_RUNS:
                changes.append(SeenAgain(key, old))
        elif key not in found:
            # Skipped because of another, or no part of this run: nobody looked.
            found[key] = old
    return found


def _is_seen(key: str, sight: Sight) -> bool:
    return (
        key in sight.problems
        or key in sight.values
        or key in sight.well
        or key.startswith(sight.families)
        or any(one.startswith(key) for one in sight.values)
    )
