"""What strangers try: nothing is taken that should not be, and nobody else is slowed."""

import asyncio
import base64
import contextlib
import smtplib
import socket
import ssl
import threading
import time

from collections.abc import Callable

import pytest

from relay_world import HOST, ME, SECRET, Running, network

from sendas.relay.decide.limits import Limits
from sendas.relay.decide.offers import Door
from sendas.relay.session import Session


TO = "you@example.net"
PLAIN = b"AUTH PLAIN " + base64.b64encode(f"\0{ME}\0{SECRET}".encode()) + b"\r\n"
ENVELOPE = (
    b"EHLO x\r\n", f"MAIL FROM:<{ME}>\r\n".encode(), b"RCPT TO:<you@example.net>\r\n", b"DATA\r\n",
)  # fmt: skip


def reply(file: object) -> bytes:
    """The last line of one reply; empty at the end."""
    while (line := file.readline()) and b"-" == line[3:4]:  # type: ignore[attr-defined]
        pass
    return bytes(line).rstrip()


@pytest.fixture
def near(start: Callable[..., Running]) -> Running:
    """A relay that takes this machine's mail without a login, in clear: easy to attack."""
    return start(networks=(network("127.0.0.0/8"),))


# SMTP smuggling ---------------------------------------------------------------------

# The ends that some server of 2023 took for the end of data (SEC Consult, "SMTP Smuggling";
# CVE-2023-51764, -51765, -51766), and their kin.
ENDS = [
    b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\n", b"\n.\r", b"\r\n.\r", b"\r.\r\n",
    b"\n\n.\r\n", b"\r\n\0.\r\n", b"\r\n.\0\r\n", b"\r\n.\r\r\n", b"\r\r\n.\r\r\n", b"\n\r.\r\n",
    b"\r\n.\x0b\r\n", b"\r\n. \r\n", b"\r\n .\r\n", b"\x85.\x85", b"\r\n..\r\n",
]  # fmt: skip


def test_smuggling(near: Running) -> None:
    """One mail goes in, one comes out, with the second's commands as text in it; for each end."""
    for number, end in enumerate(ENDS):
        for size in (7, 10_000):  # in pieces, and at once
            smuggle(near, end, f"{number}-{size}", size)
    near.wait(lambda: 2 * len(ENDS) == len(near.ses.sent), 30)

    for sent in near.ses.sent:
        assert (TO,) == sent.submission.recipients
        assert b"Subject: two" in sent.content


def smuggle(near: Running, end: bytes, name: str, size: int) -> None:
    """Send a mail that holds another behind *end*; the relay answers once."""
    inner = f"MAIL FROM:<{ME}>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\n".encode()
    raw = (
        f"From: {ME}\r\nSubject: one {name}\r\n\r\nx".encode() + end + inner
        + f"From: {ME}\r\nSubject: two\r\n\r\nsmuggled\r\n.\r\n".encode()
    )  # fmt: skip
    with near.raw() as connection:
        file = connection.makefile("rb")
        reply(file)
        for line in ENVELOPE:
            connection.sendall(line)
            reply(file)
        for at in range(0, len(raw), size):
            connection.sendall(raw[at : at + size])
        assert b"250" == reply(file)[:3]
        connection.sendall(b"QUIT\r\n")
        assert b"221" == reply(file)[:3]


def test_nothing_but_the_end_ends_it(near: Running) -> None:
    """And what follows the real end is a command, even in one packet."""
    raw = b"".join(ENVELOPE) + f"From: {ME}\r\n\r\nx\r\n.\r\nRSET\r\nQUIT\r\n".encode()
    with near.raw() as connection:
        connection.sendall(raw)
        said = b"".join(iter(lambda: connection.recv(4096), b""))

    codes = [line[:3] for line in said.splitlines() if b" " == line[3:4]]
    assert [b"220", b"250", b"250", b"250", b"354", b"250", b"250", b"221"] == codes


# STARTTLS -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "injected", [b"NOOP\r\n", PLAIN, b"MAIL FROM:<x@example.net>\r\n", b"EHLO evil\r\n" * 50]
)
def test_starttls_injection(relay: Running, injected: bytes) -> None:
    """RFC 3207, 6; CVE-2011-0411: what came in clear behind STARTTLS is no command under TLS."""
    with relay.raw() as connection:
        file = connection.makefile("rb")
        reply(file)
        connection.sendall(b"EHLO x\r\n")
        reply(file)
        connection.sendall(b"STARTTLS\r\n" + injected)
        assert b"220" == reply(file)[:3]
        with relay.client_tls.wrap_socket(connection, server_hostname=HOST) as secure:
            secure.sendall(b"MAIL FROM:<me@example.com>\r\n")
            assert secure.recv(4096).startswith(b"530 5.7.0 Authentication")


def test_ehlo_in_one_flight_with_the_handshake(relay: Running) -> None:
    """A client that sends EHLO with its Finished is answered: nothing under TLS is lost."""
    for _ in range(20):
        with relay.raw() as connection:
            file = connection.makefile("rb")
            reply(file)
            connection.sendall(b"EHLO x\r\n")
            reply(file)
            connection.sendall(b"STARTTLS\r\n")
            reply(file)
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            inside = relay.client_tls.wrap_bio(incoming, outgoing, server_hostname=HOST)
            while True:
                try:
                    inside.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    connection.sendall(outgoing.read())
                    incoming.write(connection.recv(65_536))
            inside.write(b"EHLO again\r\n")
            connection.sendall(outgoing.read())  # Finished and EHLO together
            said = b""
            while not said.endswith(b"\r\n"):
                incoming.write(connection.recv(65_536))
                with contextlib.suppress(ssl.SSLWantReadError):
                    said += inside.read(65_536)
        assert b"250 AUTH" in said or b"250-AUTH" in said


def test_a_hello_before_tls_has_the_connection(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uvloop reads on behind `connection_made`: the ClientHello that came early is not lost."""
    really = Session._tls  # noqa: SLF001  what is delayed here

    async def late(session: Session) -> None:
        transport = session._transport  # noqa: SLF001  the same
        assert transport is not None
        if session._machine is None:  # noqa: SLF001  the same
            transport.resume_reading()
            await asyncio.sleep(0.1)
            assert session._hello  # noqa: SLF001  it has come
        await really(session)

    monkeypatch.setattr(Session, "_tls", late)
    with relay.client(implicit=True) as client:
        assert {} == client.sendmail(ME, [TO], f"From: {ME}\r\n\r\nx\r\n")


# Slow, endless, many --------------------------------------------------------------------


def timed(relay: Running, mails: int = 40) -> float:
    """The slowest of some mails that an honest client sends meanwhile, in seconds."""
    slowest = 0.0
    with relay.client() as client:
        for n in range(mails):
            began = time.perf_counter()
            client.sendmail(ME, [TO], f"From: {ME}\r\nSubject: {n}\r\n\r\nx\r\n")
            slowest = max(slowest, time.perf_counter() - began)
    return slowest


def test_slowloris(start: Callable[..., Running]) -> None:
    """A byte now and then: hung up on in time; before, others are served."""
    relay = start(limits=Limits(free_disk_bytes=0, before_login_seconds=2.0))
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(relay.raw()) for _ in range(100)]
        for connection in slow:
            connection.sendall(b"EHLO slow")
        timed(relay)
        until = time.monotonic() + 20
        for connection in slow:
            connection.settimeout(max(until - time.monotonic(), 0.1))
            said = b"".join(iter(lambda one=connection: one.recv(4096), b""))  # type: ignore[misc]
            assert said.splitlines()[-1].startswith(b"421 4.4.2")
    relay.wait(lambda: not relay.relay.sessions)


def test_slow_data(start: Callable[..., Running]) -> None:
    """Content that trickles in is not waited for for ever, logged in or not."""
    limits = Limits(free_disk_bytes=0, data_seconds=1.0)
    relay = start(limits=limits, networks=(network("127.0.0.0/8"),))
    with relay.raw() as connection:
        connection.sendall(b"".join(ENVELOPE) + b"From: x")
        connection.settimeout(20)
        said = b"".join(iter(lambda: connection.recv(4096), b""))

    assert said.splitlines()[-1].startswith(b"421 4.4.2")
    assert 0 == relay.relay.receiving_bytes


def test_endless_lines(relay: Running) -> None:
    """Megabytes without a line end: 500, then 421; memory holds no more than a line's worth."""
    with relay.raw() as connection, contextlib.suppress(OSError):
        connection.sendall(b"EHLO x\r\n")
        for _ in range(200):
            connection.sendall(b"x" * 65_536)
        (session,) = relay.relay.sessions
        assert session._machine is not None  # noqa: SLF001  how much it holds is the question
        assert session._machine.buffered < 1_000_000  # noqa: SLF001  the same
        connection.sendall(b"\r\nQUIT\r\n")
        connection.settimeout(10)
        said = b"".join(iter(lambda: connection.recv(65_536), b""))
        assert b"500 5.5.2 Line too long" in said


@pytest.mark.parametrize(
    "line",
    [b"MAIL FROM:<\0@example.com>", b"\xff\xfe\0", b"EHLO \xe4", b"\0" * 100, b"AUTH PLAIN =\0"],
)
def test_nul_and_8_bit_in_commands(relay: Running, line: bytes) -> None:
    """Answered with 5yz or taken as a name; never a crash, never a silence."""
    with relay.raw() as connection:
        file = connection.makefile("rb")
        reply(file)
        connection.sendall(line + b"\r\nNOOP\r\n")
        assert reply(file)[:1] in {b"5", b"2"}
        assert b"250" == reply(file)[:3]


@pytest.mark.parametrize("line", [b"NOOP\r\n", b"RSET\r\n", b"EHLO x\r\n", b"VRFY x\r\n"])
def test_a_client_that_keeps_us_busy(relay: Running, line: bytes) -> None:
    """A hundred commands for nothing are answered, ten more are errors, then 421."""
    with relay.raw() as connection, contextlib.suppress(OSError):
        connection.sendall(line * 5000)
        connection.settimeout(10)
        said = b"".join(iter(lambda: connection.recv(65_536), b""))
    codes = [one[:3] for one in said.splitlines() if b" " == one[3:4]]
    assert (b"421", 111) == (codes[-1], len(codes))


def test_commands_between_mails_count_anew(near: Running) -> None:
    """A client that asks 60 times before each of three mails is no nuisance."""
    with near.raw() as connection:
        file = connection.makefile("rb")
        reply(file)
        for _ in range(3):
            for line in (*[b"NOOP\r\n"] * 60, *ENVELOPE, f"From: {ME}\r\n\r\nx\r\n.\r\n".encode()):
                connection.sendall(line)
                said = reply(file)
            assert b"250" == said[:3]
    near.wait(lambda: 3 == len(near.ses.sent))


def test_a_client_that_never_reads(near: Running) -> None:
    """Its replies fill the pipe, then nothing more is read of it; others are served."""
    with near.raw() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(1)
        with contextlib.suppress(OSError):
            for _ in range(60):
                connection.sendall(b"NOOP\r\n" * 1000)
        timed(near, 5)


def test_auth_flood(relay: Running) -> None:
    """Hundreds of wrong logins at once: none gets in, and the owner's mail goes on."""
    bad = [base64.b64encode(f"\0{ME}\0guess{n}".encode()) for n in range(300)]
    said: list[bytes] = []

    def flood(mine: list[bytes]) -> None:
        for guess in mine:
            with contextlib.suppress(OSError):
                secure = relay.client_tls.wrap_socket(
                    relay.raw(Door.IMPLICIT), server_hostname=HOST
                )
                with secure as connection:
                    connection.settimeout(0.2)
                    connection.sendall(b"EHLO x\r\nAUTH PLAIN " + guess + b"\r\n")
                    time.sleep(0.01)
                    said.append(connection.recv(65_536))

    floods = [threading.Thread(target=flood, args=(bad[n::10],)) for n in range(10)]
    for one in floods:
        one.start()
    timed(relay)
    for one in floods:
        one.join()

    assert not any(b"235" in one for one in said)
    assert relay.relay.figures.logins_failed > 50


def test_many_connections(start: Callable[..., Running]) -> None:
    """Beyond the limit 421 at once; within it, and logged in, mail goes."""
    relay = start(limits=Limits(free_disk_bytes=0, connections=300, connections_per_network=200))
    with contextlib.ExitStack() as stack, relay.client() as owner:
        many = [stack.enter_context(relay.raw()) for _ in range(400)]
        greetings = [reply(one.makefile("rb"))[:9] for one in many]
        owner.sendmail(ME, [TO], f"From: {ME}\r\n\r\nx\r\n")

    assert {b"220 relay", b"421 4.7.0"} == set(greetings)
    assert 200 == greetings.count(b"220 relay")
    relay.wait(lambda: not relay.relay.sessions)


def test_memory_is_given_back(start: Callable[..., Running]) -> None:
    """Content beyond the budget of all together: 421 4.3.1, and the budget is whole again."""
    relay = start(
        limits=Limits(free_disk_bytes=0, memory_bytes=1_000_000),
        networks=(network("127.0.0.0/8"),),
    )
    with contextlib.ExitStack() as stack:
        many = [stack.enter_context(relay.raw()) for _ in range(4)]
        for one in many:
            one.sendall(b"".join(ENVELOPE))
        for _ in range(10):
            for one in many:
                with contextlib.suppress(OSError):
                    one.sendall(b"x" * 50_000)
        relay.wait(lambda: len(relay.relay.sessions) < 4)
    relay.wait(lambda: 0 == relay.relay.receiving_bytes)
    timed(relay, 2)


def test_who_hangs_up_in_the_middle(relay: Running) -> None:
    """At each point of the dialogue: nothing is queued, nothing is left."""
    for words in range(5):
        with contextlib.suppress(smtplib.SMTPException), relay.client() as client:
            for line in (f"MAIL FROM:<{ME}>", f"RCPT TO:<{TO}>", "DATA", "half\r\n")[:words]:
                client.send(line + "\r\n")
            client.sock.close()
    relay.wait(lambda: not relay.relay.sessions)

    assert 0 == relay.folder.waiting() == relay.relay.receiving_bytes
