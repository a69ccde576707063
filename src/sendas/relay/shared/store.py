"""Mails in a bucket: made, changed over what was read, dropped.  Called from any thread.

After a lost answer nobody knows whether a writing happened; each has a mark of its own, so
that reading tells.
"""

import contextlib
import secrets

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sendas.aws.refusals import AwsFailure, Conflict, NotFound
from sendas.aws.shared_queue import Shared
from sendas.errors import CouldNotLook
from sendas.relay.mail_queue import NewMail, NotWritten
from sendas.relay.shared.record import Record, gone, read_record, write_record


CONTENT, MAIL = "content/", "mail/"
_ROUNDS = 8
_PAGE = 1000
_DIGITS = 19
"""Of an id: the keys of mails stand in the order of their ids."""


class Kept(NamedTuple):
    """A record, and the ETag that it stands under."""

    record: Record
    etag: str


class Store:
    """The mails of one bucket."""

    def __init__(self, place: Shared) -> None:
        self.place = place

    # Writing ---------------------------------------------------------------

    def create(self, new: NewMail, *, waited: bool, relay: str) -> Kept:
        """Keep a new mail: its content first, so that a record never stands without.

        Raises:
            NotWritten: It is not kept.
        """
        mark = secrets.token_hex(8)
        key = f"{CONTENT}{new.mail.id:0{_DIGITS}}.{mark}"
        by = {one.task.name: relay for one in new.items} if waited else {}
        try:
            self.place.write(key, b"".join(new.content))
        except AwsFailure as error:
            raise not_written(error) from error
        record = Record(new.mail, new.items, key, waited, by)
        try:
            kept = self._write(record, only_over="")
        except NotWritten:
            # Perhaps it is there all the same; its client keeps it.
            self._remove(record)
            raise
        if kept is None:
            self._quietly_remove(key)
            msg = f"the shared queue has a mail {new.mail.token} already"
            raise NotWritten(msg)
        return kept

    def change(
        self, mail_id: int, work: Callable[[Record], Record | None], known: Kept | None = None
    ) -> tuple[Kept | None, bool]:
        """Write what *work* makes of the record; gives what stands then, and whether it is that.

        *work* is asked again where another wrote meanwhile, or where what is *known* is not
        as *work* needs it.

        Raises:
            NotWritten: S3 did not do it.
            CouldNotLook: It could not be read.
        """
        for _ in range(_ROUNDS):
            kept = known or self.read(mail_id)
            wanted = work(kept.record) if kept else None
            if kept is None or wanted is None:
                if known is None:
                    return kept, False
            elif (made := self._write(wanted, only_over=kept.etag)) is not None:
                return made, True
            known = None
        msg = "the shared queue cannot be written to: others keep writing"
        raise NotWritten(msg)

    def drop(self, mail_id: int, unless: Callable[[Record], bool] = lambda _: False) -> bool:
        """Forget a mail altogether; False if there is none, or *unless* says so."""

        def work(record: Record) -> Record | None:
            return None if unless(record) else gone(record)

        kept, done = self.change(mail_id, work)
        if done and kept is not None:
            self._remove(kept.record)
        return done

    def drop_content(self, key: str) -> None:
        """Bytes that are not needed any more; what stays is cleaned away later."""
        self._quietly_remove(key)

    def _remove(self, record: Record) -> None:
        self._quietly_remove(record_key(record.mail.id))
        self._quietly_remove(record.content)

    def _quietly_remove(self, key: str) -> None:
        with contextlib.suppress(AwsFailure):
            self.place.remove(key)

    def _write(self, record: Record, *, only_over: str) -> Kept | None:
        """None if something else stands there."""
        marked = record._replace(version=record.version + 1, written=secrets.token_hex(8))
        try:
            etag = self.place.write(
                record_key(record.mail.id), write_record(marked), only_over=only_over
            )
        except AwsFailure as error:
            return self._after(error, marked)
        return Kept(marked, etag)

    def _after(self, error: AwsFailure, marked: Record) -> Kept | None:
        """An answer may have been lost, of this try or of one before it: what stands there?"""
        try:
            found = self.read(marked.mail.id)
        except CouldNotLook:
            raise not_written(error) from error
        if found is not None and found.record.written == marked.written:
            return found
        if isinstance(error, Conflict | NotFound):
            return None
        raise not_written(error) from error

    # Reading ---------------------------------------------------------------

    def read(self, mail_id: int) -> Kept | None:
        """A record; None if there is none.

        Raises:
            CouldNotLook: It could not be read.
        """
        try:
            found = self.place.read(record_key(mail_id))
        except AwsFailure as error:
            raise not_read(error) from error
        if found is None:
            return None
        record = read_record(found.content)
        return Kept(record, found.etag) if record.items else None

    def content(self, mail_id: int) -> bytes | None:
        """The whole mail; None once it is gone.  Raises CouldNotLook."""
        kept = self.read(mail_id)
        if kept is None:
            return None
        try:
            found = self.place.read(kept.record.content)
        except AwsFailure as error:
            raise not_read(error) from error
        return found.content if found else None

    def ids(self, prefix: str) -> Iterator[tuple[int, str]]:
        """The ids under *prefix*, ascending, and the objects' keys.  Raises CouldNotLook."""
        behind = ""
        while True:
            try:
                page = self.place.listing(prefix, most=_PAGE, behind=behind)
            except AwsFailure as error:
                raise not_read(error) from error
            for one in page:
                digits = one.key.removeprefix(prefix).partition(".")[0]
                if digits.isascii() and digits.isdecimal():
                    yield int(digits), one.key
            if len(page) < _PAGE:
                return
            behind = page[-1].key


def record_key(mail_id: int) -> str:
    """Where a mail's record is."""
    return f"{MAIL}{mail_id:0{_DIGITS}}"


def not_written(error: AwsFailure) -> NotWritten:
    """What is raised for AWS's *error*."""
    return NotWritten(f"the shared queue cannot be written to: {error}")


def not_read(error: AwsFailure) -> CouldNotLook:
    """What is raised for AWS's *error*."""
    return CouldNotLook(f"the shared queue cannot be read: {error}")
