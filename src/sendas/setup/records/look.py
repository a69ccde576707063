"""Ask the DNS what stands where records are wanted; the thin shell of `records_diff`.

The zone's own servers are asked, all of them: a resolver would remember what is
no more, or that nothing was there (RFC 2308).
"""

import asyncio

from collections.abc import Iterable

from sendas.dns.answers import Absent, Answer, Lookup, Question, Records
from sendas.dns.names import canonical, within
from sendas.dns.resolver import Resolver
from sendas.dns.zone import Zone
from sendas.errors import UsageError
from sendas.outcome import NoAnswer, Seen, Why
from sendas.setup.records.diff import Published


CONTROL = "sendas-control"
"""A label where nothing stands: what answers there is a wildcard."""


class NotDelegated(UsageError):
    """The world does not find the domain's zone."""


async def find_zone(domain: str, resolver: Resolver) -> Seen[Zone]:
    """The zone that the world asks for *domain*.

    Raises:
        NotDelegated: There is none, so no record in it would be seen.
    """
    found = await resolver.find_zone(domain)
    if (
        isinstance(found, NoAnswer)
        and found.why is Why.UNREACHABLE
        and "delegated" in found.detail
    ):
        msg = (
            f"{domain} is not delegated: the registry names no name servers for it. Register it,"
            " or enter your zone's name servers at the registrar; then try again"
        )
        raise NotDelegated(msg)
    return found


async def look_at(
    questions: Iterable[Question], zone: Seen[Zone], resolver: Resolver
) -> Published:
    """What the zone's servers say to each question; nothing raises.

    An answer that a wildcard gives is Absent: a record of its own can be added
    beside it.  Where servers contradict each other there is no answer.
    """
    asked = tuple(dict.fromkeys(questions))
    if isinstance(zone, NoAnswer):
        return dict.fromkeys(asked, zone)
    answers = await asyncio.gather(*(_one(question, zone, resolver) for question in asked))
    return dict(zip(asked, answers, strict=True))


async def _one(question: Question, zone: Zone, resolver: Resolver) -> Answer:
    answer = _agreed(await resolver.ask_all(question, zone))
    if isinstance(answer, NoAnswer) or not _says_something(answer):
        return answer
    parent = question.name.partition(".")[2]
    if question.name == zone.apex or not within(parent, zone.apex):
        return answer
    control = Question(f"{CONTROL}.{parent}", question.type)
    star = _agreed(await resolver.ask_all(control, zone))
    if isinstance(star, NoAnswer) or _content(star) != _content(answer):
        return answer
    return Absent(name_exists=False, negative_ttl=0)


def _says_something(answer: Records | Absent) -> bool:
    return isinstance(answer, Records) or bool(answer.alias)


def _content(answer: Records | Absent) -> tuple[frozenset[str], tuple[str, ...]]:
    values = answer.values if isinstance(answer, Records) else ()
    return frozenset(values), tuple(map(canonical, answer.alias))


def _agreed(lookup: Lookup) -> Answer:
    said = [answer for _, answer in lookup.usable()]
    if lookup.disagree:
        servers = ", ".join(server for server, _ in lookup.usable())
        return NoAnswer(
            Why.SERVER_FAILURE, f"{lookup.question}: {servers} do not say the same; wait or mend"
        )
    if said:
        return said[0]
    silent = lookup.silent
    if not silent:
        return NoAnswer(Why.UNREACHABLE, f"{lookup.question}: the zone has no server")
    server, answer = next(iter(silent.items()))
    return NoAnswer(answer.why, f"{lookup.question} at {server}: {answer.detail}")
