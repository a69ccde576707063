"""What the watcher remembers between two looks: one JSON object in the bucket; pure.

It is written under the condition that nobody else wrote meanwhile, and before a
notice goes out: what was compared and what is to be told are kept in one step.
"""

import json

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sendas.errors import SendasError
from sendas.journal.task import State, Task, answer_lost, reopened
from sendas.watch.decide.compare import Blind, Known, Open


T = TypeVar("T")
SCHEMA = "sendas.watch/1"
MOST_SENT = 20
"""Notices that are remembered after they went out."""
GIVEN_UP_AFTER = timedelta(days=7)
"""A channel that takes nothing for so long is not tried any more for that notice."""

MOST_LEASE = timedelta(minutes=20)
"""A function's longest life, and some minutes; a lease that lasts longer is a clock's mistake."""
_CLOCKS_DIFFER = timedelta(minutes=10)


class MalformedState(SendasError):
    """The stored state is none of ours, or of a later release."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told, by each of *tasks*' channels; *at* is when it was decided."""

    id: str
    at: str
    subject: str
    lines: tuple[str, ...]
    tasks: tuple[Task, ...] = ()

    @property
    def told(self) -> bool:
        """Whether any channel certainly took it."""
        return any(task.state is State.DONE for task in self.tasks)

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to do about it."""
        return all(task.ended for task in self.tasks)


@dataclass(frozen=True, slots=True)
class Remembered:
    """All of it.  *lists* is the key of the last whole snapshot of the suppression lists."""

    known: Known = field(default_factory=Known)
    notices: tuple[Notice, ...] = ()
    began: str = ""
    proofs: Mapping[str, str] = field(default_factory=dict)
    """By user: when something of his last arrived."""
    proved_until: str = ""
    """The day up to which the history was read for that."""
    lists: str = ""
    summary: str = ""
    """The week or month of the last summary."""
    notice_address: str = ""
    forwarding_address: str = ""
    runs: int = 0
    leased_to: str = ""
    leased_until: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """Another run is at work, until *until* at the latest."""

    until: str


def is_ahead(stamp: str, now: datetime) -> bool:
    """Whether a look bears a time that is yet to come: then nobody knows when it was."""
    return datetime.fromisoformat(stamp) > now + _CLOCKS_DIFFER


def leased(state: Remembered, holder: str, now: datetime, until: datetime) -> Remembered | Busy:
    """The state leased to *holder*.

    What a dead run was sending is an answer that was lost; what no channel took is due again.
    """
    if state.leased_to and now < datetime.fromisoformat(state.leased_until) <= now + MOST_LEASE:
        return Busy(state.leased_until)
    return replace(
        state,
        notices=tuple(_taken_over(one, now) for one in state.notices),
        leased_to=holder,
        leased_until=until.isoformat(),
        runs=state.runs + 1,
    )


def _taken_over(notice: Notice, now: datetime) -> Notice:
    tasks = tuple(
        answer_lost(task, now) if task.state is State.SENDING else task for task in notice.tasks
    )
    if not notice.told:
        tasks = tuple(map(reopened, tasks))
    return replace(notice, tasks=tasks)


def freed(state: Remembered) -> Remembered:
    """The state leased to nobody, without notices that nobody need remember."""
    over = [one.id for one in state.notices if one.ended and one.told]
    gone = set(over[:-MOST_SENT])
    notices = tuple(one for one in state.notices if one.id not in gone)
    return replace(state, notices=notices, leased_to="", leased_until="")


def with_task(state: Remembered, notice_id: str, task: Task) -> Remembered:
    """The state with one channel of a notice as it is now."""
    notices = tuple(
        replace(one, tasks=tuple(task if each.name == task.name else each for each in one.tasks))
        if one.id == notice_id
        else one
        for one in state.notices
    )
    return replace(state, notices=notices)


def write_state(state: Remembered) -> bytes:
    """As it is stored."""
    known = asdict(state.known)
    value = {
        "schema": SCHEMA,
        "known": known,
        "notices": [_notice_to_json(one) for one in state.notices],
    }
    value |= {name: getattr(state, name) for name in _PLAIN}
    value["proofs"] = dict(state.proofs)
    return json.dumps(value, indent=1).encode("ascii")


_PLAIN = (
    "began", "proved_until", "lists", "summary", "notice_address", "forwarding_address", "runs",
    "leased_to", "leased_until",
)  # fmt: skip


def read_state(content: bytes) -> Remembered:
    """Read what `write_state` wrote.

    Raises:
        MalformedState: It did not.
    """
    try:
        value = json.loads(content)
        if value["schema"] != SCHEMA:
            msg = f"a state of schema {value['schema']!r}; this release reads {SCHEMA!r}"
            raise MalformedState(msg)
        known = value["known"]
        stamps = (known["at"], value["began"], value["leased_until"], *value["proofs"].values())
        for stamp in filter(None, stamps):
            if datetime.fromisoformat(stamp).tzinfo is None:
                msg = f"the watcher's state has a time without a zone: {stamp!r}"
                raise MalformedState(msg)
        return Remembered(
            known=Known(
                str(known["at"]),
                _each(known["problems"], lambda one: Open(**one)),
                _each(known["values"], str),
                _each(known["blind"], lambda one: Blind(**one)),
            ),
            notices=tuple(map(_notice_from_json, value["notices"])),
            proofs=_each(value["proofs"], str),
            **{name: value[name] for name in _PLAIN},
        )
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        msg = f"the watcher's state cannot be read: {type(error).__name__}"
        raise MalformedState(msg) from error


def _each(values: Mapping[str, Any], read: Callable[[Any], T]) -> dict[str, T]:
    return {str(key): read(one) for key, one in values.items()}


def _notice_to_json(one: Notice) -> dict[str, Any]:
    tasks = [
        {
            "name": t.name,
            "state": t.state,
            "unanswered": t.unanswered,
            "answer": t.answer,
            "at": t.at,
        }
        for t in one.tasks
    ]
    return {**asdict(one), "lines": list(one.lines), "tasks": tasks}


def _notice_from_json(value: Mapping[str, Any]) -> Notice:
    return Notice(
        value["id"],
        value["at"],
        value["subject"],
        tuple(map(str, value["lines"])),
        tuple(
            channel(one["name"])._replace(
                state=State(one["state"]),
                unanswered=int(one["unanswered"]),
                answer=str(one["answer"]),
                at=str(one["at"]),
            )
            for one in value["tasks"]
        ),
    )


def channel(name: str) -> Task:
    """A notice's way out, as a task."""
    return Task(name, "notice", "changed")
