"""One way of forwarding in a process of its own: reads ``run FILE COUNT`` lines, answers in JSON.

S3 and SES are stubs: what is timed is what a forwarder does between the two.

    python forward_worker.py floor|reserialise|sendas|answers|core
"""

import email
import email.policy
import json
import re
import sys
import time

from collections.abc import Callable
from pathlib import Path


OWN = b"forwarded@example.com"
Forward = Callable[[bytes], int]
"""From the bytes S3 gave to the number of bytes handed to SES."""


def floor(content: bytes) -> int:
    """The least anybody can do: cut the header off, change some fields by pattern, join again."""
    end = content.index(b"\r\n\r\n") + 2
    head, kept = content[:end], []
    author = b""
    for line in re.split(rb"\r\n(?![ \t])", head[:-2]):
        name = line[: line.index(b":")].lower()
        if name == b"from":
            author = line[5:].strip()
        elif name not in {b"dkim-signature", b"return-path", b"sender", b"message-id"}:
            kept.append(line)
    kept += [b'From: "via us" <' + OWN + b">", b"Reply-To: " + author]
    return len(b"".join((b"\r\n".join(kept), b"\r\n", content[end:])))


def reserialise(content: bytes) -> int:
    """The standard library's way: parse all of it, change the header, write all of it again."""
    message = email.message_from_bytes(content)
    author = message["From"]
    for name in ("From", "DKIM-Signature", "Return-Path", "Sender", "Message-ID"):
        del message[name]
    message["From"] = f'"via us" <{OWN.decode()}>'
    message["Reply-To"] = author
    return len(message.as_bytes())


def main() -> None:
    """Answer until the input ends."""
    ways: dict[str, Callable[[], Forward]] = {
        "floor": lambda: floor,
        "reserialise": lambda: reserialise,
        "core": _core,
        "sendas": _sendas,
        "answers": _answers,
    }
    forward = ways[sys.argv[1]]()
    for line in sys.stdin:
        _, file, count = line.split()
        content = Path(file).read_bytes()
        start = time.perf_counter()
        sent = 0
        for _ in range(int(count)):
            sent = forward(content)
        took = (time.perf_counter() - start) * 1000 / int(count)
        print(json.dumps({"ms": took, "sent": sent, "peak_mb": _peak_mb()}), flush=True)


def _peak_mb() -> float:
    """VmHWM: rusage's number would begin with the parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _sendas() -> Forward:
    from forward_stub import stubbed  # noqa: PLC0415  the others must not pay for it

    return stubbed()


def _answers() -> Forward:
    from forward_stub import answers  # noqa: PLC0415  the same

    return answers()


def _core() -> Forward:
    from forward_stub import core  # noqa: PLC0415  the same

    return core()


if __name__ == "__main__":
    main()
