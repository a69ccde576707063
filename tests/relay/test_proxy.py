"""Behind a load balancer: the PROXY protocol, version 2, from named networks and nobody else.

The headers are what HAProxy 2.6.12 (Debian 12) sent to a socket, by ``send-proxy-v2`` and, for
its health check, ``check-send-proxy``; tests/peers/test_relay_proxy.py asks HAProxy itself.
"""

import smtplib

from collections.abc import Callable
from ipaddress import ip_address

import pytest

from hypothesis import given
from hypothesis import strategies as st
from relay_world import HOST, ME, SECRET, Running, network

from sendas.config.networks import parse_network
from sendas.relay import session
from sendas.relay.decide.offers import Door
from sendas.relay.decide.proxy_header import MOST, BadHeader, Header, read_header


START = bytes.fromhex("0d0a0d0a000d0a515549540a")
OF_IPV4 = bytes.fromhex("0d0a0d0a000d0a515549540a2111000c7f0000017f00000181c682ed")
OF_IPV6 = bytes.fromhex(
    "0d0a0d0a000d0a515549540a21210024"
    "0000000000000000000000000000000100000000000000000000000000000001d60882ed"
)
OF_A_CHECK = bytes.fromhex("0d0a0d0a000d0a515549540a20000000")
PROXIES = (parse_network("127.0.0.1"),)


def of(address: str) -> bytes:
    """HAProxy's header for IPv4 with another client in it."""
    return OF_IPV4[:16] + ip_address(address).packed + OF_IPV4[20:]


@pytest.mark.parametrize(
    ("raw", "client"), [(OF_IPV4, "127.0.0.1"), (OF_IPV6, "::1"), (OF_A_CHECK, None)]
)
def test_what_haproxy_sends(raw: bytes, client: str | None) -> None:
    """Its client's address, of either family; nobody's in its own check; what follows stays."""
    source = ip_address(client) if client else None
    assert Header(source, len(raw)) == read_header(raw + b"EHLO x\r\n")
    assert all(read_header(raw[:end]) is None for end in range(len(raw)))


def test_what_stands_behind_the_addresses_is_skipped() -> None:
    """AWS's and others' own fields (TLVs) are within the length: spec, 2.2."""
    own = bytes.fromhex("ea000c01767063652d3132333435")  # PP2_TYPE_AWS, a VPC endpoint's id
    raw = OF_IPV4[:14] + (12 + len(own)).to_bytes(2, "big") + OF_IPV4[16:] + own
    assert Header(ip_address("127.0.0.1"), len(raw)) == read_header(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"EHLO x\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
        START + b"\x11" + OF_IPV4[13:],  # version 1 in version 2's clothes
        START + b"\x22" + OF_IPV4[13:],  # a command that nobody knows
        START + b"\x21\x12" + OF_IPV4[14:],  # UDP
        START + b"\x21\x31\x00\xd8" + bytes(216),  # a socket of Unix
        START + b"\x21\x11\x00\x0b" + OF_IPV4[16:],  # too short for its family
        START + b"\x21\x11" + (MOST).to_bytes(2, "big"),
    ],
)
def test_what_is_no_header(raw: bytes) -> None:
    """It is refused at once: "the receiver must not try to guess" (spec, 2)."""
    with pytest.raises(BadHeader):
        read_header(raw)


@given(st.binary(max_size=60), st.booleans())
def test_any_octets(raw: bytes, begins: bool) -> None:  # noqa: FBT001  hypothesis's
    """Whatever comes: a header, more is needed, or none; none is longer than what came."""
    data = START + raw if begins else raw
    try:
        found = read_header(data)
    except BadHeader:
        return
    assert found is None or found.size <= len(data)


# Through the relay ----------------------------------------------------------------------


def greeted(relay: Running, *pieces: bytes) -> bytes:
    """What the relay says first to a balancer that sends *pieces*; nothing if it hangs up."""
    with relay.raw() as line:
        for piece in pieces:
            line.sendall(piece)
        try:
            return line.recv(200)
        except ConnectionResetError:
            return b""


def test_only_with_a_header(start: Callable[..., Running]) -> None:
    """Whoever is named as a proxy and sends anything else is hung up on, before any greeting."""
    relay = start(proxies=PROXIES)
    assert b"220 " == greeted(relay, of("203.0.113.9"))[:4]
    assert b"220 " == greeted(relay, OF_IPV6[:20], OF_IPV6[20:])[:4]
    assert b"" == greeted(relay, b"EHLO x\r\n")
    assert b"" == greeted(relay, b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n")


def test_from_nobody_else(start: Callable[..., Running]) -> None:
    """A client that was not named as a proxy cannot say that it stands for another."""
    office = network("10.1.0.0/16")
    relay = start(proxies=(parse_network("10.9.9.9"),), networks=(office,))
    with relay.raw() as line:
        line.recv(200)
        line.sendall(of("10.1.2.3") + b"EHLO x\r\nMAIL FROM:<me@example.com>\r\n")
        said = b""
        while b"530" not in said and (more := line.recv(2000)):
            said += more
    assert b"250 2.1.0" not in said
    assert not relay.ses.asked


def said_to_mail(relay: Running, header: bytes) -> bytes:
    """The reply to MAIL, without a login, of who comes behind *header*."""
    with relay.raw() as line, line.makefile("rb") as replies:
        line.sendall(header)
        assert replies.readline().startswith(b"220")
        line.sendall(b"HELO x\r\n")
        assert replies.readline().startswith(b"250")
        line.sendall(b"MAIL FROM:<me@example.com>\r\n")
        return replies.readline()[:3]


def test_the_clients_network_counts(start: Callable[..., Running]) -> None:
    """A printer behind the balancer needs no password; a stranger and the balancer do."""
    office, own = network("10.1.0.0/16"), network("127.0.0.0/8")
    relay = start(proxies=PROXIES, networks=(office, own))
    assert b"250" == said_to_mail(relay, of("10.1.2.3"))
    assert b"530" == said_to_mail(relay, of("203.0.113.9"))
    assert b"530" == said_to_mail(relay, OF_A_CHECK)


@pytest.mark.parametrize("implicit", [False, True])
def test_tls_and_login_behind_a_header(start: Callable[..., Running], implicit: bool) -> None:  # noqa: FBT001  the table's
    """The header stands before TLS; the password was used from the client's network."""
    relay = start(proxies=PROXIES)
    door = Door.IMPLICIT if implicit else Door.STARTTLS
    client = smtplib.SMTP(timeout=10)
    client.sock = relay.raw(door)
    client.sock.sendall(of("203.0.113.9"))
    client._host = HOST  # type: ignore[attr-defined]  # noqa: SLF001  the name to check for
    if implicit:
        client.sock = relay.client_tls.wrap_socket(client.sock, server_hostname=HOST)
    assert client.getreply()[0] == 220
    if not implicit:
        client.starttls(context=relay.client_tls)
    client.login(ME, SECRET)
    client.sendmail(ME, ["you@example.net"], f"From: {ME}\r\n\r\nHello\r\n")
    client.quit()
    relay.wait(lambda: relay.ses.sent)
    relay.wait(lambda: relay.folder.passwords()[0].last_used_from)
    assert relay.folder.passwords()[0].last_used_from.startswith("203.0.113.")


def test_a_balancer_that_says_nothing(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is hung up on after a while; others are served meanwhile."""
    monkeypatch.setattr(session, "_HEADER_SECONDS", 0.2)
    relay = start(proxies=PROXIES)
    with relay.raw() as silent:
        assert b"220 " == greeted(relay, of("203.0.113.9"))[:4]
        assert b"" == silent.recv(1)
