"""One look at everything the DNS says about a domain, all of it at once.

Names of the domain's own zone are asked at every authoritative server, and
once at the recursive resolver, which shows what the world still remembers.
Other people's names are asked at the recursive resolver only.
"""

import asyncio

from collections.abc import Awaitable
from dataclasses import dataclass, field

from sendas.dns.answers import RESOLVER, Absent, Answer, Lookup, Question, Records, RecordType
from sendas.dns.names import canonical, within
from sendas.dns.resolver import Resolver
from sendas.dns.zone import Zone
from sendas.doctor.dns_questions import Expectations, questions_for, recipient_questions
from sendas.outcome import NOT_ASKED, NoAnswer, Seen, Why


_AT_EVERY_SERVER = frozenset(set(RecordType) - {RecordType.A, RecordType.AAAA})
"""Addresses may rightly differ from server to server, and decide nothing."""


ROOT = Question("", RecordType.NS)
_OFFLINE = NoAnswer(
    Why.UNREACHABLE,
    "the resolver does not even know the root's name servers: this machine is not online",
)
"""Resolvers of closed networks say NXDOMAIN to everything; that is not absence."""


@dataclass(frozen=True, slots=True)
class DnsView:
    """The zone, and every question with what each server said."""

    zone: Seen[Zone]
    lookups: dict[Question, Lookup]


async def look(
    domain: str,
    expectations: Expectations | Awaitable[Expectations],
    resolver: Resolver,
    *,
    seconds: float | None = None,
    recipient: str | None = None,
) -> DnsView:
    """Ask everything there is to ask about *domain*, and whether *recipient*'s takes mail.

    Nothing raises: whoever does not answer is a NoAnswer.  *expectations* may
    still be on their way: what does not hang on them is asked meanwhile.
    After *seconds* what was answered counts, and the rest is a timeout.
    """
    looking = _Look(canonical(domain), resolver)
    for question in recipient_questions(recipient) if recipient else ():
        looking.answers[question] = {}
        looking.start(looking.ask(question))
    return await looking.run(expectations, seconds)


@dataclass(slots=True)
class _Look:
    domain: str
    resolver: Resolver
    expectations: Expectations = field(default_factory=Expectations)
    zone: Seen[Zone] = NOT_ASKED
    answers: dict[Question, dict[str, Answer]] = field(default_factory=dict)
    at_servers: set[Question] = field(default_factory=set)
    contradicted: bool = False
    """Whether a server of the zone said something else than the resolver remembers."""
    offline: bool = False
    running: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(
        self, expectations: Expectations | Awaitable[Expectations], seconds: float | None
    ) -> DnsView:
        clock = asyncio.get_running_loop().time
        end = None if seconds is None else clock() + seconds
        if isinstance(expectations, Expectations):
            self.expectations = expectations
        else:
            self.start(self.await_expectations(expectations))
        self.start(self.find_zone())
        try:
            self.ask_what_can_be_asked()
            while self.running:
                left = None if end is None else max(0.0, end - clock())
                done, self.running = await asyncio.wait(
                    self.running, timeout=left, return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    self.give_up(NoAnswer(Why.TIMEOUT, "DNS: no answer by the deadline"))
                    break
                for task in done:
                    task.result()
                self.ask_what_can_be_asked()
        finally:
            for task in self.running:
                task.cancel()
        lookups = {q: Lookup(q, self.believed(said)) for q, said in self.answers.items()}
        return DnsView(_OFFLINE if self.offline else self.zone, lookups)

    def give_up(self, silence: NoAnswer) -> None:
        """What nobody has answered yet stays asked: silence is not a question left out."""
        if self.zone is NOT_ASKED:
            self.zone = silence
        for said in self.answers.values():
            said.setdefault(RESOLVER, silence)

    def believed(self, said: dict[str, Answer]) -> dict[str, Answer]:
        """The answers; a resolver that knows no names knows of no absence, either."""
        if self.offline and isinstance(said.get(RESOLVER), Absent):
            return {**said, RESOLVER: _OFFLINE}
        return said

    def start(self, work: Awaitable[None]) -> None:
        self.running.add(asyncio.ensure_future(work))

    async def await_expectations(self, expectations: Awaitable[Expectations]) -> None:
        self.expectations = await expectations

    async def find_zone(self) -> None:
        self.zone = await self.resolver.find_zone(self.domain)
        if isinstance(self.zone, NoAnswer):
            root = await self.resolver.ask(ROOT)
            self.answers[ROOT] = {RESOLVER: root}
            # A resolver that is merely slow has told nothing about this machine.
            slow = isinstance(root, NoAnswer) and root.why is Why.TIMEOUT
            self.offline = not (slow or isinstance(root, Records))

    def ask_what_can_be_asked(self) -> None:
        views = [self.remembered, *([self.authoritative] if self.contradicted else [])]
        for view in views:
            for question in questions_for(self.domain, self.expectations, view):
                if question not in self.answers:
                    self.answers[question] = {}
                    self.start(self.ask(question))
        if isinstance(self.zone, Zone):
            apex = self.zone.apex
            own = (q for q in self.answers if q.type in _AT_EVERY_SERVER and within(q.name, apex))
            for question in [q for q in own if q not in self.at_servers]:
                self.at_servers.add(question)
                self.start(self.ask_servers(question, self.zone))

    async def ask(self, question: Question) -> None:
        self.answers[question][RESOLVER] = await self.resolver.ask(question)

    async def ask_servers(self, question: Question, zone: Zone) -> None:
        lookup = await self.resolver.ask_all(question, zone)
        self.answers[question].update(lookup.answers)
        remembered = self.remembered(question)
        self.contradicted |= any(_says(said) != _says(remembered) for _, said in lookup.usable())

    def remembered(self, question: Question) -> Answer | None:
        return self.answers.get(question, {}).get(RESOLVER)

    def authoritative(self, question: Question) -> Answer | None:
        """The fullest answer of an authoritative server, else the resolver's."""
        said = self.answers.get(question, {})
        own = [a for s, a in said.items() if s != RESOLVER and not isinstance(a, NoAnswer)]
        records = [a for a in own if isinstance(a, Records)]
        return max(records, key=lambda a: len(a.values)) if records else said.get(RESOLVER)


def _says(answer: Answer | None) -> frozenset[str] | None:
    return frozenset(answer.values) if isinstance(answer, Records) else None
