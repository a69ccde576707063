"""What is remembered of each received mail, so that each target gets it once.

One record for each mail, written to S3 only under the condition that nobody
else wrote meanwhile.  A record names who works on the mail, until when, and
each deed to be done for it.  Everything here is pure; `store` reads and writes.

A deed's states, and what moves it::

    state      what is known                 then                                 becomes
    ---------  ----------------------------  -----------------------------------  ---------
    due        not done                      its beginning is written down        sending
    sending    begun, answer not written     SES took it                          done
                                             SES refuses it for good              refused
                                             SES says later, or was not reached   due
                                             nobody answered, 1st time            due (1)
                                             nobody answered, 2nd time            uncertain
                                             its worker died                      the same
    done       SES's answer is written       never again                          -
    refused    SES's answer is written       the owner is told                    -
    uncertain  two answers were lost         the owner is told, nothing is sent   -

So a mail whose answer was seen is sent once.  Where an answer was lost the mail
is sent once more and not a third time: at most one duplicate; and whoever may
have got none is named to the owner: no loss.

A worker holds a record for no longer than it can live (`held_until`).  Another
that finds it held goes away and comes back later; one that finds it abandoned
takes it over, and takes every ``sending`` for an answer that was lost.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import NamedTuple


MOST_BLIND = 2
"""How often a deed may be begun without its answer being heard."""


class State(StrEnum):
    """How far a deed has come."""

    DUE = auto()
    SENDING = auto()
    DONE = auto()
    REFUSED = auto()
    UNCERTAIN = auto()


class Kind(StrEnum):
    """What sort of deed."""

    FORWARD = auto()
    NOTICE = auto()
    REJECT = auto()
    QUARANTINE = auto()
    DISCARD = auto()


_ONCE = frozenset((Kind.FORWARD, Kind.REJECT, Kind.NOTICE))
"""What people get; a mark may be written twice."""
_DELIVERED = frozenset((Kind.FORWARD, Kind.QUARANTINE))
_ENDED = frozenset((State.DONE, State.REFUSED, State.UNCERTAIN))
_KNOWS_MORE = (State.DUE, State.SENDING, State.UNCERTAIN, State.REFUSED, State.DONE)
"""Of two accounts of one deed the later in this order is right."""


class Deed(NamedTuple):
    """One thing to be done for a mail.

    A named tuple, as `Record` is: each mail makes several of both, and these cost a
    fifth of what frozen dataclasses do.

    *name* is the same whenever the same thing is decided again.  *target* is
    whom it reaches; *blind* counts beginnings whose answer was lost; *answer*
    is SES's message id, or its code and sentence, or the key of a mark.
    """

    name: str
    kind: Kind
    reason: str
    why: str = ""
    target: str = ""
    forward_paths: tuple[str, ...] = ()
    state: State = State.DUE
    blind: int = 0
    answer: str = ""
    at: str = ""
    because_of: str = ""
    """The deed whose refusal made this one necessary."""
    meant_for: tuple[str, ...] = ()
    """The targets that a notice or a mark of quarantine speaks of."""

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to do about it."""
        return self.state in _ENDED


@dataclass(frozen=True, slots=True)
class Summary:
    """What people need in order to know the mail again."""

    author: str = ""
    subject: str = ""
    size: int = 0
    verdicts: Mapping[str, str] = field(default_factory=dict)


class Record(NamedTuple):
    """All that is known of one mail."""

    ses_message_id: str
    bucket: str
    key: str
    received_at: datetime
    reverse_path: str
    forward_paths: tuple[str, ...]
    summary: Summary = Summary()
    deeds: tuple[Deed, ...] = ()
    holder: str = ""
    held_until: datetime | None = None
    rounds: int = 0
    """How often somebody began to work on it."""

    @property
    def settled(self) -> bool:
        """Whether the mail was delivered, kept or reported, for everybody it was for."""
        return bool(self.deeds) and all(deed.ended for deed in self.deeds)

    def deed(self, name: str) -> Deed | None:
        """The deed of that name."""
        for deed in self.deeds:
            if deed.name == name:
                return deed
        return None


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else works on the mail, until *until* at the latest."""

    until: datetime


def take(record: Record, holder: str, now: datetime, until: datetime) -> Record | Busy:
    """The record in *holder*'s hands until *until*, or who has it."""
    held = record.held_until
    if record.holder and record.holder != holder and held is not None and now < held:
        return Busy(held)
    deeds = [
        lost_answer(deed, now) if deed.state is State.SENDING else deed for deed in record.deeds
    ]
    return record._replace(
        holder=holder, held_until=until, deeds=tuple(deeds), rounds=record.rounds + 1
    )


def let_go(record: Record) -> Record:
    """The record in nobody's hands."""
    return record._replace(holder="", held_until=None)


def planned(record: Record, wanted: Iterable[Deed], forward_paths: Iterable[str]) -> Record:
    """The record with what is decided now for *forward_paths*.

    What ended stays as it ended, for whomever it is wanted now too: two addresses
    of one target get one copy.  What was counted keeps its count.  What was
    due for these paths alone and is not wanted any more is dropped, unless a
    refusal made it necessary.
    """
    fresh = {deed.name: deed for deed in wanted}
    decided = frozenset(forward_paths)
    kept = []
    for deed in record.deeds:
        again = fresh.pop(deed.name, None)
        if deed.ended and again is not None:
            paths = dict.fromkeys((*deed.forward_paths, *again.forward_paths))
            kept.append(deed._replace(forward_paths=tuple(paths)))
        elif deed.ended or deed.because_of or not decided.issuperset(deed.forward_paths):
            kept.append(deed)
        elif again is not None:
            kept.append(again._replace(blind=deed.blind))
    return record._replace(deeds=(*kept, *fresh.values()))


def with_deed(record: Record, deed: Deed) -> Record:
    """The record with *deed* as it is now, added if it is new."""
    if record.deed(deed.name) is None:
        return record._replace(deeds=(*record.deeds, deed))
    deeds = [deed if one.name == deed.name else one for one in record.deeds]
    return record._replace(deeds=tuple(deeds))


def over_for(record: Record, forward_paths: Iterable[str], *, delivered: bool) -> frozenset[str]:
    """The forward-paths for which everything came to its end.

    With *delivered*, only those for whom each deed was done, and none was a mere
    notice, a refusal or nothing at all: a route may have been mended since.
    """
    found = set()
    for path in forward_paths:
        deeds = [deed for deed in record.deeds if path in deed.forward_paths]
        ended = all(deed.ended for deed in deeds)
        well = all(d.state is State.DONE and d.kind in _DELIVERED for d in deeds)
        if deeds and ended and (well or not delivered):
            found.add(path)
    return frozenset(found)


def reopened(record: Record) -> Record:
    """The record with what was refused or unconfirmed due again."""
    again = (
        deed._replace(state=State.DUE, blind=0)
        if deed.state in {State.REFUSED, State.UNCERTAIN}
        else deed
        for deed in record.deeds
    )
    return record._replace(deeds=tuple(again))


def first_in(
    record: Record, names: Collection[str], state: State, but: Collection[str] = ()
) -> Deed | None:
    """The first deed in *state*, of *names* and of what their refusals made necessary.

    Those named in *but* are passed over.
    """
    for deed in record.deeds:
        ours = deed.name in names or deed.because_of in names
        if ours and deed.state is state and deed.name not in but:
            return deed
    return None


def ours(record: Record, names: Collection[str]) -> tuple[Deed, ...]:
    """The deeds of *names*, and those that their refusals made necessary."""
    return tuple([d for d in record.deeds if d.name in names or d.because_of in names])


def begun(deed: Deed, now: datetime) -> Deed:
    """It is about to be done; to be written down before it is."""
    return deed._replace(state=State.SENDING, at=stamp(now))


def done(deed: Deed, answer: str, now: datetime) -> Deed:
    """AWS took it."""
    return deed._replace(state=State.DONE, answer=answer, at=stamp(now))


def refused(deed: Deed, answer: str, now: datetime) -> Deed:
    """AWS will not do it."""
    return deed._replace(state=State.REFUSED, answer=answer, at=stamp(now))


def put_off(deed: Deed, answer: str, now: datetime) -> Deed:
    """It certainly did not happen, and may happen later."""
    return deed._replace(state=State.DUE, answer=answer, at=stamp(now))


def lost_answer(deed: Deed, now: datetime) -> Deed:
    """It may have happened."""
    blind = deed.blind + 1
    ends = blind >= MOST_BLIND and deed.kind in _ONCE
    state = State.UNCERTAIN if ends else State.DUE
    return deed._replace(state=state, blind=blind, at=stamp(now))


def joined(mine: Record, theirs: Record) -> Record:
    """Both accounts of one mail in one: of each deed, the account that knows more.

    Needed when a worker that outlived its hold learns an answer after another
    has taken over.
    """
    paths = dict.fromkeys((*theirs.forward_paths, *mine.forward_paths))
    # Whoever only noted that the mail came knew no author and no subject.
    summary = theirs.summary if theirs.summary.size else mine.summary
    merged = theirs._replace(forward_paths=tuple(paths), summary=summary)
    for deed in mine.deeds:
        other = theirs.deed(deed.name)
        if other is None:
            merged = with_deed(merged, deed)
        elif _KNOWS_MORE.index(deed.state) > _KNOWS_MORE.index(other.state):
            merged = with_deed(merged, deed._replace(blind=max(deed.blind, other.blind)))
    return merged


def stamp(at: datetime) -> str:
    """A moment as records have it."""
    return at.isoformat(timespec="milliseconds")
