"""The relay's side of the folder: `MailQueue` and `PasswordBook`, committed in groups."""

import asyncio
import os

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from sendas.errors import CouldNotLook
from sendas.relay.decide import schedule
from sendas.relay.decide.passwords import Password
from sendas.relay.decide.queued import Item
from sendas.relay.mail_queue import Counts, NewMail, NotWritten
from sendas.relay.on_disk import rows
from sendas.relay.on_disk.commits import Commits
from sendas.relay.on_disk.folder import Folder
from sendas.relay.on_disk.schema import Connection
from sendas.relay.on_disk.spool import ABOVE
from sendas.ses.hold import Hold


_SPOOL_SECONDS = 3600.0
"""A file without a row that is older belongs to nobody."""


class FolderQueue:
    """One for a relay, made on its loop; *folder* is its own (`owner`)."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.commits = Commits(folder.path)
        self._spool_writable = True
        self._last_id = folder.largest_id()

    @property
    def writable(self) -> bool:
        """Whether the last write went well."""
        return self.commits.writable and self._spool_writable

    @property
    def relays(self) -> int:
        """A folder has one."""
        return 1

    def room_bytes(self) -> int:
        """What the disk has left."""
        try:
            found = os.statvfs(self.folder.path)
        except OSError as error:
            msg = f"the disk of {self.folder.path} cannot be looked at: {error.strerror}"
            raise CouldNotLook(msg) from error
        return found.f_bavail * found.f_frsize

    async def open(self) -> None:
        """Begin: forget what clients were waiting for, and files of which no row tells."""
        await self.commits.later(rows.drop_waited)
        await asyncio.to_thread(self.folder.spool.clean, self.folder.has_content)

    async def close(self) -> None:
        """End, with what was given written."""
        await self.commits.close()
        self.folder.close()

    async def try_to_write(self) -> None:
        """Write something of no consequence; then `writable` says how it went."""
        await self.commits.later(lambda c: c.execute("PRAGMA user_version").fetchone())
        self._spool_writable = True

    # Mail comes in ---------------------------------------------------------

    def new_id(self, now: datetime) -> int:
        """An id for a mail: microseconds since 1970, and never one that was given before."""
        self._last_id = max(self._last_id + 1, int(now.timestamp() * 1_000_000))
        return self._last_id

    def take(self, new: NewMail, *, waited: bool = False) -> "asyncio.Future[None]":
        """Keep a mail: in a row, or in a file that a row names."""
        if new.mail.size > ABOVE:
            return asyncio.get_running_loop().create_task(self._take_large(new, waited=waited))
        return self.commits.later(partial(_add, new=new, waited=waited))

    async def _take_large(self, new: NewMail, *, waited: bool) -> None:
        spool = self.folder.spool
        try:
            await asyncio.to_thread(spool.write, new.mail.id, new.content)
            self._spool_writable = True
        except NotWritten:
            self._spool_writable = False
            raise
        try:
            await self.commits.later(
                partial(rows.add_mail, mail=new.mail, items=new.items, content=None, waited=waited)
            )
        except Exception:  # cancelled, it may be written all the same
            spool.drop(new.mail.id)
            raise

    # Mail goes out ---------------------------------------------------------

    async def due(self, now: datetime, room: Callable[[str], int]) -> list[Item]:
        """What is due by *now*: of each sender at most *room*, the oldest due first."""
        found: list[Item] = []
        for who in self._senders_due():
            if (most := room(who)) > 0:
                found += self.folder.items(
                    "t.state = 'due' AND t.who = ? AND (t.due_at <= ? OR"
                    " (t.due_at > ? AND t.hold IS NOT ?)) ORDER BY t.due_at LIMIT ?",
                    (
                        who, now.timestamp(), (now + schedule.LATEST).timestamp(),
                        str(Hold.BY_OWNER), most,
                    ),
                )  # fmt: skip
        return found

    def _senders_due(self) -> list[str]:
        """Everybody who has something due or held, by a hop over the index for each."""
        found: list[str] = []
        while (who := self.folder.next_sender(found[-1] if found else "")) is not None:
            found.append(who)
        return found

    async def begin(self, item: Item, now: datetime) -> Item | None:
        """Write down that *item* is about to be handed to SES, and give it as it is kept now."""
        return await self.commits.later(partial(rows.begin_item, item=item, now=now))

    async def settle(
        self, old: Item, new: Sequence[Item], notices: Sequence[NewMail] = ()
    ) -> bool:
        """Put *new* in the place of *old*, and *notices* beside it, in one transaction."""

        def work(connection: Connection) -> bool:
            kept = rows.replace_item(connection, old, new)
            for notice in notices if kept else ():
                _add(connection, notice)
            return kept

        kept = await self.commits.later(work)
        if kept and old.mail.size > ABOVE and not self._has_content(old.mail.id):
            self.folder.spool.drop(old.mail.id)
        return kept

    def _has_content(self, mail_id: int) -> bool:
        """Whether it is still there; where nobody can tell, the file stays for the cleaning."""
        try:
            return self.folder.has_content(mail_id)
        except CouldNotLook:
            return True

    async def stranded(self) -> list[Item]:
        """What is in sending: this relay is the only one."""
        return self.folder.items("t.state = 'sending' AND m.waited = 0")

    async def overdue(
        self, accepted_before: datetime, told_before: datetime, most: int
    ) -> list[Item]:
        """What is due, was accepted before, and whose sender was not told that it is late."""
        return self.folder.items(
            "t.state = 'due' AND t.hold IS NOT ? AND m.notice = 0 AND m.reverse_path != ''"
            " AND m.accepted_at <= ? AND"
            " (t.told_at IS NULL OR (t.hold IS NOT NULL AND t.told_at <= ?)) LIMIT ?",
            (
                str(Hold.BY_OWNER), accepted_before.timestamp(), told_before.timestamp(), most,
            ),
        )  # fmt: skip

    def content(self, mail_id: int) -> bytes | None:
        """The whole mail; None once it is gone.  From any thread."""
        return self.folder.content(mail_id)

    # The whole -------------------------------------------------------------

    async def drop(self, mail_id: int) -> bool:
        """Forget a mail altogether; False if there is none."""
        gone = await self.commits.later(partial(rows.drop_mail, mail_id=mail_id))
        self.folder.spool.drop(mail_id)
        return gone

    async def reopen(self, holds: Iterable[Hold], now: datetime) -> int:
        """The account takes mail again: what waited for it (*holds*) is due; gives how many."""
        return await self.commits.later(partial(rows.open_holds, holds=tuple(holds), now=now))

    async def forget_ended(self, before: datetime) -> int:
        """Drop mails accepted before *before* of which every task ended; gives how many."""
        gone = await self.commits.later(partial(rows.forget_ended, before=before))
        await asyncio.to_thread(self.folder.spool.clean, self.folder.has_content, _SPOOL_SECONDS)
        return gone

    async def waiting(self) -> int:
        """Tasks that are not ended."""
        return await asyncio.to_thread(self.folder.waiting)

    def counts(self) -> Counts:
        """How much of what."""
        return self.folder.counts()

    async def retry_asked(self) -> float:
        """A number that changes when the owner asks for all to be tried now."""
        return self.folder.retry_asked()

    # Passwords -------------------------------------------------------------

    async def passwords(self, mailbox: str) -> list[Password]:
        """Those of one mailbox."""
        return self.folder.passwords(mailbox)

    async def password_used(self, mailbox: str, label: str, now: datetime, network: str) -> None:
        """Note when and from which network one was last used."""
        await self.commits.later(
            partial(rows.password_used, mailbox=mailbox, label=label, now=now, network=network)
        )


def _add(connection: Connection, new: NewMail, *, waited: bool = False) -> None:
    rows.add_mail(connection, new.mail, new.items, b"".join(new.content), waited=waited)
