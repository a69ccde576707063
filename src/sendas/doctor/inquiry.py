"""Putting questions: in a thread, by the deadline, counted; an outcome for each."""

import asyncio

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sendas.doctor.doors import Aws
from sendas.doctor.threads import DaemonThreads
from sendas.errors import CouldNotLook
from sendas.outcome import NoAnswer, Seen, Why


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far observing has come; *latest* is what was just answered, in words."""

    answered: int
    asked: int
    latest: str


class Inquiry:
    """The questions of one run.  Belongs to one event loop."""

    def __init__(
        self,
        open_aws: Callable[[], Aws],
        threads: DaemonThreads,
        seconds: float,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._threads, self._progress = threads, progress
        self._loop = asyncio.get_running_loop()
        self._seconds, self._end = seconds, self._loop.time() + seconds
        self._asked = self._answered = 0
        self._aws = self._loop.create_task(self._opened(open_aws))

    async def ask(self, question: Callable[[Aws], Seen[T]], what: str) -> Seen[T]:
        """AWS's answer to *question*; *what* names it for people.

        Raises:
            UsageError: The door to AWS cannot be opened as asked.
        """
        aws = await self.aws()
        if isinstance(aws, NoAnswer):
            return aws
        return await self.within(self.in_thread(lambda: question(aws)), what)

    async def aws(self) -> Aws | NoAnswer:
        """The opened door, or why nobody at AWS can be asked."""
        # shield: one that gives up must not close the door for the others
        return await asyncio.shield(self._aws)

    async def within(self, answer: Awaitable[Seen[T]], what: str) -> Seen[T]:
        """*answer*, or that it did not come by the deadline."""
        self._asked += 1
        try:
            async with asyncio.timeout_at(self._end):
                return await answer
        except TimeoutError:
            return NoAnswer(Why.TIMEOUT, f"{what}: no answer within {self._seconds:g} s")
        finally:
            self._answered += 1
            if self._progress:
                self._progress(Progress(self._answered, self._asked, what))

    def seconds_left(self) -> float:
        """Until the deadline; 0 after it."""
        return max(0.0, self._end - self._loop.time())

    async def in_thread(self, call: Callable[[], T]) -> T:
        """What *call*, which blocks, returns."""
        return await asyncio.wrap_future(self._threads.submit(call))

    async def _opened(self, open_aws: Callable[[], Aws]) -> Aws | NoAnswer:
        try:
            async with asyncio.timeout_at(self._end):
                return await self.in_thread(open_aws)
        except TimeoutError:
            return NoAnswer(Why.TIMEOUT, f"no AWS credentials within {self._seconds:g} s")
        except CouldNotLook as error:
            return NoAnswer(Why.NO_CREDENTIALS, str(error))
