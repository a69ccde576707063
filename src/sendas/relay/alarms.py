"""What the owner is told: each trouble at once, and again once a day while it lasts."""

import asyncio
import logging

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sendas.aws.refusals import AwsFailure
from sendas.relay.decide.queued import Alarm


log = logging.getLogger(__name__)

_AGAIN = timedelta(days=1)
_QUIET = timedelta(hours=1)
"""An alarm that has not come for so long is over; the next is told at once."""

Publish = Callable[[str, str], None]
"""Tells a subject and a text to the owner's topic; may take long."""


@dataclass(slots=True)
class _Trouble:
    seen_at: datetime
    told_at: datetime | None = None


class Alarms:
    """One for a relay, on its loop.  Nobody waits until an alarm is told.

    A clock that is set back makes nothing silent: what was told is told again.
    """

    def __init__(self, host: str, publish: Publish | None, clock: Callable[[], datetime]) -> None:
        self._host, self._publish, self._clock = host, publish, clock
        self._troubles: dict[str, _Trouble] = {}
        # Its own thread: a topic that is slow takes none from the mail.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="relay-alarm")
        self._telling: set[asyncio.Task[None]] = set()

    def tell(self, alarm: Alarm) -> None:
        """Note the trouble, and tell the owner if it is new, or has lasted for another day."""
        now = self._clock()
        known = self._troubles.get(alarm.kind)
        fresh = known is None or known.told_at is None or abs(now - known.seen_at) >= _QUIET
        if known is None:
            known = self._troubles[alarm.kind] = _Trouble(now)
        known.seen_at = now
        if not fresh and known.told_at is not None and abs(now - known.told_at) < _AGAIN:
            return
        known.told_at = now
        log.error("alarm %s: %s", alarm.kind, alarm.text)
        if self._publish is not None:
            task = asyncio.get_running_loop().create_task(self._out(alarm, self._publish))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _out(self, alarm: Alarm, publish: Publish) -> None:
        subject = f"sendas relay {self._host}: {alarm.kind}"
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, publish, subject, alarm.text)
        except AwsFailure as error:
            log.error("the alarm could not be told to its topic: %s", error)  # noqa: TRY400  said in one line
        except Exception:  # whoever tells of trouble is not to break on it
            log.exception("the alarm could not be told to its topic")
        else:
            return
        self._troubles[alarm.kind].told_at = None  # not told: the next one is

    def lately(self) -> tuple[str, ...]:
        """The kinds of trouble of the last hour."""
        now = self._clock()
        return tuple(k for k, one in self._troubles.items() if abs(now - one.seen_at) < _QUIET)

    async def close(self, patience_seconds: float) -> None:
        """Tell what is under way, for so long at most."""
        if self._telling:
            await asyncio.wait(self._telling, timeout=patience_seconds)
        self._thread.shutdown(wait=False, cancel_futures=True)
