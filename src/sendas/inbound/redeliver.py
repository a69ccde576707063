"""The owner's view of received mail: what came, what became of it, and doing it again.

Everything that sends is done by the function itself, which holds the records:
asking twice is safe.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sendas.aws.mail_store import StoredObject
from sendas.forward.decision import Reason
from sendas.inbound.desk import Desk, Silent
from sendas.inbound.kinds import Kind
from sendas.inbound.settings import records_prefix
from sendas.journal.record import Record
from sendas.journal.record_file import MalformedRecord, read_record
from sendas.journal.task import State, Task
from sendas.mail.address import domain_of
from sendas.mail.domain import Domain
from sendas.outcome import NoAnswer
from sendas.ses.notices import SETUP_KEY


_AT_ONCE = 16
_UNHANDLED_FOR = timedelta(hours=1)
"""A mail that waited in the queue for its first try is not somebody else's."""
_IDS_A_CALL = 5
"""A call must end within the patience of a client; a large mail takes a second or two."""


class Fate(StrEnum):
    """What became of a mail, in one word."""

    UNHANDLED = "unhandled"
    """It lies in S3 and the function never began with it."""
    EARLIER = "earlier"
    """The same, and it came before the function was at work here: another forwarder's."""
    ELSEWHERE = "elsewhere"
    """The same, and another forwarder works on it: nobody here knows what became of it."""
    PENDING = "pending"
    """Begun, and not finished: it comes back, or waits among the dead letters."""
    FORWARDED = "forwarded"
    QUARANTINED = "quarantined"
    REPORTED = "reported"
    """Not forwarded, and the owner was told."""
    REFUSED = "refused"
    """Bounced to its sender, because its route says so."""
    KEPT = "kept"
    """It stays in the bucket, because its route says so, or because nobody may be answered."""
    DISCARDED = "discarded"
    """Its verdict's policy says so; it stays in the bucket."""
    UNREADABLE = "unreadable"
    """Its record is of another release."""

    @property
    def failed(self) -> bool:
        """Whether it is neither delivered nor kept nor reported."""
        return self in {Fate.UNHANDLED, Fate.PENDING, Fate.UNREADABLE}


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail of a list; *record* is None when the function never saw it."""

    ses_message_id: str
    received_at: datetime
    size: int
    fate: Fate
    record: Record | None

    @property
    def forward_paths(self) -> tuple[str, ...]:
        """Whom it was for; empty when nobody knows."""
        return self.record.forward_paths if self.record else ()

    @property
    def kept_for(self) -> tuple[str, ...]:
        """Why it is in quarantine; empty if it is not."""
        kept = self.fate is Fate.QUARANTINED and self.record is not None
        return kept_for(self.record) if kept and self.record else ()

    def is_at(self, domain: Domain) -> bool:
        """Whether it was for an address at *domain*; one nobody knows about may be."""
        paths = self.forward_paths
        return not paths or any(domain_of(path) == domain for path in paths)


@dataclass(frozen=True, slots=True)
class Window:
    """From *since*, up to but not including *until*; None is without end."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether *at* is inside."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def mails(desk: Desk, window: Window) -> list[Entry]:
    """Every mail in the window, oldest first.

    Raises:
        Silent: AWS did not answer.
    """
    found = [one for one in _stored(desk) if window.holds(one.modified)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        entries = list(pool.map(lambda one: _entry(desk, one), sorted(found, key=_by_time)))
    if desk.anothers:
        return [_marked(one, Fate.ELSEWHERE) for one in entries]
    if all(one.fate is not Fate.UNHANDLED for one in entries):
        return entries  # then nobody needs to know since when the function is at work
    began = _began(desk)
    return [_told_apart(one, began) for one in entries]


def mail(desk: Desk, ses_message_id: str) -> Record | None:
    """The record of one mail; None when the function never saw it.

    Raises:
        Silent: AWS did not answer.
        MalformedRecord: It is of another release.
    """
    content = desk.store.read(desk.record_key(ses_message_id))
    if isinstance(content, NoAnswer):
        raise Silent(str(content.detail))
    return None if content is None else read_record(content)


def content(desk: Desk, ses_message_id: str, *, first: int | None = None) -> bytes | None:
    """The mail's bytes, or the first of them; None if there is no such mail.

    Raises:
        Silent: AWS did not answer.
    """
    found = desk.store.read(desk.prefix + ses_message_id, first=first)
    if isinstance(found, NoAnswer):
        raise Silent(str(found.detail))
    return found


@dataclass(frozen=True, slots=True)
class Search:
    """Words that a mail must have, case aside; None asks for nothing."""

    author: str | None = None
    subject: str | None = None
    to: str | None = None
    reason: str | None = None

    def finds(self, one: Entry) -> bool:
        """Whether all of it is there; a mail without a record is found by nothing asked for."""
        record = one.record
        asked = (self.author, self.subject, self.to, self.reason)
        if record is None:
            return not any(asked)
        texts = (
            record.summary.author,
            record.summary.subject,
            " ".join(record.forward_paths),
            " ".join(task.reason for task in record.tasks),
        )
        return all(
            word is None or word.lower() in text.lower()
            for word, text in zip(asked, texts, strict=True)
        )


def chosen(
    entries: Iterable[Entry],
    *,
    fates: Collection[Fate] = (),
    domain: Domain | None = None,
    search: Search | None = None,
) -> list[Entry]:
    """The entries of *fates* (all, if none is named) at *domain* that *search* finds."""
    search = search or Search()
    return [
        one
        for one in entries
        if (not fates or one.fate in fates)
        and (domain is None or one.is_at(domain))
        and search.finds(one)
    ]


@dataclass(frozen=True, slots=True)
class Result:
    """What the function says of one mail: settled, later or failed; *why* for people."""

    ses_message_id: str
    outcome: str
    why: str = ""
    tasks: tuple[str, ...] = ()


def ask_function(
    desk: Desk,
    what: str,
    ids: Sequence[str],
    tell: Callable[[int], object] = lambda _: None,
) -> Iterator[Result]:
    """Let the function ``redeliver`` or ``release`` the mails; *tell* hears how many are done."""
    for start in range(0, len(ids), _IDS_A_CALL):
        part = list(ids[start : start + _IDS_A_CALL])
        answer = desk.store.invoke(desk.function, {"sendas": {what: part}})
        if isinstance(answer, NoAnswer):
            yield from (Result(one, "unknown", str(answer.detail)) for one in part)
        else:
            yield from map(_result, answer.get("results", ()))
        tell(start + len(part))


def fate_of(record: Record) -> Fate:
    """What became of a mail, by its record."""
    undecided = set(record.forward_paths).difference(*(d.forward_paths for d in record.tasks))
    if undecided or not record.settled:  # for whom nothing could be decided, there is no task
        return Fate.PENDING
    by_kind: dict[str, list[Task]] = {}
    for task in record.tasks:
        by_kind.setdefault(task.kind, []).append(task)
    for kind, fate in _FATES:
        if any(task.state is State.DONE for task in by_kind.get(kind, ())):
            return fate
    left = [task for task in by_kind.get(Kind.DISCARD, ()) if task.state is State.DONE]
    if left:
        return Fate.KEPT if any(t.reason in _KEPT for t in left) else Fate.DISCARDED
    return Fate.PENDING


_FATES = (
    (Kind.FORWARD, Fate.FORWARDED),
    (Kind.ANSWER, Fate.FORWARDED),
    (Kind.QUARANTINE, Fate.QUARANTINED),
    (Kind.NOTICE, Fate.REPORTED),
    (Kind.REJECT, Fate.REFUSED),
)
_KEPT = frozenset({Reason.ROUTE_DISCARDS, Reason.NEVER_ANSWERED})


def _stored(desk: Desk) -> Iterator[StoredObject]:
    for one in desk.store.objects(desk.prefix):
        if isinstance(one, NoAnswer):
            raise Silent(str(one.detail))
        rest = one.key.removeprefix(desk.prefix)
        # Keys of ours, and whatever else lies under the prefix, have a slash.
        if "/" not in rest and rest and rest != SETUP_KEY:
            yield one


def _began(desk: Desk) -> datetime | None:
    """Since when the function is at work here: the time of its oldest record."""
    records = list(desk.store.objects(records_prefix(desk.state_prefix)))
    for one in records:
        if isinstance(one, NoAnswer):
            raise Silent(str(one.detail))
    return min((one.modified for one in records if isinstance(one, StoredObject)), default=None)


def _by_time(one: StoredObject) -> tuple[datetime, str]:
    return one.modified, one.key


def _told_apart(one: Entry, began: datetime | None) -> Entry:
    """Another forwarder's mail, told from one that the function never began with."""
    before = began is not None and one.received_at < began - _UNHANDLED_FOR
    return _marked(one, Fate.EARLIER) if before else one


def _marked(one: Entry, fate: Fate) -> Entry:
    """What the function never began with, called *fate*."""
    return replace(one, fate=fate) if one.fate is Fate.UNHANDLED else one


def _entry(desk: Desk, one: StoredObject) -> Entry:
    ses_message_id = one.key.removeprefix(desk.prefix)
    try:
        record = mail(desk, ses_message_id)
    except MalformedRecord:
        return Entry(ses_message_id, one.modified, one.size, Fate.UNREADABLE, None)
    fate = fate_of(record) if record else Fate.UNHANDLED
    return Entry(ses_message_id, one.modified, one.size, fate, record)


def kept_for(record: Record) -> tuple[str, ...]:
    """The reasons for which a mail was put into quarantine, each once."""
    kept = (task.reason for task in record.tasks if task.kind == Kind.QUARANTINE)
    return tuple(dict.fromkeys(kept))


def _result(said: Any) -> Result:  # noqa: ANN401  JSON of the function
    # A function of an earlier release calls a task a deed.
    told = said.get("tasks", said.get("deeds", ()))
    tasks = tuple(f"{one.get('task', one.get('deed'))} {one['state']}" for one in told)
    return Result(str(said.get("id")), str(said.get("outcome")), str(said.get("why", "")), tasks)
