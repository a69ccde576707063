"""Work that SES does after it has said 250: one thread, a queue, the movable clock."""

import asyncio
import heapq
import inspect
import itertools
import threading

from collections.abc import Awaitable, Callable
from datetime import datetime

from sendas_lab.clock import Clock
from sendas_lab.mail import DeliveryResult, Transmission


Deliver = Callable[
    [Transmission], Awaitable[tuple[DeliveryResult, ...]] | tuple[DeliveryResult, ...]
]
"""Carry a mail to wherever the lab's DNS says, and tell how each recipient ended."""

Job = Callable[[], None]
_POLL_SECONDS = 0.2
_JOB_SECONDS = 5.0


class Courier:
    """Runs jobs in the order they fall due on the lab's clock."""

    def __init__(self, clock: Clock, deliver: Deliver) -> None:
        self._clock = clock
        self._deliver = deliver
        self._due: list[tuple[datetime, int, Job]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._busy = False
        self._running = False
        self._thread: threading.Thread | None = None
        self._runner: asyncio.Runner | None = None
        self.errors: list[BaseException] = []
        """What jobs raised: a defect of the lab, shown by `settle`."""

    def start(self) -> None:
        """Begin to work."""
        self._running = True
        self._thread = threading.Thread(target=self._work, name="ses-courier", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the job at hand; what is queued is forgotten."""
        with self._changed:
            self._running = False
            self._due.clear()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def post(self, job: Job, due: datetime | None = None) -> None:
        """Do *job* now, or when the lab's clock says *due*."""
        with self._changed:
            heapq.heappush(self._due, (due or self._clock.now(), next(self._count), job))
            self._changed.notify_all()

    def clear(self) -> None:
        """Forget what is queued, and let the job at hand end; call it without holding locks."""
        with self._changed:
            self._due.clear()
            self._changed.notify_all()
            if threading.current_thread() is not self._thread:
                self._changed.wait_for(lambda: not self._busy, _JOB_SECONDS)
            # The job at hand may have queued another.
            self._due.clear()

    def wake(self) -> None:
        """Look at the clock again: somebody moved it."""
        with self._changed:
            self._changed.notify_all()

    @property
    def idle(self) -> bool:
        """Whether nothing that is due is left."""
        with self._changed:
            return self._is_idle()

    def settle(self, timeout_seconds: float = 60.0) -> None:
        """Wait until nothing that is due is left; what is due later may wait.

        Raises:
            TimeoutError: Still at work.
            Exception: Whatever a job raised.
        """
        with self._changed:
            if not self._changed.wait_for(self._is_idle, timeout_seconds):
                msg = f"SES is still at work after {timeout_seconds} s"
                raise TimeoutError(msg)
        if self.errors:
            raise self.errors.pop(0)

    def carry(self, transmission: Transmission) -> tuple[DeliveryResult, ...]:
        """Deliver, whichever kind of function `deliver` is; on the courier's thread only."""
        outcome = self._deliver(transmission)
        if not inspect.isawaitable(outcome):
            return outcome
        if self._runner is None:
            self._runner = asyncio.Runner()

        async def wait() -> tuple[DeliveryResult, ...]:
            return await outcome

        return self._runner.run(wait())

    def _is_idle(self) -> bool:
        return not self._running or (not self._busy and not self._is_due())

    def _is_due(self) -> bool:
        return bool(self._due) and self._due[0][0] <= self._clock.now()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception as error:  # noqa: BLE001  one job's defect must not end the thread
                self.errors.append(error)
        if self._runner is not None:
            self._runner.close()
            self._runner = None

    def _next(self) -> Job | None:
        with self._changed:
            self._busy = False
            self._changed.notify_all()
            while self._running and not self._is_due():
                self._changed.wait(_POLL_SECONDS if self._due else None)
            if not self._running:
                return None
            self._busy = True
            return heapq.heappop(self._due)[2]
