"""Decisions as tasks of a record, and back: pure.

A task's name is made of what it does, so that the same decision taken again, by
another worker or for a second notice of the same mail, is the same task.
"""

import hashlib

from collections.abc import Iterable
from typing import TypeAlias

from sendas.forward.decision import (
    Decision,
    Discard,
    Fail,
    Forward,
    Notify,
    Quarantine,
    Reason,
    Reject,
    TakeReports,
)
from sendas.forward.routes import Routes
from sendas.inbound.kinds import REPEATABLE, Kind
from sendas.journal.task import Task
from sendas.reply.decision import Answer


Action: TypeAlias = Forward | Answer | Quarantine | Reject | Discard | TakeReports | Notify
"""A decision that can be carried out."""


def actions(decisions: Iterable[Decision | Answer]) -> dict[str, Action]:
    """What is to be done, by the names of the tasks."""
    return {name_of(one): one for one in decisions if not isinstance(one, Fail)}


def failures(decisions: Iterable[Decision | Answer]) -> tuple[Fail, ...]:
    """What could not be decided."""
    return tuple(one for one in decisions if isinstance(one, Fail))


def name_of(one: Action) -> str:
    """The task's name; addresses are in it as digests, for names are logged."""
    match one:
        case Forward():
            return f"forward:{digest(one.target.lower())}"
        case Answer():
            return f"answer:{digest(one.target.lower())}"
        case Notify():
            # One for each set of addresses: two refusals are two notices.
            about = ",".join(sorted((*one.forward_paths, *one.targets)))
            return f"notice:{one.reason}:{digest(f'{one.notice_address},{about}'.lower())}"
        case Reject():
            return f"reject:{digest(one.forward_path.lower())}"
        case Quarantine() | Discard() | TakeReports():
            # For others of the same mail, announced by another notice, it is another task.
            about = ",".join(sorted(one.forward_paths))
            return f"{_KINDS[type(one)]}:{one.reason}:{digest(about.lower())}"


def paths_of(one: Action) -> tuple[str, ...]:
    """The forward-paths it is about."""
    return (one.forward_path,) if isinstance(one, Reject) else one.forward_paths


def task_of(name: str, one: Action, because_of: str = "") -> Task:
    """The task of that name, still to be done."""
    return Task(
        name=name,
        kind=_KINDS[type(one)],
        reason=one.reason,
        why=one.why,
        target=_target(one),
        forward_paths=paths_of(one),
        because_of=because_of,
        concerns=one.targets if isinstance(one, (Notify, Quarantine)) else (),
        repeatable=_KINDS[type(one)] in REPEATABLE,
    )


_KINDS: dict[type[Action], Kind] = {
    Forward: Kind.FORWARD,
    Answer: Kind.ANSWER,
    Notify: Kind.NOTICE,
    Reject: Kind.REJECT,
    Quarantine: Kind.QUARANTINE,
    Discard: Kind.DISCARD,
    TakeReports: Kind.REPORTS,
}


def _target(one: Action) -> str:
    match one:
        case Forward() | Answer():
            return one.target
        case Notify():
            return one.notice_address
        case Reject():
            return one.forward_path
        case Quarantine() | Discard() | TakeReports():
            return ""


def notice_of(task: Task, routes: Routes) -> Notify | None:
    """The notice that a stored task stands for; None when its domain is not ours any more."""
    domain = routes.domain_of(task.forward_paths[0]) if task.forward_paths else None
    if domain is None:
        return None
    return Notify(
        Reason(task.reason),
        task.why,
        task.forward_paths,
        task.target,
        domain.forwarding_address,
        task.concerns,
    )


def digest(text: str) -> str:
    """Twelve letters that stand for *text*."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
