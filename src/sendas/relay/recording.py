"""What became of a mail, written down with the notices that it makes, in one step."""

import asyncio
import logging

from collections.abc import Callable
from datetime import datetime

from sendas.errors import CouldNotLook
from sendas.relay.decide.figures import Sent
from sendas.relay.decide.notices import About, Original, Reporter, make_notice
from sendas.relay.decide.queued import Alarm, Item, Mail, Step, Told, items_of
from sendas.relay.mail_queue import MailQueue, NewMail, NotWritten


log = logging.getLogger(__name__)

_AGAIN_SECONDS = 1.0


class Recorder:
    """The writing side of the way out."""

    def __init__(
        self,
        queue: MailQueue,
        reporter: Reporter,
        clock: Callable[[], datetime],
        tell: Callable[[Alarm], None],
    ) -> None:
        self._queue, self._reporter, self._clock, self._tell = queue, reporter, clock, tell
        self.figures = Sent()
        self.stopping = False

    async def insist(self, item: Item, step: Step) -> tuple[Item, ...] | None:
        """As `record`, however long the disk refuses: else SES would be asked again.

        Raises:
            CouldNotLook: The disk refuses, and the relay is going down.
        """
        while True:
            try:
                return await self.record(item, step)
            except CouldNotLook as error:
                self._tell(queue_trouble(error))
                if self.stopping:
                    raise
                await asyncio.sleep(_AGAIN_SECONDS)

    async def record(self, item: Item, step: Step) -> tuple[Item, ...] | None:
        """Put *step* in the place of *item*; gives what of it, and of its notices, is to go out.

        None if *item* was not as it was read: another changed, sent or dropped it.

        Raises:
            CouldNotLook: Nothing of it happened.
        """
        notices = [one for told in step.told if (one := await self._notice(item.mail, told))]
        kept = await self._queue.settle(item, step.items, notices)
        for alarm in step.alarms:
            self.figures.alarms[alarm.kind] = self.figures.alarms.get(alarm.kind, 0) + 1
            self._tell(alarm)
        if not kept:
            return None
        if all(one.task.state == "done" for one in step.items):
            self.figures.recipients += len(item.about)
        for notice in notices:
            self.figures.notices += 1
            log.info("notice %s about %s", notice.mail.token, item.mail.token)
        parts = (one for one in step.items if not one.task.ended and one.key != item.key)
        return (*(one for notice in notices for one in notice.items), *parts)

    async def _notice(self, mail: Mail, told: Told) -> NewMail | None:
        """The notice; None, with an alarm, where none can be made: no answer hangs on it."""
        now = self._clock()
        content = await asyncio.to_thread(self._queue.content, mail.id)
        original = Original(
            mail.token, mail.reverse_path, mail.accepted_at, mail.envid, mail.ret, content or b""
        )
        reporter = self._reporter
        try:
            raw = make_notice(
                told.kind, original, told.about, told.said, reporter, now,
                hold=told.hold, until=told.until,
            )  # fmt: skip
        except Exception:
            log.exception("no notice could be made about %s", mail.token)
            text = f"{mail.token} was not sent, and no notice could be made: {told.said}"
            self._tell(Alarm("notice-not-sent", text))
            return None
        notice = Mail(
            self._queue.new_id(now), now, f"notice:{mail.who}", mail.user, "notice",
            reporter.address, reporter.address, len(raw), notice=True,
        )  # fmt: skip
        return NewMail(notice, items_of(notice, [About(mail.reverse_path)]), (raw,))


def queue_trouble(error: CouldNotLook) -> Alarm:
    """The queue could not be written to, or read."""
    kind = "queue-not-written" if isinstance(error, NotWritten) else "queue-not-read"
    return Alarm(kind, str(error))
