"""Two looks compared: what came, went, changed, and what nobody could see; pure."""

import re

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from sendas.watch.decide.sight import Problem, Sight


BLIND_RUNS = 3
"""Looks in a row after which it is told that nobody can look, or it is not asked any more."""


@dataclass(frozen=True, slots=True)
class Open:
    """A problem that was told; times are as `stamp_of` writes them."""

    title: str
    since: str
    grade: int = 2
    reminder: int = 0


@dataclass(frozen=True, slots=True)
class Blind:
    """What could not be seen in the last *runs* looks."""

    why: str
    since: str
    runs: int = 1
    unasked: int = 0
    """Looks in a row since then in which nobody asked."""


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
class Became:
    """A problem that was told, and is another one now: its words say something else."""

    problem: Problem
    was: Open


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
    """Addresses that came onto a suppression list, of which nobody was notified at once."""

    entries: tuple[str, ...]
    """Each as a line for people."""


Change: TypeAlias = Came | Became | Went | Changed | Unseen | SeenAgain | Listed


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
        if known is None or (problem.grade, problem.reminder) > (known.grade, known.reminder):
            changes.append(Came(problem))
        elif _is_another(problem, known):
            changes.append(Became(problem, known))
        since = known.since if known else at
        problems[key] = Open(problem.title, since, problem.grade, problem.reminder)
    changes += [
        Changed(key, before.values[key], value)
        for key, value in sight.values.items()
        if before.values.get(key, value) != value
    ]
    blind = _blind(before, sight, at, changes)
    return tuple(changes), Known(at, problems, {**before.values, **sight.values}, blind)


_COUNTED = re.compile(
    r"(?<![\w.:/-])\d+(?:[.,]\d+)?(?![\w.:/-]*\w)"
    r"(?: %| \w+(?![\w.:/-]*\w)(?: (?:is|are|was|were|has|have)\b)?)?"
)
"""``2 mails are``: that they have become three is the same problem."""


def _is_another(problem: Problem, known: Open) -> bool:
    """Whether a problem says something else than was told; not what follows, or got better."""
    if problem.because_of is not None or problem.grade < known.grade:
        return False
    return _meaning(problem.title) != _meaning(known.title)


def _meaning(title: str) -> tuple[str, ...]:
    """What a title says, in whatever order it names things, and however many there are."""
    return tuple(sorted(re.findall(r"[^\s,;]+", _COUNTED.sub("#", title))))


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
        elif key not in found and old.unasked + 1 < BLIND_RUNS:
            # Skipped because of another, which is open itself, or no part of this run: nobody
            # looked.  What is not asked again and again does not arise any more.
            found[key] = replace(old, unasked=old.unasked + 1)
    return found


def _is_seen(key: str, sight: Sight) -> bool:
    return (
        key in sight.problems
        or key in sight.values
        or key in sight.well
        or key.startswith(sight.families)
        or any(one.startswith(key) for one in sight.values)
    )
