"""The relay beside Postfix and smtp-sink: mails taken a second, durably, in one run.

2,000 mails of 10,240 bytes over 20 connections by Postfix's smtp-source, without TLS and login
(both serve loopback as a named network), rounds interleaved, medians with their range, and
what a mail costs of the processor: that says more where other work shares the machine.  Each
sends while it takes: Postfix to its discard, ours to an SES that answers after 50 ms.  What
could be reached: our loop without a queue, the loop without our machine.  Then the way out
alone, 20, 40 and 60 calls at once; the memory of 200 idle connections; how long 10,000 queued
mails take to start.

    python bench/bench_relay.py [--quick]
"""

import asyncio
import contextlib
import json
import os
import pwd
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from collections.abc import Iterator
from functools import partial
from importlib import util
from pathlib import Path
from typing import cast

from sendas.config.networks import TrustedNetwork, parse_network
from sendas.relay.decide.content import Arrival, Submitter, prepare
from sendas.relay.decide.limits import Limits
from sendas.relay.decide.notices import About
from sendas.relay.decide.offers import offer_for
from sendas.relay.decide.queued import Mail, items_of
from sendas.relay.delivery import utc_now
from sendas.relay.on_disk import rows
from sendas.relay.on_disk.folder import Folder
from sendas.relay.on_disk.schema import Connection
from sendas.relay.running import new_runner
from sendas.smtp.server.events import Message
from sendas.smtp.server.machine import ServerMachine
from sendas.smtp.server.reply import Reply


ME, TO = "me@example.com", "you@example.net"
QUICK = "--quick" in sys.argv
ROUNDS, MAILS = (2, 500) if QUICK else (5, 2000)
SES_SECONDS = 0.050
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"
_ACCOUNT = json.dumps({
    "ProductionAccessEnabled": True, "SendingEnabled": True, "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": -1.0, "MaxSendRate": -1.0, "SentLast24Hours": 0.0},
})  # fmt: skip

POSTFIX_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = bench.example.com
mydestination =
mynetworks = 127.0.0.0/8
maillog_file = /dev/null
maillog_file_prefixes = /dev
disable_dns_lookups = yes
local_recipient_maps =
alias_maps =
in_flow_delay = 0
default_process_limit = 100
smtpd_client_connection_count_limit = 0
default_transport = discard
relay_transport = discard
"""
POSTFIX_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def program(name: str) -> str | None:
    """A peer, where it is installed."""
    return shutil.which(name, path=PATH)


def free_port() -> int:
    """One that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(port: int) -> float:
    """Seconds until somebody listens."""
    began = time.perf_counter()
    for _ in range(2000):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return time.perf_counter() - began
        time.sleep(0.005)
    msg = f"nobody listens at {port}"
    raise SystemExit(msg)


@contextlib.contextmanager
def slow_ses() -> Iterator[int]:
    """An SES that takes everything after 50 ms, in a process of its own; its port."""
    port = free_port()
    with subprocess.Popen([sys.executable, __file__, "--ses", str(port)]) as process:  # noqa: S603  ourselves
        try:
            wait_for(port)
            yield port
        finally:
            process.kill()


async def serve_ses(port: int) -> None:
    """HTTP: SendEmail after 50 ms, GetAccount at once."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: *(\d+)", head)
                await reader.readexactly(int(length[1]) if length else 0)
                send = b"outbound-emails" in head
                if send:
                    await asyncio.sleep(SES_SECONDS)
                body = '{"MessageId":"0100"}' if send else _ACCOUNT
                writer.write(
                    f"HTTP/1.1 200 x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
                )
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, limit=1 << 22)
    await server.serve_forever()


def processor(pid: int) -> float:
    """Seconds of it that a process and its descendants have used, user and system."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            number = int(path.parent.name)
            parents[number] = int(fields[1])
            used[number] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    family = {pid}
    while more := {one for one, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(used.get(one, 0.0) for one in family)


@contextlib.contextmanager
def bare(kind: str) -> Iterator[tuple[int, int]]:
    """A server without a queue, in a process of its own: its port and id."""
    port = free_port()
    with subprocess.Popen([sys.executable, __file__, "--bare", kind, str(port)]) as process:  # noqa: S603  ourselves
        try:
            wait_for(port)
            yield port, process.pid
        finally:
            process.kill()


class Bare(asyncio.Protocol):
    """Says 250 to every line and counts nothing: what asyncio itself costs."""

    transport: asyncio.Transport
    content = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(b"220 x\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer."""
        if self.content:
            if data.endswith(b"\r\n.\r\n"):
                self.content = False
                self.transport.write(b"250 x\r\n")
        elif data[:4] == b"DATA":
            self.content = True
            self.transport.write(b"354 x\r\n")
        else:
            self.transport.write(b"250 x\r\n")


class Parsed(Bare):
    """The same by our SMTP machine, with the mail looked at and dropped."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport = cast("asyncio.Transport", transport)
        network = TrustedNetwork("bench", parse_network("127.0.0.0/8"), (ME,))
        offer = offer_for("x", Limits(), network, certificate=False, tls=False)
        self.machine = ServerMachine(offer)
        self.machine.open(Reply(220, "", "x"))
        self.transport.write(self.machine.output())

    def data_received(self, data: bytes) -> None:
        """Answer."""
        machine = self.machine
        machine.receive(data)
        while (event := machine.next_event()) is not None:
            if isinstance(event, Message):
                arrival = Arrival("x", "x", "SMTP", utc_now())
                prepare(event.content, Submitter("x", (ME,)), ME, arrival)
            if machine.waiting:
                machine.answer(Reply(250, "2.0.0", "Ok"))
        if said := machine.output():
            self.transport.write(said)


async def serve_bare(kind: str, port: int) -> None:
    """Until it is killed."""
    loop = asyncio.get_running_loop()
    made = {"bare": Bare, "parsed": Parsed}[kind]
    server = await loop.create_server(made, "127.0.0.1", port)
    await server.serve_forever()


class Ours:
    """The relay in a process of its own."""

    name = "sendas relay"

    def __init__(self, home: Path, ses_port: int) -> None:
        self.port = free_port()
        self.queue = home / "queue"
        self.config = home / "sendas.toml"
        self.config.write_text(
            'region = "us-east-2"\n[relay]\nhost = "relay.example.com"\n'
            f'directory = "{self.queue}"\nstarttls = [{self.port}]\naddress = "127.0.0.1"\n'
            'status = ""\nmin_free_disk_bytes = 0\n'
            '[[relay.network]]\nname = "bench"\nnetwork = "127.0.0.0/8"\n'
            f'senders = ["{ME}"]\n[[domain]]\nname = "example.com"\nreceive = false\n'
            '[[domain.mailbox]]\nname = "me"\n'
        )
        self.environment = {
            **os.environ, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ses_port}",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40,
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Seconds from the process's start to its first connection."""
        self.process = subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, "-m", "sendas", "relay", "run", "--config", str(self.config)],
            env=self.environment, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return wait_for(self.port)

    def stop(self) -> None:
        """As systemd would."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(90)

    def set_calls(self, calls: int) -> None:
        """How many calls to SES at once."""
        text = re.sub(r"calls = \d+\n", "", self.config.read_text())
        self.config.write_text(text.replace("[relay]\n", f"[relay]\ncalls = {calls}\n"))

    def memory_mb(self) -> int:
        """Resident, now."""
        assert self.process is not None  # noqa: S101  it runs
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", text)
        return int(found[1]) // 1024 if found else 0

    def waiting(self) -> int:
        """Tasks that are not sent."""
        with Folder(self.queue) as folder:
            return folder.waiting()


@contextlib.contextmanager
def postfix(home: Path) -> Iterator[tuple[int, int] | None]:
    """A Postfix that discards what it took: port and id; None where it cannot be had."""
    found = program("postfix")
    if found is None or os.geteuid():
        yield None
        return
    home.chmod(0o755)
    for folder in ("queue", "data", "etc"):
        (home / folder).mkdir()
    os.chown(home / "data", pwd.getpwnam("postfix").pw_uid, pwd.getpwnam("postfix").pw_gid)
    port = free_port()
    (home / "etc/main.cf").write_text(POSTFIX_MAIN.format(home=home))
    (home / "etc/master.cf").write_text(POSTFIX_MASTER.format(port=port))
    command = [found, "-c", str(home / "etc")]
    with subprocess.Popen([*command, "start-fg"], stderr=subprocess.DEVNULL) as process:  # noqa: S603  the peer
        try:
            wait_for(port)
            yield port, process.pid
        finally:
            subprocess.run([*command, "stop"], check=False, capture_output=True)  # noqa: S603  the peer
            process.wait(30)


def rate(where: tuple[int, int], source: str) -> tuple[float, float]:
    """Mails a second, and milliseconds of the processor for each."""
    port, pid = where
    used, began = processor(pid), time.perf_counter()
    subprocess.run(  # noqa: S603  the peer
        [source, "-d", "-s", "20", "-m", str(MAILS), "-l", "10240", "-f", ME, "-t", TO,
         f"127.0.0.1:{port}"], check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    return MAILS / seconds, (processor(pid) - used) / MAILS * 1000


async def latencies(port: int) -> list[float]:
    """Milliseconds from the final dot to its answer, 20 connections at once."""
    content = f"From: {ME}\r\nTo: {TO}\r\nSubject: x\r\n\r\n".encode() + b"x" * 76 * 130 + b"\r\n"
    content = content.replace(b"x" * 76, b"x" * 74 + b"\r\n") + b".\r\n"
    found: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()
        writer.write(b"HELO bench\r\n")
        await reader.readline()
        for _ in range(MAILS // 20):
            writer.write(f"MAIL FROM:<{ME}>\r\nRCPT TO:<{TO}>\r\nDATA\r\n".encode())
            for _ in range(3):
                await reader.readline()
            began = time.perf_counter()
            writer.write(content)
            reply = await reader.readline()
            found.append((time.perf_counter() - began) * 1000)
            assert reply.startswith(b"250"), reply  # noqa: S101  else it measures a refusal
        writer.close()

    await asyncio.gather(*(client() for _ in range(20)))
    return sorted(found)


def shown(values: list[float]) -> str:
    """The median, and the range."""
    return f"{statistics.median(values):8.0f}  ({min(values):.0f}-{max(values):.0f})"


def fill(folder: Folder, count: int) -> None:
    """Queue *count* mails of an hour ago."""
    now = utc_now()

    def work(connection: Connection) -> None:
        for n in range(count):
            number = int(now.timestamp() * 1_000_000) - 3_600_000_000 + n
            mail = Mail(number, now, "bench", "", "bench", ME, ME, 10_240)
            rows.add_mail(connection, mail, items_of(mail, [About(TO)]), b"x" * 10_240)

    folder.write(partial(work))


def main() -> int:
    """Measure, print."""
    if "--ses" in sys.argv:
        asyncio.run(serve_ses(int(sys.argv[-1])))
        return 0
    if "--bare" in sys.argv:
        with new_runner() as runner:
            runner.run(serve_bare(sys.argv[-2], int(sys.argv[-1])))
        return 0
    source, sink = program("smtp-source"), program("smtp-sink")
    if source is None or sink is None:
        print("smtp-source is not installed: make test-peers")
        return 0
    with (
        tempfile.TemporaryDirectory(prefix="sendas-bench-") as one,
        tempfile.TemporaryDirectory(prefix="sendas-bench-") as two,
        slow_ses() as ses_port,
        postfix(Path(two)) as theirs,
        bare("bare") as nothing,
        bare("parsed") as parsed,
    ):
        ours = Ours(Path(one), ses_port)
        started = ours.start()
        assert ours.process is not None  # noqa: S101  it was started
        sink_port = free_port()
        command = [sink, "-u", "nobody", f"127.0.0.1:{sink_port}", "100"]
        with subprocess.Popen(command) as sinking:  # noqa: S603  the peer
            wait_for(sink_port)
            places = {
                "smtp-sink (C, no queue)": (sink_port, sinking.pid),
                "our loop, no queue": nothing,
                "and our machine, no queue": parsed,
                "Postfix, in_flow_delay=0": theirs,
                ours.name: (ours.port, ours.process.pid),
            }
            take(places, source)
            sinking.kill()
        for name in ("Postfix, in_flow_delay=0", ours.name):
            if (where := places[name]) is not None:
                times = asyncio.run(latencies(where[0]))
                p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
                print(f"  {name:26} from the dot to 250: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
        around(ours, started)
        way_out(ours)
    return 0


def take(places: dict[str, tuple[int, int] | None], source: str) -> None:
    """Rounds, one place after the other in each."""
    found: dict[str, list[tuple[float, float]]] = {n: [] for n, where in places.items() if where}
    for _ in range(ROUNDS):
        for name, values in found.items():
            where = places[name]
            assert where is not None  # noqa: S101  as above
            values.append(rate(where, source))
    load = os.getloadavg()[0]
    loop = "uvloop" if util.find_spec("uvloop") else "asyncio"
    print(f"{MAILS} mails of 10 KB, 20 connections, {ROUNDS} rounds; {loop}, load {load:.0f}")
    print(f"  {'':26} {'mails a second':>22}   ms of processor a mail")
    for name, values in found.items():
        rates, costs = zip(*values, strict=True)
        print(f"  {name:26} {shown(list(rates))}   {statistics.median(costs):.2f}")
    if "Postfix, in_flow_delay=0" in found:
        both = zip(found["sendas relay"], found["Postfix, in_flow_delay=0"], strict=True)
        ratios = [ours[0] / theirs[0] for ours, theirs in both]
        print(f"  ours to Postfix, round by round: {statistics.median(ratios):.2f} times")


def around(ours: Ours, started: float) -> None:
    """Start and memory."""
    ours.stop()
    shutil.rmtree(ours.queue)
    starts = []
    for _ in range(3):
        starts.append(ours.start())
        ours.stop()
    print(f"start to the first connection: {min(started, *starts):.2f} s the best of 4")
    ours.start()
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(socket.create_connection(("127.0.0.1", ours.port)))
        time.sleep(0.5)
        print(f"fresh, 200 idle connections: {ours.memory_mb()} MB")
    ours.stop()
    with Folder(ours.queue) as folder:
        fill(folder, 10_000)
    print(f"10,000 in the queue: takes mail again after {ours.start():.2f} s")
    ours.stop()


def way_out(ours: Ours) -> None:
    """What waits is sent, at 20, 40 and 60 calls at once."""
    for calls in (20, 40, 60):
        shutil.rmtree(ours.queue)
        with Folder(ours.queue) as folder:
            fill(folder, MAILS * 2)
        ours.set_calls(calls)
        ours.start()
        assert ours.process is not None  # noqa: S101  it was started
        time.sleep(1.5)
        before, used, began = ours.waiting(), processor(ours.process.pid), time.perf_counter()
        time.sleep(3)
        sent, seconds = before - ours.waiting(), time.perf_counter() - began
        cost = (processor(ours.process.pid) - used) / max(sent, 1) * 1000
        rate_ = sent / seconds
        print(
            f"sent a second, SES answers after 50 ms, {calls} at once: {rate_:.0f}, "
            f"{rate_ / calls * 20:.0f} per 20; {cost:.2f} ms of processor each"
        )
        ours.stop()


if __name__ == "__main__":
    sys.exit(main())
