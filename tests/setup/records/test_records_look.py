"""Asking the lab's name servers what stands: wildcards, aliases, silence, contradiction."""

import asyncio

from collections.abc import Callable

import pytest

from sendas_lab.world import Lab

from sendas.dns.answers import Absent, Answer, Lookup, Question, Records, RecordType
from sendas.dns.resolver import NetworkResolver
from sendas.dns.zone import Zone
from sendas.outcome import NoAnswer, Seen, Why
from sendas.play.scene import Scene, SetUp, build
from sendas.setup.records.look import NotDelegated, find_zone, look_at


DMARC = Question("_dmarc.example.com", RecordType.TXT)
Ask = Callable[[Question], Answer]


@pytest.fixture
def scene(sendas_lab: Lab) -> Scene:
    """A domain whose zone is at another provider, and nothing but MX in it."""
    return build(sendas_lab, SetUp(route53=False, dmarc=None))


@pytest.fixture
def ask(scene: Scene) -> Ask:
    """What stands, by the domain's own name servers."""

    def one(question: Question) -> Answer:
        return asyncio.run(_look(scene.lab, question))

    return one


async def _look(lab: Lab, question: Question) -> Answer:
    resolver = NetworkResolver(
        lab.dns.resolver_address, lab.network.dial_map(), timeout_seconds=0.3
    )
    zone = await find_zone("example.com", resolver)
    return (await look_at([question, question], zone, resolver))[question]


def test_what_stands(scene: Scene, ask: Ask) -> None:
    """The zone's own servers say it at once, whatever resolvers remember."""
    assert isinstance(ask(DMARC), Absent)
    scene.set_record("_dmarc.example.com", "TXT", "v=DMARC1; p=none")
    answer = ask(DMARC)

    assert isinstance(answer, Records)
    assert ("v=DMARC1; p=none",) == answer.values


def test_a_wildcard_is_nothing_of_ones_own(scene: Scene, ask: Ask) -> None:
    """What every name answers can be overridden by a record; an alias by star too."""
    scene.set_record("*.example.com", "TXT", "everything")
    assert isinstance(ask(DMARC), Absent)
    scene.set_record("_dmarc.example.com", "TXT", "v=DMARC1; p=none")
    assert isinstance(ask(DMARC), Records)


def test_an_alias_is_told(scene: Scene, ask: Ask) -> None:
    """The answer says where it really stands."""
    scene.lab.dns.world_zone("example.org").set("dmarc.example.org", "TXT", "v=DMARC1; p=none")
    scene.set_record("_dmarc.example.com", "CNAME", "dmarc.example.org.")
    answer = ask(DMARC)

    assert isinstance(answer, Records)
    assert ("dmarc.example.org",) == answer.alias


def test_a_cname_is_read_as_such(scene: Scene, ask: Ask) -> None:
    """The DKIM names hold their target, not what it answers."""
    token = scene.tokens[0]
    answer = ask(Question(f"{token}._domainkey.example.com", RecordType.CNAME))

    assert isinstance(answer, Records)
    assert (f"{token}.dkim.amazonses.com",) == answer.values


def test_a_domain_that_nobody_delegated(sendas_lab: Lab) -> None:
    """It is told as such, for no record in its zone would be seen."""
    resolver = NetworkResolver(sendas_lab.dns.resolver_address, sendas_lab.network.dial_map())

    with pytest.raises(NotDelegated, match=r"nowhere\.example is not delegated"):
        asyncio.run(find_zone("nowhere.example", resolver))


class Servers:
    """Name servers that say what they are told to."""

    def __init__(self, **said: Answer) -> None:
        self._said = said

    async def ask(self, question: Question) -> Answer:
        """Nobody remembers anything."""
        raise NotImplementedError(question)

    async def find_zone(self, domain: str) -> Seen[Zone]:
        """The zone is known."""
        return Zone(domain, tuple(self._said))

    async def ask_all(self, question: Question, zone: Zone) -> Lookup:
        """What each says; nothing at the control name."""
        assert zone.servers == tuple(self._said)
        if "sendas-control" in question.name:
            return Lookup(question, {"a": Absent(name_exists=False, negative_ttl=60)})
        return Lookup(question, self._said)


ONE, OTHER = Records(("v=DMARC1; p=none",), 300), Records(("v=DMARC1; p=reject",), 300)
SILENT = NoAnswer(Why.TIMEOUT, "2 s")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"a": ONE, "b": OTHER}, Why.SERVER_FAILURE),
        ({"a": ONE, "b": Absent(name_exists=False, negative_ttl=60)}, Why.SERVER_FAILURE),
        ({"a": SILENT, "b": SILENT}, Why.TIMEOUT),
        ({}, Why.UNREACHABLE),
        ({"a": ONE, "b": SILENT}, None),
    ],
)
def test_servers_that_do_not_agree(said: dict[str, Answer], why: Why | None) -> None:
    """Contradiction and silence are no answer; one silent server of two is outvoted."""
    servers = Servers(**said)
    zone = Zone("example.com", tuple(said))
    answer = asyncio.run(look_at([DMARC], zone, servers))[DMARC]

    assert why is (answer.why if isinstance(answer, NoAnswer) else None)


def test_without_a_zone_nobody_is_asked() -> None:
    """Why the zone was not found is why nothing is known."""
    answers = asyncio.run(look_at([DMARC], SILENT, Servers()))

    assert {DMARC: SILENT} == answers
