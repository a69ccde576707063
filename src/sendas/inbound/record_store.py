"""The records of mails in S3, each written only over what was read.

One write when a worker begins, one after each answer.  A lost answer to a
write is no puzzle: whoever holds a record is named in it, so a worker
recognises its own writing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sendas.aws.lean import Lean
from sendas.aws.refusals import AwsFailure, Conflict, NotFound
from sendas.inbound.settings import Settings
from sendas.journal import record as journal
from sendas.journal.record import Busy, Record
from sendas.journal.record_file import read_record, write_record


_ROUNDS = 4
_SOON = timedelta(seconds=5)


class LostLease(AwsFailure):
    """Another worker took the mail over while this one worked on it."""

    passing = True


@dataclass(slots=True)
class Lease:
    """A record in our hands; *etag* is that of its object."""

    record: Record
    etag: str


class Store:
    """Reads and writes records; one for each process."""

    def __init__(self, aws: Lean, settings: Settings) -> None:
        self._aws = aws
        self._settings = settings
        self._unwritten: dict[str, Record] = {}
        """What we know and could not write: remembered while the process lives."""

    def find(self, ses_message_id: str) -> Lease | None:
        """The record as it is stored, if there is one.

        Raises:
            MalformedRecord: What is stored is none of ours.
            AwsFailure: It could not be read.
        """
        try:
            stored = self._aws.read(
                self._settings.bucket, self._settings.record_key(ses_message_id)
            )
        except NotFound:
            return None
        return Lease(read_record(stored.content), stored.etag)

    def claim(
        self,
        record: Record,
        leased_to: str,
        now: datetime,
        until: datetime,
        prepare: Callable[[Record], Record],
    ) -> Lease | Busy:
        """Take *record*, and what is already stored of it, into *leased_to*'s hands.

        *prepare* says what the record becomes by being taken: it is written as
        prepared, in the same write.  A record that stands so already, settled, is
        not written again, and nobody's.

        Raises:
            MalformedRecord: What is stored is none of ours.
            AwsFailure: S3 did not do it.
        """
        # As a record has it, or we would not know our own writing again.
        until = until.replace(microsecond=until.microsecond // 1000 * 1000)
        known = self._unwritten.get(record.ses_message_id)
        if known is None:
            fresh = journal.leased(record, leased_to, now, until)
            first = fresh if isinstance(fresh, Busy) else self._first(prepare(fresh))
            if first is not None:
                return first
        for _ in range(_ROUNDS):
            found = self.find(record.ses_message_id)
            stored = self._met(record, found.record) if found else record
            if (stored.leased_to, stored.leased_until) == (leased_to, until) and found is not None:
                return found  # our own writing, whose answer was lost
            if known is not None:
                stored = journal.merged(known, stored)
            taken = journal.leased(stored, leased_to, now, until)
            if isinstance(taken, Busy):
                return taken
            try:
                prepared = prepare(taken)
                if found and prepared.settled and known is None and prepared.tasks == stored.tasks:
                    return Lease(journal.freed(prepared), found.etag)
                return self._hold(prepared, found.etag if found else "")
            except Conflict:
                continue
        return Busy(now + _SOON)

    def note(self, record: Record) -> None:
        """Write down whom a mail is for, before anything else is known of it.

        Raises:
            MalformedRecord: What is stored is none of ours.
            AwsFailure: S3 did not do it.
        """
        for _ in range(_ROUNDS):
            found = self.find(record.ses_message_id)
            noted = journal.merged(record, found.record) if found else record
            if found and noted.forward_paths == found.record.forward_paths:
                return
            try:
                self._write(noted, only_over=found.etag if found else "")
            except Conflict:
                continue
            return

    def amend(self, ses_message_id: str, change: Callable[[Record], Record]) -> None:
        """Write what *change* makes of a record that stands, whoever works on it.

        *change* may be asked again, of what another wrote meanwhile; a record that it
        leaves as it is, or that is not there, is not written.

        Raises:
            MalformedRecord: What is stored is none of ours.
            AwsFailure: S3 did not do it.
        """
        for _ in range(_ROUNDS):
            found = self.find(ses_message_id)
            changed = change(found.record) if found else None
            if found is None or changed is None or changed == found.record:
                return
            try:
                self._write(changed, only_over=found.etag)
            except Conflict:
                continue
            return
        action = "record"
        raise LostLease(action, "others keep writing it")

    def _first(self, record: Record) -> Lease | None:
        """The record in our hands, if the mail had none."""
        try:
            return self._hold(record, "")
        except Conflict:
            return None

    def _hold(self, record: Record, etag: str) -> Lease:
        lease = Lease(record, self._write(record, only_over=etag))
        self._unwritten.pop(record.ses_message_id, None)
        return lease

    def save(self, lease: Lease, record: Record) -> None:
        """Write what *record* is now.

        Raises:
            LostLease: Another has taken it over; what we know was added to what it knows.
            AwsFailure: S3 did not do it; we remember it as long as we live.
        """
        try:
            lease.etag = self._write(record, only_over=lease.etag)
        except (Conflict, NotFound):
            record = self._save_anyway(lease, record)
        except AwsFailure:
            self._unwritten[record.ses_message_id] = journal.freed(record)
            raise
        self._unwritten.pop(record.ses_message_id, None)
        lease.record = record

    def _save_anyway(self, lease: Lease, record: Record) -> Record:
        """What was written over what somebody else wrote meanwhile, with that in it."""
        self._unwritten[record.ses_message_id] = journal.freed(record)
        for _ in range(_ROUNDS):
            found = self.find(record.ses_message_id)
            ours = found is not None and found.record.leased_to == lease.record.leased_to
            if found is None:
                merged = record
            elif ours:
                merged = journal.amended(record, lease.record, found.record)
            else:
                merged = journal.merged(record, found.record)
            try:
                lease.etag = self._write(merged, only_over=found.etag if found else "")
            except Conflict:
                continue
            if ours:
                return merged
            self._unwritten.pop(record.ses_message_id, None)
            action = "record"
            raise LostLease(action, "another took it over")
        action = "record"
        raise LostLease(action, "others keep writing it")

    def _write(self, record: Record, *, only_over: str) -> str:
        return self._aws.write(
            self._settings.bucket,
            self._settings.record_key(record.ses_message_id),
            write_record(record),
            only_over=only_over,
        )

    @staticmethod
    def _met(wanted: Record, stored: Record) -> Record:
        """The stored record, knowing also of the forward-paths that the notices name."""
        return journal.merged(journal.freed(wanted), stored)
