"""What is remembered of each message, so that each target gets it once.

One record for each message, written only under the condition that nobody else
wrote meanwhile.  A record says who works on the message, until when, and each task
to be done for it (`task`: states and what moves them).  Everything here is pure;
stores read and write.

A worker leases a record for no longer than it can live (`leased_until`).  Another
that finds it leased goes away and comes back later; one that finds the lease expired
takes it over, and takes every ``sending`` for an answer that was lost.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sendas.journal import task as one_task
from sendas.journal.task import State, Task, answer_lost


@dataclass(frozen=True, slots=True)
class Summary:
    """What people need in order to know the mail again."""

    author: str = ""
    subject: str = ""
    size: int = 0
    verdicts: Mapping[str, str] = field(default_factory=dict)


class Record(NamedTuple):
    """All that is known of one message, and who works on it."""

    ses_message_id: str
    bucket: str
    key: str
    received_at: datetime
    reverse_path: str
    forward_paths: tuple[str, ...]
    summary: Summary = Summary()
    tasks: tuple[Task, ...] = ()
    leased_to: str = ""
    leased_until: datetime | None = None
    attempts: int = 0
    """How often somebody began to work on it."""

    @property
    def settled(self) -> bool:
        """Whether there are tasks, and each came to its end."""
        return bool(self.tasks) and all(task.ended for task in self.tasks)

    def task(self, name: str) -> Task | None:
        """The task of that name."""
        for task in self.tasks:
            if task.name == name:
                return task
        return None


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else works on the message, until *until* at the latest."""

    until: datetime


def leased(record: Record, leased_to: str, now: datetime, until: datetime) -> Record | Busy:
    """The record leased to *leased_to* until *until*, or until when another has it."""
    expires = record.leased_until
    if record.leased_to and record.leased_to != leased_to and expires and now < expires:
        return Busy(expires)
    tasks = [
        answer_lost(task, now) if task.state is State.SENDING else task for task in record.tasks
    ]
    return record._replace(
        leased_to=leased_to,
        leased_until=until,
        tasks=tuple(tasks),
        attempts=record.attempts + 1,
    )


def freed(record: Record) -> Record:
    """The record, leased to nobody."""
    return record._replace(leased_to="", leased_until=None)


def planned(record: Record, wanted: Iterable[Task], forward_paths: Iterable[str]) -> Record:
    """The record with what is decided now for *forward_paths*.

    What ended stays as it ended, for whomever it is wanted now too: two addresses
    of one target get one copy.  What was counted keeps its count.  What was
    due for these paths alone and is not wanted any more is dropped, unless a
    refusal made it necessary.
    """
    fresh = {task.name: task for task in wanted}
    decided = frozenset(forward_paths)
    kept = []
    for task in record.tasks:
        again = fresh.pop(task.name, None)
        if task.ended and again is not None:
            paths = dict.fromkeys((*task.forward_paths, *again.forward_paths))
            kept.append(task._replace(forward_paths=tuple(paths)))
        elif task.ended or task.because_of or not decided.issuperset(task.forward_paths):
            kept.append(task)
        elif again is not None:
            kept.append(again._replace(unanswered=task.unanswered))
    return record._replace(tasks=(*kept, *fresh.values()))


def with_task(record: Record, task: Task) -> Record:
    """The record with *task* as it is now, added if it is new."""
    if record.task(task.name) is None:
        return record._replace(tasks=(*record.tasks, task))
    tasks = [task if one.name == task.name else one for one in record.tasks]
    return record._replace(tasks=tuple(tasks))


def finished_for(
    record: Record, forward_paths: Iterable[str], by: Collection[str] | None = None
) -> frozenset[str]:
    """The forward-paths for which every task came to its end.

    With *by*, only those for whom each task was done, and is of one of these kinds.
    """
    found = set()
    for path in forward_paths:
        tasks = [task for task in record.tasks if path in task.forward_paths]
        ended = all(task.ended for task in tasks)
        well = by is None or all(t.state is State.DONE and t.kind in by for t in tasks)
        if tasks and ended and well:
            found.add(path)
    return frozenset(found)


def reopened(record: Record) -> Record:
    """The record with what was refused or unconfirmed due again.

    What one of those made necessary and nobody was told yet is not, as long as it is due.
    """
    tasks = tuple(map(one_task.reopened, record.tasks))
    again = {task.name for task in tasks if not task.ended}
    untold = {t.name for t in tasks if t.because_of in again and t.state is State.DUE}
    return record._replace(tasks=tuple(t for t in tasks if t.name not in untold))


def first_task(
    record: Record, names: Collection[str], state: State, but: Collection[str] = ()
) -> Task | None:
    """The first task in *state*, of *names* and of what their refusals made necessary.

    Those named in *but* are passed over.
    """
    for task in record.tasks:
        ours = task.name in names or task.because_of in names
        if ours and task.state is state and task.name not in but:
            return task
    return None


def tasks_of(record: Record, names: Collection[str]) -> tuple[Task, ...]:
    """The tasks of *names*, and those that their refusals made necessary."""
    return tuple([t for t in record.tasks if t.name in names or t.because_of in names])


def merged(mine: Record, theirs: Record) -> Record:
    """Both accounts of one message in one: of each task, the account that knows more.

    Needed when a worker that outlived its lease learns an answer after another
    has taken over.
    """
    paths = dict.fromkeys((*theirs.forward_paths, *mine.forward_paths))
    # Whoever only noted that the mail came knew no author and no subject.
    summary = theirs.summary if theirs.summary.size else mine.summary
    both = theirs._replace(forward_paths=tuple(paths), summary=summary)
    for task in mine.tasks:
        other = theirs.task(task.name)
        both = with_task(both, one_task.merged(task, other) if other else task)
    return both


def amended(mine: Record, base: Record, theirs: Record) -> Record:
    """*mine*, made of *base* by whom it is leased to, with what others wrote since *base*.

    A task that both changed is as *mine* has it: only who works on it carries it out.
    """
    paths = dict.fromkeys((*theirs.forward_paths, *mine.forward_paths))
    both = mine._replace(forward_paths=tuple(paths))
    for task in theirs.tasks:
        if mine.task(task.name) == base.task(task.name):
            both = with_task(both, task)
    return both
