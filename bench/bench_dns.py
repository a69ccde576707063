"""How long all DNS questions about a domain take, checkdmarc beside us.

One name server on loopback answers each question after 20 ms, with or without
recursion, so it plays the resolver and both of the zone's servers.  We and
checkdmarc look at the same domain in turn, in one run; only the looking is
timed, not the imports.  checkdmarc asks less: no DKIM, and one server.
"""

import asyncio
import logging
import statistics
import sys
import threading
import time

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dns.nameserver

from checkdmarc import check_domains
from dnslib import QTYPE, RCODE, RR, SOA, DNSRecord

from sendas.dialmap import DialMap
from sendas.dns.resolver import NetworkResolver
from sendas.doctor.dns_look import look
from sendas.doctor.dns_questions import Expectations


DELAY_SECONDS, ROUNDS, GOAL = 0.020, 7, 6
DOMAIN = "example.com"
TOKENS = (
    "hirjd4exampled5477y22yd23ettobi",
    "v3rnz522czcl46quexamplek3efo5o6x",
    "y4examplexbhyhnsjcmtvzotfvqjmdqoj",
)
ZONE = """
com. 900 IN NS a.gtld-servers.net.
example.com. 300 IN SOA ns1.example.net. hostmaster.example.net. 7 3600 600 86400 300
example.com. 300 IN NS ns1.example.net.
example.com. 300 IN NS ns2.example.net.
ns1.example.net. 300 IN A 198.51.100.1
ns2.example.net. 300 IN A 198.51.100.2
example.com. 300 IN A 192.0.2.80
example.com. 300 IN MX 10 inbound-smtp.us-east-1.amazonaws.com.
inbound-smtp.us-east-1.amazonaws.com. 60 IN A 192.0.2.25
example.com. 300 IN TXT "v=spf1 include:amazonses.com include:_spf.example.org a mx ~all"
amazonses.com. 300 IN TXT "v=spf1 ip4:199.255.192.0/22 ip4:54.240.0.0/18 -all"
_spf.example.org. 300 IN TXT "v=spf1 include:_nets.example.org include:_nets2.example.org ~all"
_nets.example.org. 300 IN TXT "v=spf1 ip4:192.0.2.0/25 ~all"
_nets2.example.org. 300 IN TXT "v=spf1 ip4:203.0.113.0/24 ~all"
_dmarc.example.com. 300 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@reports.example.org"
example.com._report._dmarc.reports.example.org. 300 IN TXT "v=DMARC1"
bounce.example.com. 300 IN MX 10 feedback-smtp.us-east-1.amazonses.com.
feedback-smtp.us-east-1.amazonses.com. 60 IN A 192.0.2.26
bounce.example.com. 300 IN TXT "v=spf1 include:amazonses.com ~all"
""" + "".join(
    f"{t}._domainkey.example.com. 300 IN CNAME {t}.dkim.amazonses.com.\n"
    f'{t}.dkim.amazonses.com. 300 IN TXT "p=MIGfMA0GCSqGSIb3DQEB"\n'
    for t in TOKENS
)


class _Server:
    """A quick server that is slow on purpose: answers are packed once, then sent late."""

    def __init__(self, zone: str = ZONE) -> None:
        self.asked = 0
        self._records: dict[str, list[RR]] = {}
        for record in RR.fromZone(zone):
            self._records.setdefault(str(record.rname).rstrip(".").lower(), []).append(record)
        self._packed: dict[tuple[bytes, int], bytes] = {}

    def answer(self, wire: bytes) -> bytes:
        self.asked += 1
        query = DNSRecord.parse(wire)
        key = (bytes(str(query.q.qname).lower(), "ascii"), query.q.qtype)
        if key not in self._packed:
            self._packed[key] = self._pack(query)
        packed = self._packed[key]
        end = wire.index(b"\0", 12) + 5
        return wire[:2] + packed[2:12] + wire[12:end] + packed[end:]

    def _pack(self, query: DNSRecord) -> bytes:
        reply = query.reply(aa=True, ra=True)
        name, kind = str(query.q.qname).rstrip(".").lower(), query.q.qtype
        for _ in range(4):
            here = self._records.get(name, [])
            wanted = [r for r in here if r.rtype == kind]
            aliases = [r for r in here if r.rtype == QTYPE.CNAME]
            for record in wanted or aliases:
                reply.add_answer(record)
            if wanted or not aliases:
                break
            name = str(aliases[0].rdata).rstrip(".").lower()
        if not wanted:
            reply.header.rcode = RCODE.NOERROR if here else RCODE.NXDOMAIN
            zone = ".".join(name.split(".")[-2:])
            times = (7, 3600, 600, 86400, 300)
            reply.add_auth(
                RR(zone, QTYPE.SOA, rdata=SOA(f"ns1.{zone}", f"x.{zone}", times), ttl=300)
            )
        return bytes(reply.pack())


@contextmanager
def _serving(server: _Server) -> Iterator[int]:
    """*server* in a thread of its own, over UDP and TCP; gives the port."""
    loop = asyncio.new_event_loop()

    class Datagrams(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            loop.call_later(DELAY_SECONDS, self.transport.sendto, server.answer(data), addr)

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2), "big")
        said = server.answer(await reader.readexactly(length))
        await asyncio.sleep(DELAY_SECONDS)
        writer.write(len(said).to_bytes(2, "big") + said)
        writer.close()

    async def start() -> int:
        while True:  # somebody may hold the UDP port whose TCP twin is free
            listener = await asyncio.start_server(stream, "127.0.0.1", 0)
            port = int(listener.sockets[0].getsockname()[1])
            try:
                await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", port))
            except OSError:
                listener.close()
            else:
                return port

    port = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _ours(port: int) -> None:
    """One look, from nothing known to everything answered."""
    pairs = {f"198.51.100.{n}:53": ("127.0.0.1", port) for n in (1, 2)}
    resolver = NetworkResolver(("127.0.0.1", port), DialMap(pairs))
    view = asyncio.run(look(DOMAIN, Expectations(TOKENS, "bounce.example.com"), resolver))
    if any(lookup.silent for lookup in view.lookups.values()):
        sys.exit("a question of ours got no answer: the figures would mean nothing")


def _checkdmarc(port: int) -> None:
    """Checkdmarc's whole check its caches emptied."""
    _forget()
    server = dns.nameserver.Do53Nameserver("127.0.0.1", port)
    check_domains([DOMAIN], nameservers=[server], timeout=2.0)


def _forget() -> None:
    """Empty every cache of the peer's, so that each round asks again."""
    for name, module in list(sys.modules.items()):
        if name.startswith("checkdmarc"):
            for thing in vars(module).values():
                if type(thing).__name__ == "ExpiringDict":
                    thing.clear()


def _time(work: Callable[[int], None], port: int, server: _Server) -> tuple[float, int]:
    before, start = server.asked, time.perf_counter()
    work(port)
    return time.perf_counter() - start, server.asked - before


def main() -> int:
    """Print the table; exit status 1 if the goal is missed."""
    logging.disable(logging.CRITICAL)
    server = _Server()
    runs: dict[str, list[tuple[float, int]]] = {"sendas": [], "checkdmarc": []}
    with _serving(server) as port:
        for _ in range(ROUNDS + 1):  # the first warms both up and is thrown away
            runs["sendas"].append(_time(_ours, port, server))
            runs["checkdmarc"].append(_time(_checkdmarc, port, server))
    print(
        f"All DNS questions for one domain, {DELAY_SECONDS * 1000:.0f} ms per answer, "
        f"{ROUNDS} rounds in turn"
    )
    print(f"{'':12}{'median':>9}{'range':>20}{'questions':>11}")
    medians = {}
    for name, measured in runs.items():
        seconds = [one for one, _ in measured[1:]]
        medians[name] = statistics.median(seconds)
        span = f"{min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f} ms"
        print(f"{name:12}{medians[name] * 1000:>6.0f} ms{span:>20}{measured[-1][1]:>11}")
    ratio = medians["checkdmarc"] / medians["sendas"]
    met = ratio >= GOAL
    print(
        f"checkdmarc takes {ratio:.1f} times as long; goal: at least {GOAL}: "
        f"{'met' if met else 'MISSED'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
