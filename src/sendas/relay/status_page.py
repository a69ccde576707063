"""``/healthz`` and ``/metrics`` over HTTP, for this machine and its monitoring."""

import asyncio
import json

from collections.abc import Callable

from sendas.relay.decide.metrics import CONTENT_TYPE, Status, as_json, as_prometheus


_MOST_BYTES = 8192
_PATIENCE_SECONDS = 5.0


async def serve(host: str, port: int, status: Callable[[], Status]) -> asyncio.Server:
    """Listen; one request for each connection."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                line = await reader.readline()
                while (await reader.readline()).strip():
                    pass
                writer.write(answer(line, status))
                await writer.drain()
        except (TimeoutError, OSError, ValueError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(talk, host, port, limit=_MOST_BYTES)


def answer(line: bytes, status: Callable[[], Status]) -> bytes:
    """The whole reply to a request that begins with *line*."""
    words = line.split()
    if len(words) < 2 or words[0] not in {b"GET", b"HEAD"}:  # noqa: PLR2004  method and target
        return _reply("405 Method Not Allowed", "text/plain", "")
    path = words[1].partition(b"?")[0]
    if path == b"/metrics":
        return _reply("200 OK", CONTENT_TYPE, as_prometheus(status()))
    if path == b"/healthz":
        now = status()
        state = "200 OK" if now.well else "503 Service Unavailable"
        return _reply(state, "application/json", json.dumps(as_json(now)) + "\n")
    return _reply("404 Not Found", "text/plain", "there are /healthz and /metrics\n")


def _reply(state: str, kind: str, body: str) -> bytes:
    raw = body.encode()
    head = (
        f"HTTP/1.1 {state}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(raw)}",
        "Connection: close",
    )
    return "\r\n".join((*head, "", "")).encode("ascii") + raw
