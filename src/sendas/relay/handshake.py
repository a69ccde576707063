"""TLS on a connection that began without: `loop.start_tls`, and what came before it stood."""

import asyncio
import ssl

from typing import cast


_SECONDS = 20.0


async def upgraded(
    transport: asyncio.Transport,
    protocol: asyncio.Protocol,
    context: ssl.SSLContext,
    early: bytearray,
) -> asyncio.Transport | None:
    """The transport under TLS; None where the handshake failed.

    *early* is what was read before TLS had the transport: clients send their hello at once.
    """
    loop = asyncio.get_running_loop()
    shaking = loop.create_task(
        loop.start_tls(
            transport, protocol, context, server_side=True, ssl_handshake_timeout=_SECONDS
        )
    )
    try:
        if early:
            await asyncio.sleep(0)  # now TLS has the transport, and is about to begin
            loop.call_soon(_give, transport, early)
        return await shaking
    except (OSError, asyncio.CancelledError):
        return None


def _give(transport: asyncio.Transport, early: bytearray) -> None:
    """Hand what came before to TLS, as the transport would."""
    # Both loops' TLS is one; uvloop's says so only by its methods.
    protocol = cast("asyncio.BufferedProtocol", transport.get_protocol())
    left = memoryview(bytes(early))
    early.clear()
    while left and not transport.is_closing():
        room = memoryview(protocol.get_buffer(len(left)))
        size = min(len(room), len(left))
        room[:size] = left[:size]
        protocol.buffer_updated(size)
        left = left[size:]
