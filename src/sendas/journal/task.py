"""One thing to be done for a message, its states, and what moves it from one to another.

::

    state      what is known                 then                                 becomes
    ---------  ----------------------------  -----------------------------------  ---------
    due        not done                      the attempt is written down          sending
    sending    begun, answer not written     the other side took it               done
                                             it refuses for good                  refused
                                             it says later, or was not reached    due
                                             nobody answered, 1st time            due (1)
                                             nobody answered, 2nd time            uncertain
                                             its worker died                      the same
    done       the answer is written         never again                          -
    done       the answer is written         whom it reached refuses it later     refused
    refused    the answer is written         the owner is told                    -
    uncertain  two answers were lost         the owner is told, nothing is sent   -

So a task whose answer was seen is done once.  Where an answer was lost it is
attempted once more and not a third time: at most one duplicate; and whoever may have
got nothing is named to the owner: no loss.
"""

from datetime import datetime
from enum import StrEnum, auto
from typing import NamedTuple


MOST_UNANSWERED = 2
"""How often a task may be attempted without its answer being heard."""


class State(StrEnum):
    """How far a task has come."""

    DUE = auto()
    SENDING = auto()
    DONE = auto()
    REFUSED = auto()
    UNCERTAIN = auto()


_ENDED = frozenset((State.DONE, State.REFUSED, State.UNCERTAIN))
_KNOWS_MORE = (State.DUE, State.SENDING, State.UNCERTAIN, State.REFUSED, State.DONE)
"""Of two accounts of one task the later in this order is right."""


class Task(NamedTuple):
    """One thing to be done for a message.

    A named tuple, as `Record` is: each mail makes several of both, and these cost a
    fifth of what frozen dataclasses do.

    *name* is the same whenever the same thing is decided again.  *kind* and *reason* are
    words of the room that decided it.  *target* is whom it reaches; *unanswered* counts
    attempts whose answer was lost; *answer* is what the other side said: its message id, or
    its code and sentence, or the key of what was written.
    """

    name: str
    kind: str
    reason: str
    why: str = ""
    target: str = ""
    forward_paths: tuple[str, ...] = ()
    state: State = State.DUE
    unanswered: int = 0
    answer: str = ""
    at: str = ""
    """When its state last changed, as `timestamp` writes it."""
    because_of: str = ""
    """The task whose refusal made this one necessary."""
    concerns: tuple[str, ...] = ()
    """The targets that a notice or a mark of quarantine speaks of."""
    repeatable: bool = False
    """Whether doing it twice does no harm: then it is attempted until an answer is heard."""

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to do about it."""
        return self.state in _ENDED


def begun(task: Task, now: datetime) -> Task:
    """It is about to be attempted; to be written down before it is."""
    return task._replace(state=State.SENDING, at=timestamp(now))


def done(task: Task, answer: str, now: datetime) -> Task:
    """The other side took it."""
    return task._replace(state=State.DONE, answer=answer, at=timestamp(now))


def refused(task: Task, answer: str, now: datetime) -> Task:
    """The other side will not do it."""
    return task._replace(state=State.REFUSED, answer=answer, at=timestamp(now))


def retry_later(task: Task, answer: str, now: datetime) -> Task:
    """It certainly did not happen, and may happen later."""
    return task._replace(state=State.DUE, answer=answer, at=timestamp(now))


def answer_lost(task: Task, now: datetime) -> Task:
    """It may have happened."""
    unanswered = task.unanswered + 1
    ends = unanswered >= MOST_UNANSWERED and not task.repeatable
    state = State.UNCERTAIN if ends else State.DUE
    return task._replace(state=state, unanswered=unanswered, at=timestamp(now))


def reopened(task: Task) -> Task:
    """Due again, if it was refused or its answer stayed unknown."""
    if task.state in {State.REFUSED, State.UNCERTAIN}:
        return task._replace(state=State.DUE, unanswered=0)
    return task


def merged(mine: Task, theirs: Task) -> Task:
    """Of two accounts of one task, the one that knows more; *theirs* if they know the same.

    Done is never undone, but for a refusal that came after it.
    """
    if _refused_after(mine, theirs) or (
        _KNOWS_MORE.index(mine.state) > _KNOWS_MORE.index(theirs.state)
        and not _refused_after(theirs, mine)
    ):
        return mine._replace(unanswered=max(mine.unanswered, theirs.unanswered))
    return theirs


def _refused_after(one: Task, other: Task) -> bool:
    """Whether whom it reached refused it, by *one*, later than *other* knows of."""
    return one.state is State.REFUSED and other.state is State.DONE and one.at > other.at > ""


def timestamp(at: datetime) -> str:
    """A moment as records have it."""
    return at.isoformat(timespec="milliseconds")
