"""Received mail as its owner sees it: what is stored, and the state of each mail by its record."""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sendas.aws.mail_store import StoredObject
from sendas.forward.decision import Reason
from sendas.inbound.kinds import Kind
from sendas.inbound.mail_location import MailLocation, Silent
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


class MailState(StrEnum):
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
        return self in {MailState.UNHANDLED, MailState.PENDING, MailState.UNREADABLE}


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail of a list; *record* is None when the function never saw it."""

    ses_message_id: str
    received_at: datetime
    size: int
    state: MailState
    record: Record | None

    @property
    def forward_paths(self) -> tuple[str, ...]:
        """Whom it was for; empty when nobody knows."""
        return self.record.forward_paths if self.record else ()

    @property
    def kept_for(self) -> tuple[str, ...]:
        """Why it is in quarantine; empty if it is not."""
        kept = self.state is MailState.QUARANTINED and self.record is not None
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


def mails(location: MailLocation, window: Window) -> list[Entry]:
    """Every mail in the window, oldest first.

    Raises:
        Silent: AWS did not answer.
    """
    found = [one for one in _stored(location) if window.holds(one.modified)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        entries = list(pool.map(lambda one: _entry(location, one), sorted(found, key=_by_time)))
    if location.anothers:
        return [_marked(one, MailState.ELSEWHERE) for one in entries]
    if all(one.state is not MailState.UNHANDLED for one in entries):
        return entries  # then nobody needs to know since when the function is at work
    began = _began(location)
    return [_told_apart(one, began) for one in entries]


def mail(location: MailLocation, ses_message_id: str) -> Record | None:
    """The record of one mail; None when the function never saw it.

    Raises:
        Silent: AWS did not answer.
        MalformedRecord: It is of another release.
    """
    content = location.store.read(location.record_key(ses_message_id))
    if isinstance(content, NoAnswer):
        raise Silent(str(content.detail))
    return None if content is None else read_record(content)


def content(
    location: MailLocation, ses_message_id: str, *, first: int | None = None
) -> bytes | None:
    """The mail's bytes, or the first of them; None if there is no such mail.

    Raises:
        Silent: AWS did not answer.
    """
    found = location.store.read(location.prefix + ses_message_id, first=first)
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
    states: Collection[MailState] = (),
    domain: Domain | None = None,
    search: Search | None = None,
) -> list[Entry]:
    """The entries of *states* (all, if none is named) at *domain* that *search* finds."""
    search = search or Search()
    return [
        one
        for one in entries
        if (not states or one.state in states)
        and (domain is None or one.is_at(domain))
        and search.finds(one)
    ]


def state_of(record: Record) -> MailState:
    """What became of a mail, by its record."""
    undecided = set(record.forward_paths).difference(*(d.forward_paths for d in record.tasks))
    if undecided or not record.settled:  # for whom nothing could be decided, there is no task
        return MailState.PENDING
    by_kind: dict[str, list[Task]] = {}
    for task in record.tasks:
        by_kind.setdefault(task.kind, []).append(task)
    for kind, mail_state in _STATES:
        if any(task.state is State.DONE for task in by_kind.get(kind, ())):
            return mail_state
    left = [task for task in by_kind.get(Kind.DISCARD, ()) if task.state is State.DONE]
    if left:
        return MailState.KEPT if any(t.reason in _KEPT for t in left) else MailState.DISCARDED
    return MailState.PENDING


_STATES = (
    (Kind.FORWARD, MailState.FORWARDED),
    (Kind.ANSWER, MailState.FORWARDED),
    (Kind.QUARANTINE, MailState.QUARANTINED),
    (Kind.NOTICE, MailState.REPORTED),
    (Kind.REJECT, MailState.REFUSED),
)
_KEPT = frozenset({Reason.ROUTE_DISCARDS, Reason.NEVER_ANSWERED})


def _stored(location: MailLocation) -> Iterator[StoredObject]:
    for one in location.store.objects(location.prefix):
        if isinstance(one, NoAnswer):
            raise Silent(str(one.detail))
        rest = one.key.removeprefix(location.prefix)
        # Keys of ours, and whatever else lies under the prefix, have a slash.
        if "/" not in rest and rest and rest != SETUP_KEY:
            yield one


def _began(location: MailLocation) -> datetime | None:
    """Since when the function is at work here: the time of its oldest record."""
    records = list(location.store.objects(records_prefix(location.state_prefix)))
    for one in records:
        if isinstance(one, NoAnswer):
            raise Silent(str(one.detail))
    return min((one.modified for one in records if isinstance(one, StoredObject)), default=None)


def _by_time(one: StoredObject) -> tuple[datetime, str]:
    return one.modified, one.key


def _told_apart(one: Entry, began: datetime | None) -> Entry:
    """Another forwarder's mail, told from one that the function never began with."""
    before = began is not None and one.received_at < began - _UNHANDLED_FOR
    return _marked(one, MailState.EARLIER) if before else one


def _marked(one: Entry, state: MailState) -> Entry:
    """What the function never began with, called *state*."""
    return replace(one, state=state) if one.state is MailState.UNHANDLED else one


def _entry(location: MailLocation, one: StoredObject) -> Entry:
    ses_message_id = one.key.removeprefix(location.prefix)
    try:
        record = mail(location, ses_message_id)
    except MalformedRecord:
        return Entry(ses_message_id, one.modified, one.size, MailState.UNREADABLE, None)
    state = state_of(record) if record else MailState.UNHANDLED
    return Entry(ses_message_id, one.modified, one.size, state, record)


def kept_for(record: Record) -> tuple[str, ...]:
    """The reasons for which a mail was put into quarantine, each once."""
    kept = (task.reason for task in record.tasks if task.kind == Kind.QUARANTINE)
    return tuple(dict.fromkeys(kept))
