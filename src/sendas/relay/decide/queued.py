"""What waits in the queue, and what each answer makes of it (pure).

A mail has one task for each call to SES: at most 50 recipients.  Its states are the
journal's: due, sending, done, refused, uncertain.  Held is due, and waits for the account.
"""

import base64

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sendas.journal import task as journal
from sendas.journal.task import State, Task
from sendas.relay.decide import schedule
from sendas.relay.decide.notices import About, Kind, wanted
from sendas.relay.decide.verdict import Answer, Then
from sendas.ses.hold import Hold


MOST_RECIPIENTS = 50
"""Of one call (SES guide, "Service quotas")."""
SUBMIT = "submit"
"""The kind of every task here."""


class Mail(NamedTuple):
    """One mail that was taken, without its content.

    *who* is the password's or the network's name, by which senders take turns; *user* and
    *label* go with it to SES as tags.
    """

    id: int
    accepted_at: datetime
    who: str
    user: str
    label: str
    reverse_path: str
    author: str
    size: int
    message_id: str = ""
    envid: str = ""
    ret: str = ""
    notice: bool = False
    """Whether it is a notice of ours: no notice is made about it."""

    @property
    def token(self) -> str:
        """The id for people."""
        return token_of(self.id)


class Item(NamedTuple):
    """One task of one mail, and when it is due."""

    mail: Mail
    task: Task
    about: tuple[About, ...]
    due_at: datetime
    attempts: int = 0
    hold: Hold | None = None
    told_at: datetime | None = None
    """When the sender last heard that it is late."""
    since: datetime | None = None
    """From when on it is counted as tried in vain, if not from its acceptance: it was held."""

    @property
    def key(self) -> tuple[int, str]:
        """What tells it from every other."""
        return self.mail.id, self.task.name

    @property
    def recipients(self) -> tuple[str, ...]:
        """Whom the call is for."""
        return tuple(one.recipient for one in self.about)


@dataclass(frozen=True, slots=True)
class Done:
    """SES took it, as *message_id*."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that is to be made and queued."""

    kind: Kind
    about: tuple[About, ...]
    said: str
    hold: Hold | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something the owner has to know; *kind* is one word, the same for the same trouble."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """What an answer makes of an item: *items* in its place, what is told, what is alarmed."""

    items: tuple[Item, ...]
    told: tuple[Told, ...] = ()
    alarms: tuple[Alarm, ...] = ()


def token_of(number: int) -> str:
    """An id as it is shown: 13 letters and digits."""
    raw = number.to_bytes(8, "big")
    return base64.b32encode(raw).decode("ascii").rstrip("=")


def id_of(token: str) -> int | None:
    """The id that `token_of` shows; None for what is none."""
    try:
        raw = base64.b32decode(token.strip().upper() + "===")
    except ValueError:
        return None
    return int.from_bytes(raw, "big") if len(raw) == 8 else None  # noqa: PLR2004  of token_of


def items_of(mail: Mail, about: Sequence[About]) -> tuple[Item, ...]:
    """The tasks of a new mail; a recipient that was named twice gets one copy."""
    once = tuple({one.recipient.lower(): one for one in about}.values())
    return tuple(
        Item(mail, _task(str(number), group), group, mail.accepted_at)
        for number, group in enumerate(_groups(once))
    )


def _groups(about: tuple[About, ...]) -> Iterator[tuple[About, ...]]:
    for start in range(0, len(about), MOST_RECIPIENTS):
        yield about[start : start + MOST_RECIPIENTS]


def _task(name: str, about: tuple[About, ...]) -> Task:
    paths = tuple(one.recipient for one in about)
    return Task(name, SUBMIT, "accepted", forward_paths=paths)


def begun(item: Item, now: datetime) -> Item:
    """It is about to be handed to SES; to be written down before it is."""
    return item._replace(task=journal.begun(item.task, now), attempts=item.attempts + 1)


def after(  # noqa: PLR0911  one for each answer
    item: Item,
    answer: Answer | Done,
    now: datetime,
    chance: float,
    give_up: timedelta = schedule.GIVE_UP_AFTER,
) -> Step:
    """What *answer* makes of *item*, which was begun; *chance* in [0, 1) spreads retries."""
    if isinstance(answer, Done):
        done = _ended(item, journal.done(item.task, answer.message_id, now))
        return Step((done,), _told(item, Kind.RELAYED, answer.message_id))
    match answer.then:
        case Then.REFUSED:
            return _over(item, journal.refused(item.task, answer.said, now), Kind.FAILED, answer)
        case Then.SPLIT:
            return Step(tuple(_alone(item, now)))
        case Then.UNKNOWN:
            task = journal.answer_lost(item.task, now)._replace(answer=answer.said)
            if task.state is State.UNCERTAIN:
                return _over(item, task, Kind.UNCERTAIN, answer)
            later = item._replace(task=task, due_at=now + schedule.pause(item.attempts, chance))
            return _late(later, answer, now, give_up)
        case Then.HELD:
            held = item._replace(
                task=journal.retry_later(item.task, answer.said, now),
                due_at=now + schedule.HELD,
                hold=answer.hold,
                since=now,
            )
            return _held(held, answer, now)
        case Then.LATER | Then.SLOWER:
            slower = answer.then is Then.SLOWER
            wait = schedule.THROTTLED if slower else schedule.pause(item.attempts, chance)
            later = item._replace(
                task=journal.retry_later(item.task, answer.said, now),
                due_at=now + wait,
                hold=None,
            )
            return _late(later, answer, now, give_up)


def lost(
    item: Item, now: datetime, chance: float, give_up: timedelta = schedule.GIVE_UP_AFTER
) -> Step:
    """An item in sending that nobody has in hand: its answer was not written."""
    answer = Answer(Then.UNKNOWN, "no answer", "the relay stopped before it was heard")
    return after(item, answer, now, chance, give_up)


def bare(item: Item, answer: Answer | Done, now: datetime) -> Step:
    """Only whether SES took it: for an *answer* that cannot be judged or written in full."""
    if isinstance(answer, Done):
        return Step((_ended(item, journal.done(item.task, "taken", now)),))
    task = journal.answer_lost(item.task, now)._replace(answer="an answer that cannot be written")
    ended = item._replace(task=task, due_at=now + schedule.STEPS[-1])
    if task.state is not State.UNCERTAIN:
        return Step((ended,))
    text = f"nobody knows whether {item.mail.token} was sent, and its sender is not told"
    return Step((ended,), (), (Alarm("notice-not-sent", text),))


def late(item: Item, now: datetime, give_up: timedelta = schedule.GIVE_UP_AFTER) -> Step:
    """An item that has been due for hours and waits still: its sender is told."""
    until = None if item.hold else _tried_since(item) + give_up
    told = _told(item, Kind.DELAYED, item.task.answer, hold=item.hold, until=until)
    return Step((item._replace(told_at=now),), told)


def _late(item: Item, answer: Answer, now: datetime, give_up: timedelta) -> Step:
    """Tried again, unless time is up; the sender hears once that it is late."""
    if schedule.given_up(_tried_since(item), now, give_up):
        if item.task.unanswered:
            task = item.task._replace(state=State.UNCERTAIN)
            return _over(item, task, Kind.UNCERTAIN, answer)
        return _over(item, journal.refused(item.task, answer.said, now), Kind.EXPIRED, answer)
    if item.told_at is None and schedule.delay_is_told(item.mail.accepted_at, now):
        told = _told(item, Kind.DELAYED, answer.said, until=_tried_since(item) + give_up)
        return Step((item._replace(told_at=now),), told)
    return Step((item,))


def _tried_since(item: Item) -> datetime:
    """From when on its time runs: what was held was not tried in vain."""
    return max(item.since or item.mail.accepted_at, item.mail.accepted_at)


def _held(item: Item, answer: Answer, now: datetime) -> Step:
    """Not given up; the owner hears at once, the sender after four hours and daily."""
    hold = answer.hold or Hold.PAUSED
    alarms = (Alarm(f"held-{hold}", f"mail is held, {hold}: {answer.said}"),)
    again = item.told_at is None or now - item.told_at >= schedule.HELD_NOTICE_EVERY
    if again and schedule.delay_is_told(item.mail.accepted_at, now):
        told = _told(item, Kind.DELAYED, answer.said, hold=hold)
        return Step((item._replace(told_at=now),), told, alarms)
    return Step((item,), (), alarms)


def _over(item: Item, task: Task, kind: Kind, answer: Answer) -> Step:
    ended = _ended(item, task)
    if item.mail.notice or not item.mail.reverse_path:
        what = "a notice" if item.mail.notice else "a mail that nobody can be told about"
        text = f"{what} ({item.mail.token}) was not sent: {answer.said}"
        return Step((ended,), (), (Alarm("notice-not-sent", text),))
    return Step((ended,), _told(item, kind, answer.said))


def _told(
    item: Item,
    kind: Kind,
    said: str,
    *,
    hold: Hold | None = None,
    until: datetime | None = None,
) -> tuple[Told, ...]:
    if item.mail.notice or not item.mail.reverse_path:
        return ()
    about = wanted(item.about, kind)
    return (Told(kind, about, said, hold, until),) if about else ()


def _ended(item: Item, task: Task) -> Item:
    return item._replace(task=task, hold=None)


def _alone(item: Item, now: datetime) -> Iterator[Item]:
    """Each recipient by itself: SES said which of them it was in words only."""
    for number, one in enumerate(item.about):
        task = _task(f"{item.task.name}.{number}", (one,))
        task = task._replace(at=journal.timestamp(now), unanswered=item.task.unanswered)
        yield item._replace(task=task, about=(one,), due_at=now, hold=None)


def released(item: Item, now: datetime) -> Item:
    """Due at once: `sendas relay queue retry`."""
    return item._replace(task=journal.reopened(item.task), due_at=now, hold=None, since=now)


def held_by_owner(item: Item) -> Item:
    """Not tried until it is released."""
    return item._replace(
        hold=Hold.BY_OWNER, due_at=datetime.max.replace(tzinfo=item.due_at.tzinfo)
    )
