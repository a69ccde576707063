"""Name servers and the resolver over real sockets, asked by dnspython."""

import socket
import time

from collections.abc import Callable
from datetime import timedelta

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import pytest

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sendas_lab.dns.internet import Dns
from sendas_lab.dns.nameserver import Fault
from sendas_lab.network import Network


Ask = Callable[..., dns.message.Message]
FIRST, SECOND = "ns1.dns-host.example", "ns2.dns-host.example"


def texts(answer: dns.message.Message) -> list[str]:
    """The answer section, one line a record, without names and TTLs."""
    return sorted(rdata.to_text() for rrset in answer.answer for rdata in rrset)


@pytest.mark.parametrize("tcp", [False, True])
def test_the_resolver_answers(ask: Ask, *, tcp: bool) -> None:
    """Recursion is available, and the answer is not authoritative."""
    answer = ask("example.com", "MX", tcp=tcp)

    assert ["10 mx.example.com."] == texts(answer)
    assert answer.flags & dns.flags.RA
    assert not answer.flags & dns.flags.AA


@pytest.mark.parametrize("server", [FIRST, "192.0.2.6"])
def test_an_authoritative_server_answers(ask: Ask, server: str) -> None:
    """By name or by its made-up address; AA is set, recursion is not offered."""
    answer = ask("example.com", "MX", server)

    assert ["10 mx.example.com."] == texts(answer)
    assert answer.flags & dns.flags.AA
    assert not answer.flags & dns.flags.RA


def test_absence_of_the_name(ask: Ask) -> None:
    """NXDOMAIN, with the SOA."""
    answer = ask("nope.example.com", "A", FIRST)

    assert dns.rcode.NXDOMAIN == answer.rcode()
    assert "SOA" in answer.authority[0].to_text()


def test_absence_of_the_type(ask: Ask) -> None:
    """NOERROR without an answer, with the SOA."""
    answer = ask("example.com", "AAAA", FIRST)

    assert dns.rcode.NOERROR == answer.rcode()
    assert [] == texts(answer)
    assert "SOA" in answer.authority[0].to_text()


def test_a_zone_of_somebody_else(ask: Ask) -> None:
    """An authoritative server refuses what it does not serve."""
    assert dns.rcode.REFUSED == ask("example.org", "MX", FIRST).rcode()


def test_the_root_refers(ask: Ask) -> None:
    """The parent's side names the delegated servers, without AA."""
    answer = ask("www.example.com", "A", "a.root-servers.net")

    assert not answer.flags & dns.flags.AA
    assert {f"{FIRST}.", f"{SECOND}."} == {r.to_text() for r in answer.authority[0]}


def test_what_udp_cannot_hold(ask: Ask, internet: Dns) -> None:
    """TC and no records over UDP; everything over TCP (RFC 2181, 9)."""
    internet.provider.zone("example.com").set("long.example.com", "TXT", "x" * 700)

    cut = ask("long.example.com", "TXT", FIRST)
    whole = ask("long.example.com", "TXT", FIRST, tcp=True)

    assert cut.flags & dns.flags.TC
    assert [] == texts(cut)
    assert "x" * 700 == b"".join(whole.answer[0][0].strings).decode()


def test_strings_stay_apart(ask: Ask, internet: Dns) -> None:
    """A TXT record of two strings arrives as two."""
    internet.provider.zone("example.com").set("two.example.com", "TXT", '"a" "b"')

    assert ['"a" "b"'] == texts(ask("two.example.com", "TXT"))


def test_ses_publishes(ask: Ask) -> None:
    """SES's own names are in the DNS."""
    assert ["203.0.113.1"] == texts(ask("email-smtp.us-east-1.amazonaws.com", "A"))


@pytest.mark.parametrize(
    ("fault", "rcode"),
    [
        (Fault.SERVFAIL, dns.rcode.SERVFAIL),
        (Fault.REFUSED, dns.rcode.REFUSED),
        (Fault.LAME, dns.rcode.NOERROR),
    ],
)
def test_a_broken_server(ask: Ask, internet: Dns, fault: Fault, rcode: dns.rcode.Rcode) -> None:
    """It answers in its way, never with the records; the resolver asks the other server."""
    internet.servers[FIRST].fault = fault

    answer = ask("example.com", "MX", FIRST)

    assert rcode == answer.rcode()
    assert [] == texts(answer)
    assert ["10 mx.example.com."] == texts(ask("example.com", "MX"))


def test_a_silent_server(ask: Ask, internet: Dns) -> None:
    """A server that times out says nothing; the resolver asks the other one."""
    internet.servers[FIRST].fault = Fault.TIMEOUT

    with pytest.raises(dns.exception.Timeout):
        ask("example.com", "MX", FIRST, wait=0.2)
    assert ["10 mx.example.com."] == texts(ask("example.com", "MX"))


def test_all_servers_broken(ask: Ask, internet: Dns) -> None:
    """To the asker of the resolver it is SERVFAIL, never absence."""
    for name in (FIRST, SECOND):
        internet.servers[name].fault = Fault.TIMEOUT

    assert dns.rcode.SERVFAIL == ask("example.com", "MX").rcode()


def test_an_older_zone(ask: Ask, internet: Dns) -> None:
    """One server lags behind an edit, the other does not."""
    internet.servers[SECOND].keep_serving("example.com")
    internet.provider.zone("example.com").set("example.com", "MX", "20 other.example.net.")

    assert ["20 other.example.net."] == texts(ask("example.com", "MX", FIRST))
    assert ["10 mx.example.com."] == texts(ask("example.com", "MX", SECOND))


def test_a_zone_that_is_not_delegated(ask: Ask, internet: Dns) -> None:
    """What is edited at a former provider is nobody's answer."""
    internet.former.zone("example.com").set("_dmarc.example.com", "TXT", "v=DMARC1; p=none")

    assert dns.rcode.NXDOMAIN == ask("_dmarc.example.com", "TXT").rcode()
    assert ['"v=DMARC1; p=none"'] == texts(
        ask("_dmarc.example.com", "TXT", "ns1.former-host.example")
    )


def test_answers_can_be_slow(ask: Ask, internet: Dns) -> None:
    """Each answer waits as long as it is told, and others need not."""
    internet.servers[FIRST].delay = timedelta(milliseconds=150)

    started = time.monotonic()
    ask("example.com", "MX", SECOND)
    quick = time.monotonic() - started
    ask("example.com", "MX", FIRST)
    slow = time.monotonic() - started - quick

    assert quick < 0.15 <= slow


def test_a_record_that_cannot_be_packed(ask: Ask, internet: Dns) -> None:
    """A nonsense value in a zone is SERVFAIL, and the server lives on."""
    internet.provider.zone("example.com").set("bad.example.com", "A", "not an address")

    assert dns.rcode.SERVFAIL == ask("bad.example.com", "A", FIRST).rcode()
    assert ["10 mx.example.com."] == texts(ask("example.com", "MX", FIRST))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(noise=st.binary(max_size=60))
def test_noise_kills_nobody(network: Network, ask: Ask, noise: bytes) -> None:
    """Whatever arrives on the port, the next question is answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(noise, network.dial_map().dial(FIRST, 53))

    assert ["10 mx.example.com."] == texts(ask("example.com", "MX", FIRST))
