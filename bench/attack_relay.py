"""An honest client beside attackers: how long its mails take, and whether anybody got in.

The relay runs in a process of its own with its defaults.  The client logs in under TLS and
sends 10 KB mails one after the other; the time from MAIL to the last 250 counts.  First alone,
then beside each attack, then alone again: where other work shares the machine only the
difference says something.

    python bench/attack_relay.py [--mails 200]
"""

import argparse
import asyncio
import base64
import contextlib
import itertools
import os
import resource
import smtplib
import ssl
import subprocess
import sys
import tempfile
import time

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from bench_relay import ME, TO, free_port, slow_ses, wait_for
from sendas_lab.certificates import Certificates

from sendas.mail.address import Address
from sendas.relay.decide.passwords import make_password
from sendas.relay.on_disk.folder import Folder


HOST, SECRET = "relay.example.com", "abcdefghijklmnopqrstuvwxyz234567"
CONTENT = f"From: {ME}\r\nTo: {TO}\r\nSubject: x\r\n\r\n" + ("x" * 74 + "\r\n") * 135
SAID: Counter[bytes] = Counter()
"""First words of what attackers heard, by code."""

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Honest:
    """A client that logged in before."""

    def __init__(self, port: int, authority: Path) -> None:
        self.client = smtplib.SMTP("127.0.0.1", port, timeout=60)
        self.client._host = HOST  # type: ignore[attr-defined]  # noqa: SLF001  the name to check
        self.client.starttls(context=ssl.create_default_context(cafile=str(authority)))
        self.client.login(ME, SECRET)

    def times(self, mails: int) -> list[float]:
        """Milliseconds of each, sorted."""
        found = []
        for _ in range(mails):
            began = time.perf_counter()
            self.client.sendmail(ME, [TO], CONTENT)
            found.append((time.perf_counter() - began) * 1000)
        return sorted(found)


def connecting(port: int) -> Connect:
    """Connections from one /24 of loopback after the other, as from many networks."""
    numbers = itertools.count()

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        number = next(numbers)
        source = f"127.{1 + number // 200 % 250}.{number % 200}.1"
        return await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))

    return connect


async def hear(reader: asyncio.StreamReader) -> None:
    """Note what was said."""
    with contextlib.suppress(OSError, TimeoutError):
        SAID[(await asyncio.wait_for(reader.readline(), 30))[:3]] += 1


async def many(connect: Connect) -> None:
    """10,000 connections that say nothing: 2,000 are greeted, the others told 421."""
    held = []
    for _ in range(10_000):
        with contextlib.suppress(OSError):
            reader, writer = await connect()
            held.append(writer)
            await hear(reader)
    await asyncio.Event().wait()


async def slow(connect: Connect) -> None:
    """500 connections that say a byte now and then."""

    async def one() -> None:
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await connect()
                await hear(reader)
                for letter in itertools.cycle(b"EHLO"):
                    writer.write(bytes([letter]))
                    await writer.drain()
                    await asyncio.sleep(1)

    await asyncio.gather(*(one() for _ in range(500)))


async def guesses(connect: Connect) -> None:
    """20 clients that try one wrong password after the other under TLS."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    numbers = itertools.count()

    async def one() -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError):
                reader, writer = await connect()
                for line in (b"", b"EHLO x\r\n", b"STARTTLS\r\n"):
                    writer.write(line)
                    while (await reader.readline())[3:4] == b"-":
                        pass
                await writer.start_tls(trusting)
                writer.write(b"EHLO x\r\n")
                while (await reader.readline())[3:4] == b"-":
                    pass
                secret = base64.b64encode(f"\0{ME}\0guess{next(numbers)}".encode())
                writer.write(b"AUTH PLAIN " + secret + b"\r\n")
                await hear(reader)
                writer.close()
            await asyncio.sleep(0.05)

    await asyncio.gather(*(one() for _ in range(20)))


async def endless(connect: Connect) -> None:
    """20 clients whose line does not end, and 20 that send thousands of commands at once."""

    async def one(data: bytes) -> None:
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await connect()
                await hear(reader)
                for _ in range(200):
                    writer.write(data)
                    await writer.drain()
                    await asyncio.sleep(0.01)
                writer.close()
            await asyncio.sleep(0.05)

    lines = [b"x" * 65_536] * 20 + [b"NOOP\r\n" * 1000] * 20
    await asyncio.gather(*map(one, lines))


ATTACKS = {"10,000 connections": many, "slowloris": slow, "AUTH flood": guesses,
           "endless lines": endless}  # fmt: skip


@contextlib.asynccontextmanager
async def attacked(name: str, port: int) -> AsyncIterator[None]:
    """In a process of its own, so that it takes no time of the client's."""
    if not name:
        yield
        return
    process = subprocess.Popen([sys.executable, __file__, "--attack", name, str(port)])  # noqa: ASYNC220, S603  ourselves
    await asyncio.sleep(15 if "connections" in name else 3)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


async def measure(port: int, authority: Path, mails: int) -> None:
    """Alone, beside each, and alone again."""
    honest = Honest(port, authority)
    for name in ("", *ATTACKS, ""):
        async with attacked(name, port):
            times = await asyncio.to_thread(honest.times, mails)
        p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        what = name or "nobody"
        print(
            f"  beside {what:20} p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  worst {times[-1]:6.1f} ms"
        )


async def attack(name: str, port: int) -> None:
    """One of them, for at most two minutes; then what it heard."""
    with contextlib.suppress(TimeoutError, asyncio.CancelledError):
        loop = asyncio.get_running_loop()
        work = asyncio.ensure_future(ATTACKS[name](connecting(port)))
        loop.add_signal_handler(15, work.cancel)
        await asyncio.wait_for(work, 120)
    heard = {code.decode("ascii", "replace"): count for code, count in SAID.items()}
    print(f"    {name}: heard {heard}", flush=True)


def main() -> int:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=200)
    parser.add_argument("--attack", nargs=2)
    given = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if given.attack:
        asyncio.run(attack(given.attack[0], int(given.attack[1])))
        return 0
    with tempfile.TemporaryDirectory(prefix="sendas-attack-") as text, slow_ses() as ses_port:
        home, port = Path(text), free_port()
        (home / "certificates").mkdir()
        made = Certificates(home / "certificates")
        made.server_context(HOST)
        pem = made.authority_file.with_name(f"{HOST}.good.pem")
        (home / "sendas.toml").write_text(
            f'region = "us-east-2"\n[relay]\nhost = "{HOST}"\ndirectory = "{home / "queue"}"\n'
            f'certificate = "{pem}"\nkey = "{pem}"\nstarttls = [{port}]\ntls = []\n'
            'address = "127.0.0.1"\nstatus = ""\nmin_free_disk_bytes = 0\n'
            '[[domain]]\nname = "example.com"\nreceive = false\n[[domain.mailbox]]\nname = "me"\n'
        )
        with Folder(home / "queue") as folder:
            folder.add_password(make_password(
                SECRET, b"s" * 16, mailbox=Address(ME), label="bench", senders=[ME],
                after_ses=False, now=datetime(2026, 11, 29, tzinfo=UTC),
            ))  # fmt: skip
        environment = {
            **os.environ, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ses_port}",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40,
        }  # fmt: skip
        relay = subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, "-m", "sendas", "relay", "run", "--config",
             str(home / "sendas.toml")], env=environment, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(port)
        print(f"load {os.getloadavg()[0]:.0f}; {given.mails} mails of 10 KB each time")
        asyncio.run(measure(port, made.authority_file, given.mails))
        relay.terminate()
        relay.wait(60)
        with Folder(home / "queue") as folder:
            others = [one for one in folder.listed(100_000, ended=True) if one.mail.author != ME]
            print(f"taken from anybody else: {len(others)}")
    return int(bool(others))


if __name__ == "__main__":
    sys.exit(main())
