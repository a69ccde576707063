"""What a proof leaves in the bucket, and taking it away again: this run's, or a killed one's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sendas.aws.mail_objects import MailObject
from sendas.credentials.canaries import taker
from sendas.credentials.watching import MAX_BYTES, MOST_MAILS
from sendas.errors import CouldNotLook
from sendas.forward import probe as announcing
from sendas.forward.probe import (
    FOLDER,
    Announced,
    MalformedAnnouncement,
    announcement_key,
    taken_key,
)
from sendas.inbound.settings import record_key
from sendas.outcome import see
from sendas.prove.doors import Aws, Doors
from sendas.prove.road import Road
from sendas.prove.way_in import POLL_SECONDS, record_of
from sendas.ses.road import Place


GOOD_FOR = timedelta(hours=1)
"""How long the function sends a proof on; a later one, from a queue that stood, it drops."""
_AT_WORK = timedelta(minutes=5)
"""Another run of so little age may still be at work, where it does not say for how long."""
_HANDS = timedelta(minutes=2)
"""For what a run does beside waiting: dialling, and tidying."""
_WAITS = 4
"""So often at most a run waits its patience: stored, worked on, arrived; and one over."""
_LATEST = timedelta(hours=5)
"""SES goes on trying to store a mail for four hours (FACTS 8.1)."""
_SKEW = timedelta(minutes=2)
SETTLING_SECONDS = 10.0
"""For the function to be done with what has arrived: until then its mail must stay."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Where the announcements of proofs lie, and the mail that they are about."""

    writes: Place
    store: Place

    def key(self, token: str) -> str:
        """The announcement's."""
        return announcement_key(self.writes.key, token)

    def taken_key(self, token: str) -> str:
        """Where the function writes which mail it is."""
        return taken_key(self.writes.key, token)


def announce(announced: Announced, notes: Notes, aws: Aws) -> None:
    """Write it down before anything is sent; raises NotDone."""
    content = announcing.write(announced)
    aws.write(notes.writes.bucket, notes.key(announced.token), content)


def tidy(  # noqa: PLR0913  what, where it lies, whose work it is, by what
    announced: Announced,
    notes: Notes,
    road: Road,
    aws: Aws,
    doors: Doors,
    *,
    untold: bool,
    awaited: bool,
) -> tuple[str, ...]:
    """Take away what *announced* left, once the function is done with it; what stays.

    *untold*: no notice of it is on its way, so that nobody will look for the mail any more.
    *awaited*: a mail was sent and not seen.  It is still announced then, so that the function
    knows it when it comes, and a later run takes it away.
    """
    ends = doors.timing.now() + timedelta(seconds=SETTLING_SECONDS)
    while True:
        try:
            left = _swept(announced, notes, road, aws, untold=untold)
            if not left and awaited:
                return ("a mail that has not arrived yet: a later --prove deletes it",)
            if not left:
                for key in (notes.key(announced.token), notes.taken_key(announced.token)):
                    aws.delete(notes.writes.bucket, key)
                return ()
        except CouldNotLook as silence:
            return (f"the proof's mail in {notes.store}: {silence}",)
        if doors.timing.now() >= ends:
            return left
        doors.timing.sleep(POLL_SECONDS)


def _swept(
    announced: Announced, notes: Notes, road: Road, aws: Aws, *, untold: bool
) -> tuple[str, ...]:
    """Delete each mail that is settled, with its record; those that are not."""
    left = []
    for mail in mails_of(announced, notes.store, aws):
        record = record_of(mail, road, aws)
        waits = not untold if record is None else not record.settled or bool(record.leased_to)
        if waits:
            left.append(f"{mail.bucket}/{mail.key}, which the function has not done with")
            continue
        ses_id = mail.key.removeprefix(notes.store.key)
        aws.delete(mail.bucket, mail.key)
        aws.delete(notes.writes.bucket, record_key(notes.writes.key, ses_id))
    return tuple(left)


def mails_of(announced: Announced, store: Place, aws: Aws) -> Iterator[MailObject]:
    """The stored mails that carry one of its tokens; raises CouldNotLook.

    Those stored next after it began are looked at first: however many have come since.
    """
    takers = [taker(token) for token in announced.tokens]
    since = announced.began - _SKEW
    listed = see(aws.mails_since(store.bucket, store.key, since), f"the mails in {store.bucket}")
    near = [mail for mail in reversed(listed) if mail.stored <= announced.began + _LATEST]
    for mail in near[:MOST_MAILS]:
        raw = see(aws.read_mail(mail, MAX_BYTES), f"the mail {mail.key}")
        if raw is not None and any(take(raw) is not None for take in takers):
            yield mail


def leftovers(notes: Notes, aws: Aws, now: datetime) -> tuple[Announced, ...]:
    """Proofs that were announced and never tidied: their run was killed, or mail stood."""
    prefix = f"{notes.writes.key}{FOLDER}"
    found = []
    for key in see(aws.keys(notes.writes.bucket, prefix), f"the announcements under {prefix}"):
        raw = aws.read(notes.writes.bucket, key) if key.endswith(".json") else None
        try:
            announced = announcing.read(raw) if isinstance(raw, bytes) else None
        except MalformedAnnouncement:
            continue
        if announced is not None and now > (announced.at_work_until or announced.began + _AT_WORK):
            found.append(announced)
    return tuple(found)


def busy_until(began: datetime, patience_seconds: float) -> datetime:
    """When a run that began then has ended, however long it waited at each hop."""
    return began + _HANDS + timedelta(seconds=_WAITS * patience_seconds)


def tidy_without(announced: Announced, store: Place, aws: Aws) -> tuple[str, ...]:
    """Where nothing of sendas's works on the mail: delete it; what could not be deleted."""
    try:
        for mail in mails_of(announced, store, aws):
            aws.delete(mail.bucket, mail.key)
    except CouldNotLook as silence:
        return (f"the proof's mail in {store}: {silence}",)
    return ()
