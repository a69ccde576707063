"""The resolver and the whole look, against name servers on loopback."""

import asyncio

from collections.abc import Awaitable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from sendas.dialmap import DialMap
from sendas.dns.answers import RESOLVER, Absent, Answer, Lookup, Question, Records, RecordType
from sendas.dns.resolver import BadResolver, NetworkResolver, nameserver_from
from sendas.dns.zone import Zone
from sendas.doctor.dns_look import DnsView, look
from sendas.doctor.dns_questions import Expectations
from sendas.outcome import NoAnswer, Why


ZONE = """
example.com. 300 IN SOA ns1.example.net. x.example.net. 7 3600 600 86400 300
example.com. 300 IN NS ns1.example.net.
example.com. 300 IN NS ns2.example.net.
example.com. 300 IN MX 10 inbound-smtp.us-east-1.amazonaws.com.
example.com. 300 IN TXT "v=spf1 include:_spf.example.org -all"
_dmarc.example.com. 300 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.org"
tok1._domainkey.example.com. 300 IN CNAME tok1.dkim.amazonses.com.
bounce.example.com. 300 IN MX 10 feedback-smtp.us-east-1.amazonses.com.
bounce.example.com. 300 IN TXT "v=spf1 include:amazonses.com ~all"
"""
REST = """
ns1.example.net. 300 IN A 198.51.100.1
ns2.example.net. 300 IN A 198.51.100.2
tok1.dkim.amazonses.com. 300 IN TXT "p=MIGf"
amazonses.com. 300 IN TXT "v=spf1 ip4:199.255.192.0/22 -all"
_spf.example.org. 300 IN TXT "v=spf1 include:deep.example.org ~all"
deep.example.org. 300 IN TXT "v=spf1 ip4:192.0.2.0/24 ~all"
inbound-smtp.us-east-1.amazonaws.com. 300 IN A 192.0.2.25
"""
Servers = type[Any]
"""The fixture's class; tests cannot import a conftest."""
EXPECTED = Expectations(("tok1",), "bounce.example.com")


def world(name_server: Servers, **second: str) -> list[Any]:
    """A recursive server and the zone's two, the second one as told."""
    second = {"text": ZONE, **second}
    return [
        name_server(ZONE + REST),
        name_server(ZONE, ("example.com",)),
        name_server(authoritative_for=("example.com",), **second),
    ]


def looked(
    servers: list[Any],
    expectations: Expectations | Awaitable[Expectations] = EXPECTED,
) -> DnsView:
    """One look at example.com in a world of these servers."""
    return asyncio.run(_looked(servers, expectations))


async def _looked(
    servers: list[Any], expectations: Expectations | Awaitable[Expectations]
) -> DnsView:
    async with AsyncExitStack() as stack:
        recursive, *others = [await stack.enter_async_context(s.listening()) for s in servers]
        pairs = {f"198.51.100.{n}:53": at for n, at in enumerate(others, 1)}
        resolver = NetworkResolver(recursive, DialMap(pairs), 1.0)
        return await look("example.com", expectations, resolver)


def asked(
    server: object, name: str, type_: RecordType = RecordType.TXT, apex: str = "example.com"
) -> Answer:
    """What one authoritative server is taken to say."""

    async def ask() -> Answer:
        async with server.listening() as at:
            recursive = type(server)(REST)
            async with recursive.listening() as resolver_at:
                resolver = NetworkResolver(resolver_at, DialMap({"198.51.100.1:53": at}), 1.0)
                zone = Zone(apex, ("ns1.example.net",))
                lookup = await resolver.ask_all(Question(name, type_), zone)
                return lookup.answers["ns1.example.net"]

    return asyncio.run(ask())


def test_finds_everything(name_server: Servers) -> None:
    """The zone, its servers' answers, other people's includes, the way to reports."""
    view = looked(world(name_server))

    assert Zone("example.com", ("ns1.example.net", "ns2.example.net")) == view.zone
    spf = view.lookups[Question("example.com", RecordType.TXT)]
    assert {"ns1.example.net", "ns2.example.net", RESOLVER} == set(spf.answers)
    assert not spf.disagree
    names = {question.name for question in view.lookups}
    assert {
        "deep.example.org",
        "amazonses.com",
        "_dmarc.com",
        "example.com._report._dmarc.example.org",
        "tok1._domainkey.example.com.example.com",
    } <= names
    assert all(lookup.answers for lookup in view.lookups.values())


def test_a_key_is_read_through_its_alias(name_server: Servers) -> None:
    """The zone's server knows only the alias; the key behind it is found elsewhere."""
    view = looked(world(name_server))

    lookup = view.lookups[Question("tok1._domainkey.example.com", RecordType.TXT)]
    assert {Records(("p=MIGf",), 300, ("tok1.dkim.amazonses.com",))} == set(
        lookup.answers.values()
    )


def test_a_silent_server_is_not_absence(name_server: Servers) -> None:
    """One name server times out: its answers say so, the other's stand."""
    view = looked(world(name_server, mood="silent"))

    spf = view.lookups[Question("example.com", RecordType.TXT)]
    silence = spf.answers["ns2.example.net"]
    assert isinstance(silence, NoAnswer)
    assert Why.TIMEOUT is silence.why
    assert isinstance(spf.answers["ns1.example.net"], Records)


def test_expectations_may_come_late(name_server: Servers) -> None:
    """What SES says arrives while the DNS is already being asked."""

    async def late() -> Expectations:
        await asyncio.sleep(0.05)
        return EXPECTED

    view = looked(world(name_server), late())

    assert Question("bounce.example.com", RecordType.MX) in view.lookups


def test_everything_at_once(name_server: Servers) -> None:
    """Some thirty questions do not wait for each other's answers: many are open at once."""
    servers = world(name_server)
    for server in servers:
        server.delay_seconds = 0.05

    view = looked(servers)

    assert 20 < len(view.lookups)
    assert 8 < max(server.most_unanswered for server in servers)


@pytest.mark.parametrize(
    ("mood", "why"),
    [
        ("silent", Why.TIMEOUT),
        ("refused", Why.REFUSED),
        ("lame", Why.REFUSED),
        ("servfail", Why.SERVER_FAILURE),
        ("garbage", Why.SERVER_FAILURE),
    ],
)
def test_trouble_is_told_apart(name_server: Servers, mood: str, why: Why) -> None:
    """Each way of not answering has its own word, and none is absence."""
    answer = asked(name_server(ZONE, ("example.com",), mood), "example.com")

    assert isinstance(answer, NoAnswer)
    assert why is answer.why


@pytest.mark.parametrize("mood", ["truncated", "no-edns"])
def test_gets_through(name_server: Servers, mood: str) -> None:
    """A cut answer is fetched over TCP; a server without EDNS is asked without."""
    server = name_server(ZONE, ("example.com",), mood)

    answer = asked(server, "_dmarc.example.com")

    assert isinstance(answer, Records)
    assert (mood == "truncated") == bool(server.over_tcp)


def test_a_refused_port_is_unreachable() -> None:
    """Nobody listens: that is said, at once."""

    async def ask() -> Answer:
        resolver = NetworkResolver(("127.0.0.1", 1), timeout_seconds=0.5)
        return await resolver.ask(Question("example.com", RecordType.A))

    answer = asyncio.run(ask())

    assert isinstance(answer, NoAnswer)
    assert Why.UNREACHABLE is answer.why


@pytest.mark.parametrize(
    ("name", "exists"), [("_domainkey.example.com", True), ("x.example.com", False)]
)
def test_absence_has_a_lifetime(name_server: Servers, name: str, *, exists: bool) -> None:
    """NODATA and NXDOMAIN differ; both last 300 s, the SOA's minimum (RFC 2308, 5)."""
    answer = asked(name_server(ZONE, ("example.com",)), name)

    assert Absent(name_exists=exists, negative_ttl=300) == answer


@pytest.mark.parametrize(
    "text", ["127.0.0.1", "127.0.0.1:", ":53", "x:53", "127.0.0.1:99999", "::1:53"]
)
def test_refuses_a_bad_resolver(text: str) -> None:
    """SENDAS_RESOLVER is an address and a port, or nothing is done."""
    with pytest.raises(BadResolver, match="SENDAS_RESOLVER"):
        nameserver_from({"SENDAS_RESOLVER": text})


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:5353", ("127.0.0.1", 5353)), ("[::1]:53", ("::1", 53)), ("", None)],
)
def test_reads_the_resolver(text: str, address: tuple[str, int] | None) -> None:
    """An address and port of either family; unset means the system's."""
    assert address == nameserver_from({"SENDAS_RESOLVER": text})


class KnowsNothing:
    """A closed network's resolver: NXDOMAIN to every question, the root's included."""

    async def ask(self, question: Question) -> Answer:
        """No such name."""
        del question
        return Absent(name_exists=False, negative_ttl=0)

    async def ask_all(self, question: Question, zone: Zone) -> Lookup:
        """Never reached: there is no zone."""
        raise AssertionError(question, zone)

    async def find_zone(self, domain: str) -> NoAnswer:
        """No name servers."""
        return NoAnswer(Why.UNREACHABLE, f"{domain} is not delegated")


def test_a_resolver_that_denies_the_root_is_no_witness() -> None:
    """Where not even the root's name servers are known, nothing is called absent."""
    view = asyncio.run(look("example.com", EXPECTED, KnowsNothing()))

    assert isinstance(view.zone, NoAnswer)
    said = [answer for lookup in view.lookups.values() for answer in lookup.answers.values()]
    assert said
    assert {Why.UNREACHABLE} == {answer.why for answer in said if isinstance(answer, NoAnswer)}
    assert not [answer for answer in said if isinstance(answer, Absent)]


class TimesOut(KnowsNothing):
    """A resolver too slow for the zone and for the root; its caches still say NXDOMAIN."""

    SILENCE = NoAnswer(Why.TIMEOUT, "192.0.2.53 did not answer within 2 s")

    async def ask(self, question: Question) -> Answer:
        """Nothing about the root."""
        return self.SILENCE if not question.name else await super().ask(question)

    async def find_zone(self, domain: str) -> NoAnswer:
        """Nothing about the zone."""
        assert domain
        return self.SILENCE


def test_a_slow_resolver_is_not_called_offline() -> None:
    """The root's timeout says nothing of this machine: the zone's own words stay."""
    view = asyncio.run(look("example.com", EXPECTED, TimesOut()))

    assert TimesOut.SILENCE == view.zone
    assert "not online" not in repr(view.lookups)


class NeverAnswers(KnowsNothing):
    """Packets that go nowhere, for longer than anybody waits."""

    async def ask(self, question: Question) -> Answer:
        """Nothing."""
        await asyncio.sleep(3600)
        return await super().ask(question)

    async def find_zone(self, domain: str) -> NoAnswer:
        """Nothing."""
        await asyncio.sleep(3600)
        return await super().find_zone(domain)


def test_what_was_not_answered_in_time_was_asked_all_the_same() -> None:
    """At the deadline each question ends as a timeout: never as absence, nor as not asked."""
    view = asyncio.run(look("example.com", EXPECTED, NeverAnswers(), seconds=0.05))

    assert isinstance(view.zone, NoAnswer)
    assert Why.TIMEOUT is view.zone.why
    said = {q: lookup.answers[RESOLVER] for q, lookup in view.lookups.items()}
    assert Question("_dmarc.example.com", RecordType.TXT) in said
    assert {Why.TIMEOUT} == {a.why if isinstance(a, NoAnswer) else None for a in said.values()}
