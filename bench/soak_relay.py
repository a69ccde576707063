"""The relay, killed and broken, resumable: what was acknowledged is sent, and sent once.

    python bench/soak_relay.py FOLDER [--mails N] [--broken 0.05] [--kill-every SECONDS]

Each run sends N mails (default 2,000) through a relay that is killed with signal 9 at random,
to an SES whose calls are broken at random: refused for now, answered with an error, cut off
before or after the mail was taken.  FOLDER keeps the queue and the totals of all runs, so that
a soak towards a million goes on where it stopped.  Ends with status 1 if anything was lost, or
came twice without an answer that was lost.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sendas.relay.mail_queue import NotWritten
from sendas.relay.on_disk.folder import Folder


ME = "me@example.com"
CONNECTIONS = 8
_ID = re.compile(rb"X-Soak-Id: (\S+)")
_ACCOUNT = {
    "ProductionAccessEnabled": True, "SendingEnabled": True, "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": -1.0, "MaxSendRate": -1.0, "SentLast24Hours": 0.0},
}  # fmt: skip


@dataclass
class BrokenSes:
    """SES that forgets to answer: what it took, and for which mails no answer was heard."""

    broken: float
    chance: random.Random
    taken: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """HTTP for one connection."""
        self.writers.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: *(\d+)", head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                if b"outbound-emails" not in head.split(b"\r\n")[0]:
                    await self.say(writer, 200, json.dumps(_ACCOUNT))
                    continue
                if not await self.take(writer, body):
                    break
        self.writers.discard(writer)
        writer.close()

    async def take(self, writer: asyncio.StreamWriter, body: bytes) -> bool:
        """One SendEmail; False if the line is cut."""
        raw = base64.b64decode(json.loads(body)["Content"]["Raw"]["Data"])
        found = _ID.search(raw)
        name = found[1].decode() if found else "?"
        notice = b"Auto-Submitted: auto-replied" in raw.split(b"\r\n\r\n")[0]
        book = self.told if notice else self.taken
        self.asked[name] += 1
        way = self.chance.random() / self.broken if self.broken else 9.0
        if way < 0.25:  # noqa: PLR2004  a quarter of what is broken
            await self.say(writer, 503, '{"message": "later"}', "ServiceUnavailable")
            return True
        if way < 0.5:  # noqa: PLR2004  a quarter
            await self.say(writer, 429, '{"message": "rate"}', "TooManyRequestsException")
            return True
        if way < 1:
            self.unanswered[name] += 1
            if way < 0.75:  # noqa: PLR2004  a quarter: taken, and cut off
                book[name] += 1
            return False
        book[name] += 1
        await self.say(writer, 200, '{"MessageId": "0100"}')
        return True

    @staticmethod
    async def say(writer: asyncio.StreamWriter, status: int, body: str, kind: str = "") -> None:
        """An answer."""
        error = f"X-Amzn-Errortype: {kind}\r\n" if kind else ""
        writer.write(
            f"HTTP/1.1 {status} x\r\n{error}Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        await writer.drain()


class Killed:
    """A relay in a process of its own, killed from time to time and started again."""

    def __init__(self, folder: Path, ses_port: int, port: int) -> None:
        self.folder, self.port = folder, port
        self.kills = 0
        self.process: subprocess.Popen[bytes] | None = None
        (folder / "sendas.toml").write_text(
            f'region = "us-east-2"\n[relay]\nhost = "relay.example.com"\n'
            f'directory = "{folder / "queue"}"\nstarttls = [{port}]\naddress = "127.0.0.1"\n'
            'status = ""\nmin_free_disk_bytes = 0\n'
            '[[relay.network]]\nname = "soak"\nnetwork = "127.0.0.0/8"\n'
            f'senders = ["{ME}"]\n[[domain]]\nname = "example.com"\nreceive = false\n'
            '[[domain.mailbox]]\nname = "me"\n'
        )
        self.environment = {
            **os.environ, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ses_port}",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40,
        }  # fmt: skip

    def start(self) -> None:
        """Start it; it listens when it has recovered."""
        self.process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "sendas", "relay", "run",
             "--config", str(self.folder / "sendas.toml")],
            env=self.environment, stderr=(self.folder / "log").open("ab"),
        )  # fmt: skip

    def kill(self) -> None:
        """As a power cut would, but for the disk's own memory."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.kills += 1

    def stop(self) -> None:
        """As systemd would."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)


async def submit(port: int, names: "asyncio.Queue[str]", acknowledged: set[str]) -> None:
    """Send mails over one connection after the other; a name counts only with its 250."""
    attempt = 0
    while not names.empty():
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                await reader.readuntil(b"\n")
                writer.write(b"HELO soak\r\n")
                await reader.readuntil(b"\n")
                while not names.empty():
                    name = names.get_nowait()
                    attempt += 1
                    taken = await one(
                        reader, writer, f"{name}.{id(writer)}.{attempt}", acknowledged
                    )
                    if not taken:
                        names.put_nowait(name)
                        break
            finally:
                writer.close()
        await asyncio.sleep(0.05)


async def one(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str, acknowledged: set[str]
) -> bool:
    """One mail; whether it was acknowledged."""
    try:
        writer.write(f"MAIL FROM:<{ME}>\r\nRCPT TO:<you@example.net>\r\nDATA\r\n".encode())
        replies = [(await reader.readuntil(b"\n"))[:3] for _ in range(3)]
        if replies != [b"250", b"250", b"354"]:
            return False
        writer.write(
            f"From: {ME}\r\nTo: you@example.net\r\nX-Soak-Id: {name}\r\n\r\n".encode()
            + b"x" * 70 + b"\r\n.\r\n"
        )  # fmt: skip
        if (await reader.readuntil(b"\n"))[:3] != b"250":
            return False
    except (OSError, asyncio.IncompleteReadError):
        return False
    acknowledged.add(name)
    return True


@dataclass
class Totals:
    """Of all runs in a folder."""

    acknowledged: int = 0
    taken: int = 0
    kills: int = 0
    unanswered: int = 0
    twice: int = 0
    uncertain: int = 0
    lost: int = 0
    twice_without_reason: int = 0


async def run(folder: Path, mails: int, broken: float, kill_every: float, seed: int) -> Totals:
    """One run; its own totals."""
    chance = random.Random(seed)  # noqa: S311  a test's
    ses = BrokenSes(broken, chance)
    server = await asyncio.start_server(ses.talk, "127.0.0.1", 0, limit=1 << 22)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    relay = Killed(folder, int(server.sockets[0].getsockname()[1]), port)
    relay.start()
    names: asyncio.Queue[str] = asyncio.Queue()
    for number in range(mails):
        names.put_nowait(str(number))
    acknowledged: set[str] = set()
    try:
        return await _with(relay, ses, names, acknowledged, kill_every)
    finally:
        relay.kill()
        server.close()


async def _with(
    relay: Killed,
    ses: BrokenSes,
    names: "asyncio.Queue[str]",
    acknowledged: set[str],
    kill_every: float,
) -> Totals:
    folder, port, chance = relay.folder, relay.port, ses.chance
    clients = [asyncio.create_task(submit(port, names, acknowledged)) for _ in range(CONNECTIONS)]
    in_flight: set[str] = set()
    while not all(client.done() for client in clients):
        await listening(port)
        await asyncio.wait(clients, timeout=chance.uniform(0.1, 1.9) * kill_every)
        await asyncio.to_thread(relay.kill)
        in_flight |= await asyncio.to_thread(sending, folder)
        relay.start()
    await drained(folder)
    await asyncio.to_thread(relay.stop)
    uncertain = told_uncertain(folder)
    doubtful = {name for name, count in ses.unanswered.items() if count} | in_flight
    twice = {name for name, count in ses.taken.items() if count > 1}
    return Totals(
        len(acknowledged), sum(ses.taken.values()), relay.kills, sum(ses.unanswered.values()),
        len(twice), uncertain,
        sum(not ses.taken[name] and name not in ses.told for name in acknowledged),
        len(twice - doubtful) + sum(count > 2 for count in ses.taken.values()),  # noqa: PLR2004  twice at most
    )  # fmt: skip


async def listening(port: int) -> None:
    """Until the relay takes connections again: killed before it begins, it proves nothing."""
    for _ in range(600):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    msg = "the relay did not start: see its log"
    raise SystemExit(msg)


def sending(folder: Path) -> set[str]:
    """The mails whose answer a killed relay had not written down."""
    with Folder(folder / "queue") as queue:
        items = queue.items("t.state = 'sending'")
        raws = (queue.content(item.mail.id) or b"" for item in items)
        return {found[1].decode() for raw in raws if (found := _ID.search(raw))}


async def drained(folder: Path) -> None:
    """Until nothing waits; what waits for later is let go at once, as `queue retry --all` does."""
    until = time.monotonic() + 300
    while True:
        with Folder(folder / "queue") as queue:
            if not queue.waiting():
                return
            with contextlib.suppress(NotWritten):
                queue.write(lambda c: c.execute("UPDATE task SET due_at = 0 WHERE state = 'due'"))
        if time.monotonic() > until:
            msg = "the queue did not empty in five minutes"
            raise SystemExit(msg)
        await asyncio.sleep(0.5)


def told_uncertain(folder: Path) -> int:
    """Mails whose sender was told that nobody knows."""
    with Folder(folder / "queue") as queue:
        return queue.counts().uncertain


def main() -> int:
    """Run once, add up, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--broken", type=float, default=0.05)
    parser.add_argument("--kill-every", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))  # noqa: S311  printed
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    found = asyncio.run(run(given.folder, given.mails, given.broken, given.kill_every, given.seed))
    book = given.folder / "totals.json"
    sums = Counter(json.loads(book.read_text())) if book.exists() else Counter[str]()
    sums.update(vars(found))
    book.write_text(json.dumps(sums))
    print(f"seed {given.seed}, {time.monotonic() - began:.0f} s: {vars(found)}")
    print(f"all runs: {dict(sums)}")
    return int(bool(found.lost or found.twice_without_reason))


if __name__ == "__main__":
    sys.exit(main())
