"""Observing, and saying so when it takes longer than a second."""

import asyncio

from collections.abc import Callable, Coroutine
from typing import TextIO, TypeVar

from sendas.doctor.doors import Doors
from sendas.doctor.evidence import Evidence
from sendas.doctor.inquiry import Progress
from sendas.doctor.observe import Request, observe


T = TypeVar("T")
_PATIENCE_SECONDS = 1.0
_EVERY = 5
"""Where lines cannot be overwritten, every fifth is enough."""


async def observe_aloud(request: Request, doors: Doors, talk: TextIO) -> Evidence:
    """Observe; after a second tell *talk*, a terminal or a log, how far it has come.

    Raises:
        UsageError: As ``observe``.
    """
    return await aloud(lambda progress: observe(request, doors, progress), talk)


async def aloud(
    looking: Callable[[Callable[[Progress], None]], Coroutine[None, None, T]], talk: TextIO
) -> T:
    """What *looking*, which is told whom to tell of its progress, finds."""
    news: list[Progress] = []
    task = asyncio.create_task(looking(news.append))
    ticks = 0
    try:
        while not (await asyncio.wait({task}, timeout=_PATIENCE_SECONDS))[0]:
            _say(talk, news[-1] if news else None, ticks)
            ticks += 1
    finally:
        task.cancel()
        if ticks and talk.isatty():
            talk.write("\r\x1b[K")
            talk.flush()
    return task.result()


def _say(talk: TextIO, latest: Progress | None, ticks: int) -> None:
    told = f"{latest.answered} of {latest.asked} answers so far" if latest else "asking"
    line = f"sendas: looking at DNS, AWS and SMTP: {told}"
    if talk.isatty():
        talk.write(f"\r\x1b[K{line}")
    elif ticks % _EVERY == 0:
        talk.write(f"{line}\n")
    talk.flush()
