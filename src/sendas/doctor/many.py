"""Many domains at once: side by side, each judged by itself, what they share asked once."""

import asyncio

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sendas.dns.answers import Answer, Lookup, Question
from sendas.dns.resolver import Resolver
from sendas.dns.zone import Zone
from sendas.doctor.asked_once import AskedOnce, Once, dialled_once, looked_at_once
from sendas.doctor.doors import Aws, Doors
from sendas.doctor.evidence import Evidence
from sendas.doctor.inquiry import Progress
from sendas.doctor.observe import Request, observe
from sendas.doctor.threads import DaemonThreads
from sendas.errors import CouldNotLook, UsageError
from sendas.outcome import Seen


AT_ONCE = 50
"""Domains: more would only wait for one another, by the deadline that each has."""
_THREADS = 96
_QUESTIONS_AT_ONCE = 64
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """One domain to look at, by the AWS profile of its account; None is the usual one."""

    request: Request
    profile: str | None = None


async def observe_all(
    asked: Sequence[Asked],
    doors_of: Callable[[str | None], Doors],
    progress: Callable[[Progress], None] | None = None,
) -> tuple[Evidence, ...]:
    """The evidence of each of *asked*, in their order; nobody's silence raises.

    Raises:
        UsageError: The usual profile does not exist.  One that a domain alone names leaves that
            domain unseen, and no other.
    """
    shared = {one.profile: _shared(doors_of(one.profile), one.profile) for one in asked}
    threads, gate, told = DaemonThreads(_THREADS), asyncio.Semaphore(AT_ONCE), _Told(progress)

    async def one_of(one: Asked) -> Evidence:
        async with gate:
            doors = shared[one.profile]
            return await observe(one.request, doors, told.of(one), threads=threads)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one_of(one)) for one in asked]
    except BaseExceptionGroup as broken:
        raise _first(broken) from None
    finally:
        threads.shutdown()
    return tuple(task.result() for task in tasks)


def _first(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group


class _Told:
    """How far all of them have come together."""

    def __init__(self, progress: Callable[[Progress], None] | None) -> None:
        self._progress = progress
        self._seen: dict[int, Progress] = {}

    def of(self, one: Asked) -> Callable[[Progress], None] | None:
        """Who is notified of *one*'s answers."""
        if self._progress is None:
            return None

        def tell(news: Progress) -> None:
            self._seen[id(one)] = news
            whole = self._seen.values()
            if self._progress is not None:
                self._progress(
                    Progress(sum(n.answered for n in whole), sum(n.asked for n in whole), "")
                )

        return tell


def _shared(doors: Doors, profile: str | None) -> Doors:
    """*doors* whose account is opened once, and asked each question once."""
    once = Once()

    def opened() -> Aws:
        return AskedOnce(doors.aws())

    def aws() -> Aws:
        try:
            return once.ask("aws", opened)
        except UsageError as error:
            if profile is None:
                raise
            raise CouldNotLook(str(error)) from error

    return replace(
        doors,
        resolver=_ResolvedOnce(doors.resolver),
        aws=aws,
        dial=dialled_once(doors.dial),
        relay=looked_at_once(doors.relay),
    )


class _ResolvedOnce:
    """*resolver*, which is asked each question once; domains share names of SES's, and zones.

    Few questions are under way at a time: a burst of thousands is lost on the way, or refused.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._gate = asyncio.Semaphore(_QUESTIONS_AT_ONCE)
        self._answers: dict[Question, asyncio.Task[Answer]] = {}
        self._zones: dict[str, asyncio.Task[Seen[Zone]]] = {}

    async def _gated(self, asking: Coroutine[None, None, T]) -> T:
        async with self._gate:
            return await asking

    async def ask(self, question: Question) -> Answer:
        """What the recursive resolver says, or said a moment ago."""
        if question not in self._answers:
            self._answers[question] = asyncio.create_task(
                self._gated(self._resolver.ask(question))
            )
        # shield: a domain whose time is up must not take the answer from the others
        return await asyncio.shield(self._answers[question])

    async def ask_all(self, question: Question, zone: Zone) -> Lookup:
        """What each authoritative server says; names of a zone are asked by few."""
        return await self._gated(self._resolver.ask_all(question, zone))

    async def find_zone(self, domain: str) -> Seen[Zone]:
        """The zone *domain* lives in."""
        if domain not in self._zones:
            self._zones[domain] = asyncio.create_task(self._resolver.find_zone(domain))
        return await asyncio.shield(self._zones[domain])
