# Invariant: whatever bytes a client sends, the machine raises nothing, gives the same events and
# output however they are cut, and makes no message but by CR LF . CR LF.
"""Fuzz ``sendas.smtp.server``: random dialogues out of telling pieces.

    .venv/bin/python fuzz/fuzz_smtp_server.py SECONDS [SEED]

On the first breach it prints the input and ends with status 1.
"""

import random
import sys
import time
import traceback

from collections.abc import Iterable

from sendas.smtp.server.events import Closed, Event, Hello, Login, Message, StartTls
from sendas.smtp.server.machine import ServerMachine
from sendas.smtp.server.offer import Offer
from sendas.smtp.server.reply import Reply


OFFER = Offer("relay.example.com", mechanisms=("PLAIN", "LOGIN"), max_message_bytes=2000)
TOKENS = (
    *(b"EHLO c\r\n", b"HELO c\r\n", b"MAIL FROM:<a@example.com>\r\n", b"MAIL FROM:<> SIZE=5\r\n"),
    *(b"RCPT TO:<b@example.net>\r\n", b"RCPT TO:<\xc3\xa4@x> NOTIFY=NEVER\r\n", b"DATA\r\n"),
    *(b"AUTH PLAIN AGEAYg==\r\n", b"AUTH LOGIN\r\n", b"YQ==\r\n", b"*\r\n", b"STARTTLS\r\n"),
    *(b"RSET\r\n", b"NOOP\r\n", b"QUIT\r\n", b"\r\n.\r\n", b"\n.\n", b"\r\n.\n", b"\n.\r\n"),
    *(b"\r", b"\n", b".", b"\0", b"\xff", b"x" * 999, b"x" * 3000, b" ", b"<", b">"),
)


def talk(pieces: Iterable[bytes]) -> tuple[list[Event], bytes]:
    """All events and all output."""
    machine, events, output = ServerMachine(OFFER, tls=False), list[Event](), b""
    machine.open(Reply(220, "", "x"))
    for piece in pieces:
        machine.receive(piece)
        while (event := machine.next_event()) is not None:
            events.append(event)
            if isinstance(event, StartTls):
                machine.answer(Reply(454, "4.7.0", "not now"))
            elif isinstance(event, Login):
                machine.answer(Reply(235, "2.7.0", "in"))
            elif not isinstance(event, Hello | Closed):
                machine.answer(Reply(250, "2.0.0", "Ok"))
        output += machine.output()
    return events, output


def breach(raw: bytes, dice: random.Random) -> str:
    """What is wrong with how *raw* is read; empty when nothing is."""
    cuts = sorted(dice.randrange(len(raw) + 1) for _ in range(dice.randrange(12)))
    pieces = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    try:
        whole, cut = talk([raw]), talk(pieces)
    except Exception:  # noqa: BLE001  any exception is what is looked for
        return traceback.format_exc()
    messages = sum(isinstance(event, Message) for event in whole[0])
    if messages > raw.count(b"\r\n.\r\n"):
        return "more messages than ends of data"
    return "" if whole == cut else f"not the same when cut at {cuts}"


def main(arguments: list[str]) -> int:
    """Fuzz for so many seconds."""
    seconds = float(arguments[1]) if len(arguments) > 1 else 10.0
    seed = int(arguments[2]) if len(arguments) > 2 else random.SystemRandom().randrange(10**9)  # noqa: PLR2004
    dice, tried = random.Random(seed), 0  # noqa: S311  no secret
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        raw = b"".join(dice.choice(TOKENS) for _ in range(dice.randrange(1, 60)))
        if wrong := breach(raw, dice):
            sys.stdout.write(f"seed {seed}, input {tried}: {raw!r}\n{wrong}\n")
            return 1
        tried += 1
    sys.stdout.write(f"seed {seed}: {tried} inputs in {seconds:.0f} s, no breach\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
