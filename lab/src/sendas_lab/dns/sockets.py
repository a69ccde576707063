"""The servers' sockets: UDP and TCP on one loopback port each, in one thread."""

import asyncio
import contextlib
import socket
import threading

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol, cast

import dnslib

from sendas_lab.dns.packets import failure, packed


LOOPBACK = "127.0.0.1"

_TCP_IDLE_SECONDS = 5.0
_PORTS_TO_TRY = 20


class Responder(Protocol):
    """Whoever answers queries: a name server or the resolver."""

    delay: timedelta

    def respond(self, query: dnslib.DNSRecord) -> dnslib.DNSRecord | None:
        """The packet to send, or None for silence."""


class Sockets:
    """One event loop in a thread that serves any number of responders."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="sendas-lab-dns", daemon=True
        )
        self._close: list[Callable[[], None]] = []
        self._thread.start()

    def serve(self, responder: Responder) -> tuple[str, int]:
        """Start answering; the loopback address and port, the same for UDP and TCP."""
        return asyncio.run_coroutine_threadsafe(self._open(responder), self._loop).result(10)

    def stop(self) -> None:
        """Close every socket and end the thread."""
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _open(self, responder: Responder) -> tuple[str, int]:
        tcp, udp = _pair()
        server = await asyncio.start_server(_Streams(responder).talk, sock=tcp)
        transport, _ = await self._loop.create_datagram_endpoint(
            lambda: _Datagrams(responder), sock=udp
        )
        self._close += [server.close, transport.close]
        return LOOPBACK, tcp.getsockname()[1]

    async def _shut(self) -> None:
        for close in self._close:
            close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _ in range(3):  # what was closed leaves the loop in its next turns
            await asyncio.sleep(0)


def _pair() -> tuple[socket.socket, socket.socket]:
    """A TCP listener and a UDP socket on the same free port."""
    for _ in range(_PORTS_TO_TRY):
        tcp = socket.create_server((LOOPBACK, 0), backlog=64)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
        except OSError:  # somebody else has the UDP port of that number
            tcp.close()
            udp.close()
            continue
        tcp.setblocking(False)  # noqa: FBT003  the standard library's signature
        udp.setblocking(False)  # noqa: FBT003  the standard library's signature
        return tcp, udp
    msg = "no loopback port is free for both UDP and TCP"
    raise OSError(msg)


def _answer(responder: Responder, data: bytes, *, udp: bool) -> bytes | None:
    try:
        query = dnslib.DNSRecord.parse(data)
    except dnslib.DNSError:
        return None  # not DNS: RFC 1035 has no answer for it
    if not query.questions:
        return None
    try:
        answer = responder.respond(query)
        return None if answer is None else packed(answer, query, udp=udp)
    except (dnslib.DNSError, ValueError, KeyError, IndexError, AttributeError):
        # A value that is no record of its type, or a type dnslib cannot write.
        return packed(failure(query, "SERVFAIL"), query, udp=udp)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, responder: Responder) -> None:
        self._responder = responder
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A cast, because in Python 3.11 asyncio's own transport is no DatagramTransport.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = _answer(self._responder, data, udp=True)
        if answer is None:
            return
        delay = self._responder.delay.total_seconds()
        if delay:
            asyncio.get_running_loop().call_later(delay, self._send, answer, addr)
        else:
            self._send(answer, addr)

    def _send(self, answer: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(answer, addr)


class _Streams:
    def __init__(self, responder: Responder) -> None:
        self._responder = responder

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer framed queries until the client goes or falls silent (RFC 1035, 4.2.2)."""
        # Cancelled, too, ends here: the server stops, and Python 3.11's streams would complain.
        ends = (OSError, asyncio.IncompleteReadError, TimeoutError, asyncio.CancelledError)
        with contextlib.closing(writer), contextlib.suppress(*ends):
            await self._talk(reader, writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(_TCP_IDLE_SECONDS):
                size = int.from_bytes(await reader.readexactly(2))
                data = await reader.readexactly(size)
            answer = _answer(self._responder, data, udp=False)
            if answer is None:
                continue
            await asyncio.sleep(self._responder.delay.total_seconds())
            writer.write(len(answer).to_bytes(2) + answer)
            await writer.drain()
