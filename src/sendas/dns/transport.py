"""DNS messages as bytes, there and back: UDP, and TCP where an answer is cut off.

Knows nothing of what is inside but the header and the echoed question, by
which it tells an answer from noise (RFC 5452, section 9).
"""

import asyncio
import contextlib
import secrets

from collections.abc import Iterable
from typing import Any


_HEADER, _QR, _TC = 12, 0x80, 0x02


_RD, _CD, _CLASS_IN, _OPT = 0x01, 0x10, 1, 41
_EDNS_BYTES = 1232
"""What fits every path without fragments (DNS Flag Day 2020)."""


def query(
    labels: Iterable[bytes],
    type_code: int,
    *,
    recursive: bool,
    edns: bool,
    checked: bool = True,
) -> bytes:
    """A question as a message (RFC 1035, 4.1; RFC 6891 for EDNS), with an unguessable id.

    Not *checked*: the resolver answers without validating (RFC 4035, 3.2.2, the CD bit).
    """
    flags = _RD if recursive else 0
    unchecked = 0 if checked else _CD
    header = secrets.token_bytes(2) + bytes((flags, unchecked, 0, 1, 0, 0, 0, 0, 0, int(edns)))
    name = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    asked = type_code.to_bytes(2, "big") + _CLASS_IN.to_bytes(2, "big")
    opt = b"\0" + _OPT.to_bytes(2, "big") + _EDNS_BYTES.to_bytes(2, "big") + b"\0" * 6
    return header + name + asked + (opt if edns else b"")


class Unreachable(Exception):
    """The address cannot be reached at all: refused, or no route.  Ends in a NoAnswer."""


class Silent(Exception):
    """Nothing came before the deadline.  Ends in a NoAnswer."""


async def exchange(query: bytes, address: tuple[str, int], timeout_seconds: float) -> bytes:
    """Ask *query* at *address* and give the answer's bytes.

    Each transport has the whole of *timeout_seconds*.

    Raises:
        Silent: No answer before the deadline.
        Unreachable: The address refuses, or there is no route.
    """
    answer = await _limited(_udp(query, address), timeout_seconds)
    if answer[2] & _TC:
        answer = await _limited(_tcp(query, address), timeout_seconds)
    return answer


async def _limited(work: Any, timeout_seconds: float) -> bytes:  # noqa: ANN401  a coroutine
    try:
        async with asyncio.timeout(timeout_seconds):
            answer: bytes = await work
            return answer
    except TimeoutError as error:
        raise Silent from error
    except (OSError, asyncio.IncompleteReadError) as error:
        raise Unreachable(getattr(error, "strerror", None) or str(error)) from error


def _answers(query: bytes, answer: bytes) -> bool:
    """Whether *answer* is one to *query*: same id, same question, and not a question itself."""
    if len(answer) < _HEADER or answer[:2] != query[:2] or not answer[2] & _QR:
        return False
    if answer[4:6] == b"\0\0":  # servers that fail early may leave the question out
        return True
    end = _question_end(query)
    return answer[_HEADER:end].lower() == query[_HEADER:end].lower()


def _question_end(query: bytes) -> int:
    at = _HEADER
    while at < len(query) and query[at]:
        at += 1 + query[at]
    return at + 5


class _Waiting(asyncio.DatagramProtocol):
    def __init__(self, query: bytes, done: asyncio.Future[bytes]) -> None:
        self._query, self._done = query, done

    def datagram_received(self, data: bytes, addr: Any) -> None:  # noqa: ANN401, ARG002  asyncio's
        if not self._done.done() and _answers(self._query, data):
            self._done.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self._done.done():
            self._done.set_exception(exc)


async def _udp(query: bytes, address: tuple[str, int]) -> bytes:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bytes] = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Waiting(query, done), remote_addr=address
    )
    try:
        transport.sendto(query)
        return await done
    finally:
        transport.close()


async def _tcp(query: bytes, address: tuple[str, int]) -> bytes:
    reader, writer = await asyncio.open_connection(*address)
    try:
        writer.write(len(query).to_bytes(2, "big") + query)
        await writer.drain()
        while True:
            length = int.from_bytes(await reader.readexactly(2), "big")
            answer = await reader.readexactly(length)
            if _answers(query, answer):
                return answer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
