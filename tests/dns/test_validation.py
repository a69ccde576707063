"""What a validating resolver keeps back, over a real socket: the truth is RFC 4035, 3.2.2 and 5.5.

A validating resolver answers SERVFAIL for what does not validate, unless the asker
sets CD; whoever is not validating, or is out of breath for a moment, looks the same
at first.
"""

import asyncio

from collections.abc import Callable
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from sendas.dns.answers import Answer, Question, Records, RecordType
from sendas.dns.resolver import NetworkResolver
from sendas.outcome import NoAnswer, Why


ASKED = Question("example.com", RecordType.MX)
Fails = Callable[[int, bool], bool]
"""Whether the n-th question, asked with or without CD, is answered by SERVFAIL."""


class Server(asyncio.DatagramProtocol):
    """Answers MX questions, and by SERVFAIL those that *fails* says."""

    def __init__(self, fails: Fails) -> None:
        self.fails, self.asked = fails, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Where answers go."""
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        """Answer one question."""
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query, recursion_available=True)
        if self.fails(self.asked, bool(query.flags & dns.flags.CD)):
            answer.set_rcode(dns.rcode.SERVFAIL)
        else:
            answer.answer.append(
                dns.rrset.from_text("example.com.", 60, "IN", "MX", "10 mx.test.")
            )
        self.asked += 1
        self.transport.sendto(answer.to_wire(), address)


async def _ask(fails: Fails) -> Answer:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Server(fails), local_addr=("127.0.0.1", 0)
    )
    try:
        host, port = transport.get_extra_info("sockname")
        return await NetworkResolver((host, port), None).ask(ASKED)
    finally:
        transport.close()


@pytest.mark.parametrize(
    ("fails", "why"),
    [
        (lambda _, cd: not cd, Why.BOGUS),
        (lambda *_: True, Why.SERVER_FAILURE),
        # One failure that passes, whoever asks how: the answer is there.
        (lambda number, _: number == 0, None),
        (lambda *_: False, None),
    ],
    ids=["signatures-fail", "server-broken", "failed-once", "well"],
)
def test_only_dnssec_is_called_dnssec(fails: Fails, why: Why | None) -> None:
    """BOGUS is what is answered with CD, and without it not, twice; a passing failure is none."""
    said = asyncio.run(_ask(fails))

    if why is None:
        assert Records(("10 mx.test",), 60) == said
    else:
        assert isinstance(said, NoAnswer)
        assert why is said.why
