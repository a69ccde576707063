"""DNSSEC by the servers that the world runs: BIND signs and serves, Unbound validates.

What holds, and what does not, is theirs to say (RFC 4035): each fault is made in the zone file or
in the trust anchor, and Unbound answers SERVFAIL for it by itself.
"""

import asyncio
import socket
import subprocess
import time

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sendas.dialmap import DialMap
from sendas.dns.answers import Answer, Question, Records, RecordType
from sendas.dns.resolver import NetworkResolver
from sendas.doctor.dns_look import look
from sendas.doctor.dns_questions import Expectations
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.registry import all_rules
from sendas.doctor.run import examine
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region


pytestmark = pytest.mark.peer

ZONE = """$TTL 300
@ SOA ns1 hostmaster 1 3600 600 86400 300
@ NS ns1
ns1 A 127.0.0.1
@ MX 10 inbound-smtp.us-east-1.amazonaws.com.
@ TXT "v=spf1 include:amazonses.com ~all"
"""
_PATIENCE = 10


def _free_port() -> int:
    """A port that is free over TCP and UDP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            port = int(tcp.getsockname()[1])
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@contextmanager
def _running(command: list[str], port: int, log: Path) -> Iterator[None]:
    """The server of *command* while it listens on *port*."""
    with log.open("wb") as told, subprocess.Popen(command, stdout=told, stderr=told) as process:  # noqa: S603  the peer
        try:
            end = time.monotonic() + _PATIENCE
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 0.2).close()
                    break
                except OSError:
                    if time.monotonic() > end or process.poll() is not None:
                        pytest.fail(f"{command[0]} does not listen:\n{log.read_text()}")
                    time.sleep(0.05)
            yield
        finally:
            process.terminate()


def _signed(folder: Path, peer: Callable[[str], str]) -> tuple[Path, str]:
    """The zone as BIND's own tools sign it, and its key-signing key as a trust anchor."""
    (folder / "zone").write_text(ZONE)
    key = [peer("dnssec-keygen"), "-q", "-K", str(folder), "-a", "ECDSAP256SHA256"]
    for flags in ([], ["-f", "KSK"]):
        subprocess.run([*key, *flags, "example.com"], check=True, capture_output=True)  # noqa: S603  the peer
    sign = [peer("dnssec-signzone"), "-S", "-K", str(folder), "-o", "example.com", "zone"]
    subprocess.run(sign, check=True, capture_output=True, cwd=folder)  # noqa: S603  the peer
    keys = [path.read_text() for path in folder.glob("Kexample.com.*.key")]
    anchor = next(line for text in keys for line in text.splitlines() if " 257 " in line)
    return folder / "zone.signed", anchor


@pytest.fixture
def resolver(
    peer: Callable[[str], str], tmp_path: Path
) -> Iterator[Callable[..., NetworkResolver]]:
    """Serve the zone, by *spoil* changed after it was signed, and validate it by *anchor*."""
    with ExitStack() as stack:

        def serve(
            spoil: Callable[[str], str] = lambda text: text, anchor: str | None = None
        ) -> NetworkResolver:
            signed, own = _signed(tmp_path, peer)
            signed.write_text(spoil(signed.read_text()))
            at, asked = _free_port(), _free_port()
            (tmp_path / "named.conf").write_text(
                f'options {{ directory "{tmp_path}"; listen-on port {at} {{ 127.0.0.1; }}; '
                "listen-on-v6 { none; }; recursion no; pid-file none; dnssec-validation no; "
                f'session-keyfile "{tmp_path}/session.key"; }}; controls {{ }}; '
                f'zone "example.com" {{ type primary; file "{signed}"; }};'
            )
            (tmp_path / "unbound.conf").write_text(
                f'server:\n interface: 127.0.0.1\n port: {asked}\n directory: "{tmp_path}"\n'
                ' username: ""\n chroot: ""\n pidfile: ""\n use-syslog: no\n'
                ' do-not-query-localhost: no\n module-config: "validator iterator"\n'
                f' trust-anchor: "{anchor or own}"\n'
                f"stub-zone:\n name: example.com\n stub-addr: 127.0.0.1@{at}\n"
            )
            named = [peer("named"), "-g", "-c", str(tmp_path / "named.conf")]
            unbound = [peer("unbound"), "-d", "-c", str(tmp_path / "unbound.conf")]
            stack.enter_context(_running(named, at, tmp_path / "named.log"))
            stack.enter_context(_running(unbound, asked, tmp_path / "unbound.log"))
            return NetworkResolver(
                ("127.0.0.1", asked), DialMap({"127.0.0.1:53": ("127.0.0.1", at)})
            )

        yield serve


def asked(resolver: NetworkResolver) -> Answer:
    """The domain's MX."""
    return asyncio.run(resolver.ask(Question("example.com", RecordType.MX)))


def roots(resolver: NetworkResolver) -> tuple[str, ...]:
    """What the doctor blames, by the DNS alone."""
    view = asyncio.run(look("example.com", Expectations(), resolver, seconds=20))
    evidence = Evidence(
        Subject("example.com", Region("us-east-1")),
        datetime(2026, 11, 29, tzinfo=UTC),
        zone=view.zone,
        lookups=view.lookups,
    )
    return examine(evidence, rules=all_rules()).roots


def test_a_zone_that_validates_is_read(resolver: Callable[..., NetworkResolver]) -> None:
    """What BIND signed and Unbound holds for true comes through, and DNSSEC is no root."""
    serving = resolver()

    assert isinstance(asked(serving), Records)
    assert "DNS106" not in roots(serving)


def test_a_record_changed_after_it_was_signed_is_bogus(
    resolver: Callable[..., NetworkResolver],
) -> None:
    """Whoever edits a signed zone by hand hears that signatures fail, not of an absent record."""
    serving = resolver(lambda text: text.replace("10 inbound-smtp", "20 inbound-smtp"))
    answer = asked(serving)

    assert isinstance(answer, NoAnswer)
    assert Why.BOGUS is answer.why
    assert ("DNS106",) == roots(serving)[:1]


def test_keys_that_the_parent_does_not_know_are_bogus(
    resolver: Callable[..., NetworkResolver],
) -> None:
    """After a move to another provider the parent still vouches for the old keys: all is lost."""
    stranger = (
        "example.com. DS 12345 13 2 "
        "49FD46E6C4B45C55D4AC4FE8F1B9C2F5A3D7E6B1C0A9F8E7D6C5B4A392817061"
    )
    serving = resolver(anchor=stranger)
    answer = asked(serving)

    assert isinstance(answer, NoAnswer)
    assert Why.BOGUS is answer.why
    assert ("DNS106",) == roots(serving)[:1]
