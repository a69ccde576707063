"""What the tests of the DNS room share: name servers on loopback, their world as data."""

import asyncio

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from typing import cast

import pytest

from dnslib import QTYPE, RCODE, RR, SOA, DNSRecord


@dataclass
class NameServer:
    """One server: its records as zone-file text, and how it misbehaves.

    *authoritative_for* are the zones it answers for with authority; without
    any it is a recursive resolver that knows just its text.  *mood* is a word
    for every answer: ``refused``, ``servfail``, ``silent``, ``lame``,
    ``truncated``, ``garbage``, ``no-edns``.
    """

    text: str = ""
    authoritative_for: tuple[str, ...] = ()
    mood: str = ""
    delay_seconds: float = 0.0
    asked: list[str] = field(default_factory=list)
    over_tcp: int = 0
    unanswered: int = 0
    most_unanswered: int = 0
    """How many questions waited for their answer at once."""

    def answer(self, wire: bytes, *, tcp: bool) -> bytes | None:
        """The answer to *wire*; None for silence."""
        query = DNSRecord.parse(wire)
        name = str(query.q.qname).rstrip(".").lower()
        kind = QTYPE[query.q.qtype]
        self.asked.append(f"{kind} {name}")
        self.over_tcp += tcp
        reply = query.reply(ra=not self.authoritative_for, aa=bool(self.authoritative_for))
        match self.mood:
            case "silent":
                return None
            case "garbage":
                return wire[:2] + bytes([wire[2] | 0x80]) + wire[3:6] + b"\0\5" + wire[8:]
            case "refused" | "servfail":
                reply.header.rcode = getattr(RCODE, self.mood.upper())
                return bytes(reply.pack())
            case "no-edns" if query.ar:
                reply.header.rcode = RCODE.FORMERR
                return bytes(reply.pack())
            case "truncated" if not tcp:
                reply.header.tc = 1
                return bytes(reply.pack())
        self._fill(reply, name, kind)
        if self.mood == "lame":
            reply.header.aa = 0
        return bytes(reply.pack())

    def _fill(self, reply: DNSRecord, name: str, kind: str) -> None:
        records = RR.fromZone(self.text)
        names = {str(r.rname).rstrip(".").lower() for r in records}
        for _ in range(8):
            here = [r for r in records if str(r.rname).rstrip(".").lower() == name]
            wanted = [r for r in here if QTYPE[r.rtype] == kind]
            for record in wanted:
                reply.add_answer(record)
            aliases = [r for r in here if QTYPE[r.rtype] == "CNAME"]
            if wanted or not aliases:
                break
            reply.add_answer(aliases[0])
            name = str(aliases[0].rdata).rstrip(".").lower()
        else:
            return
        if wanted:
            return
        exists = name in names or any(n.endswith(f".{name}") for n in names)
        reply.header.rcode = RCODE.NOERROR if exists else RCODE.NXDOMAIN
        apexes = [z for z in self.authoritative_for if name == z or name.endswith(f".{z}")]
        apex = apexes[0] if apexes else ".".join(name.split(".")[-2:])
        if self.authoritative_for and not apexes:
            reply.header.rcode = RCODE.NOERROR
            apex = self.authoritative_for[0]
        times = (1, 3600, 600, 86400, 300)
        reply.add_auth(
            RR(apex, QTYPE.SOA, rdata=SOA("ns1.example.net", "x.example.net", times), ttl=900)
        )

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[tuple[str, int]]:
        """Answer on loopback, over UDP and TCP at one free port."""
        server = self

        class Datagrams(asyncio.DatagramProtocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                self.transport = cast("asyncio.DatagramTransport", transport)

            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                said = server.answer(data, tcp=False)
                if said is not None:
                    server.unanswered += 1
                    server.most_unanswered = max(server.most_unanswered, server.unanswered)
                    loop.call_later(server.delay_seconds, self._send, said, addr)

            def _send(self, said: bytes, addr: tuple[str, int]) -> None:
                server.unanswered -= 1
                self.transport.sendto(said, addr)

        async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with closing(writer):  # also when the test ends in the middle
                length = int.from_bytes(await reader.readexactly(2), "big")
                said = server.answer(await reader.readexactly(length), tcp=True)
                if said is not None:
                    writer.write(len(said).to_bytes(2, "big") + said)

        loop = asyncio.get_running_loop()
        for _ in range(50):  # somebody may hold the UDP port whose TCP twin is free
            listener = await asyncio.start_server(stream, "127.0.0.1", 0)
            port = listener.sockets[0].getsockname()[1]
            try:
                transport, _ = await loop.create_datagram_endpoint(
                    Datagrams, local_addr=("127.0.0.1", port)
                )
                break
            except OSError:
                listener.close()
        try:
            yield "127.0.0.1", port
        finally:
            transport.close()
            listener.close()
            await listener.wait_closed()


@pytest.fixture
def name_server() -> type[NameServer]:
    """The class, for a test to make as many as it wants."""
    return NameServer
