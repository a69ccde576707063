"""Forwarding one message, beside aws-lambda-ses-forwarder and the standard library: one run.

The peer comes from the npm registry into ``.peers/forward`` the first time.  Time and memory
before the AWS call: S3 and SES stubbed, processes kept warm, rounds interleaved.  Memory through
the call: each with its own real client, against a sink that takes everything.  Cold start: process
start, one 5 KB message handled against the lab, exit.

    python bench/bench_forward.py [--quick]
"""

import base64
import io
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from forward_stub import ENVIRONMENT, ROUTES, notice
from sendas_lab.world import Lab
from sink import sink

from sendas.inbound.bundle import bundle
from sendas.play.receiving_stack import PREFIX, Receiver, receive_with
from sendas.play.scene import build


HERE = Path(__file__).parent
PEERS = HERE.parent / ".peers/forward"
PEER = "aws-lambda-ses-forwarder@6.0.0"
SITE_PACKAGES = sysconfig.get_paths()["purelib"]
SIZES = {"5 KB": 5 * 1024, "1 MB": 1024**2, "25 MB": 25 * 1024**2}
QUICK = "--quick" in sys.argv
ROUNDS, COLD_ROUNDS = (3, 5) if QUICK else (7, 21)
COUNTS = {"5 KB": 300, "1 MB": 30, "25 MB": 3}
ADDRESS = "info@example.com"


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to forward, and the command of its worker."""

    name: str
    command: tuple[str, ...]


def contenders() -> tuple[Contender, ...]:
    """Who is measured, in the order of the table."""
    python = (sys.executable, str(HERE / "forward_worker.py"))
    node = ("node", str(HERE / "forward_peer/worker.js"), str(PEERS))
    return (
        Contender("aws-lambda-ses-forwarder 6.0.0", node),
        Contender("bare header edit (floor)", (*python, "floor")),
        Contender("stdlib: parse and reserialise", (*python, "reserialise")),
        Contender("sendas: read, decide, rewrite", (*python, "core")),
        Contender("sendas: the whole handler", (*python, "sendas")),
        Contender("sendas: an answer to an alias", (*python, "answers")),
    )


def mail(size: int) -> bytes:
    """A mail as SES stores it: its own fields on top, a signature, a base64 attachment."""
    head = (
        b"Return-Path: <jane@example.org>\r\n"
        b"Received: from mx1.example.org (mx1.example.org [198.51.100.20])\r\n"
        b" by inbound-smtp.eu-west-1.amazonaws.com with SMTP id bench\r\n"
        b" for info@example.com;\r\n Sun, 22 Nov 2026 05:26:12 +0000\r\n"
        b"X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: PASS\r\n"
        b"Authentication-Results: amazonses.com; spf=pass; dkim=pass; dmarc=pass\r\n"
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=a;\r\n"
        b" h=from:to:subject; bh=" + b"A" * 44 + b";\r\n b=" + b"B" * 340 + b"\r\n"
        b'From: "Doe, Jane" <jane@example.org>\r\nTo: info@example.com\r\nSubject: Pictures\r\n'
        b"Date: Sun, 22 Nov 2026 05:26:12 +0000\r\nMessage-ID: <1@example.org>\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nHello.\r\n--b\r\n"
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    dice = random.Random(1)  # noqa: S311  the same bytes each time
    data = base64.encodebytes(dice.randbytes((size - len(head)) * 57 // 78))
    return head + data.replace(b"\n", b"\r\n") + b"--b--\r\n"


def install() -> None:
    """Fetch the peer, once."""
    if (PEERS / "node_modules/aws-lambda-ses-forwarder").exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("the peer needs Node.js and npm")
    print(f"installing {PEER} into {PEERS} …", file=sys.stderr)
    PEERS.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(PEERS), PEER]
    subprocess.run(command, check=True)  # noqa: S603  the peer under comparison


class Worker:
    """A contender's process, kept warm."""

    def __init__(self, contender: Contender) -> None:
        self.name = contender.name
        self._process = subprocess.Popen(  # noqa: S603  our own commands
            contender.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, file: Path, count: int) -> dict[str, float]:
        """Forward the file's mail *count* times: ms for each, bytes sent, peak MB so far."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError(self.name)
        self._process.stdin.write(f"run {file} {count}\n")
        self._process.stdin.flush()
        found: dict[str, float] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """End it."""
        self._process.communicate()


Times = dict[tuple[str, str], list[float]]


def time_all(files: Mapping[str, Path]) -> Times:
    """Milliseconds for each message, by contender and size; rounds interleaved."""
    times: Times = {}
    with ExitStack() as stack:
        workers = [Worker(one) for one in contenders()]
        for worker in workers:
            stack.callback(worker.close)
        for size, file in files.items():
            count = COUNTS[size]
            for worker in workers:
                worker.run(file, count)  # warms up, and is thrown away
            for _ in range(ROUNDS):
                for worker in workers:
                    found = worker.run(file, count)
                    times.setdefault((worker.name, size), []).append(found["ms"])
    return times


def peaks(file: Path) -> dict[str, float]:
    """Peak MB of a fresh process that forwards nine messages in turn, before the AWS call."""
    found = {}
    for contender in contenders():
        worker = Worker(contender)
        found[contender.name] = worker.run(file, 9)["peak_mb"]
        worker.close()
    return found


def peaks_through(file: Path, unpacked: Path) -> dict[str, float]:
    """Peak MB of a fresh process that forwards one message through its own AWS client."""
    objects = {"sendas/routes.json": json.dumps(ROUTES).encode()}
    with sink(file, objects) as url:
        ours = ENVIRONMENT | {"AWS_ENDPOINT_URL": url}
        peer = ours | peer_environment("bench", ADDRESS, "owner@example.net", "bucket", "")
        event = json.dumps(notice(0))
        return {
            "aws-lambda-ses-forwarder 6.0.0": _peak(through_command(), peer, ""),
            "sendas: the whole handler": _peak((*once_command(unpacked), "peak"), ours, event),
        }


def _peak(command: tuple[str, ...], environment: Mapping[str, str], event: str) -> float:
    rounds = []
    for _ in range(3):
        done = _run(command, environment, event)
        rounds.append(json.loads(done.splitlines()[-1])["peak_mb"])
    return statistics.median(rounds)


def through_command() -> tuple[str, ...]:
    """The peer, one message with its real SDK."""
    return ("node", str(HERE / "forward_peer/through.js"), str(PEERS))


def once_command(unpacked: Path) -> tuple[str, ...]:
    """Ours, one message: a Python as bare as Lambda's."""
    script = str(HERE / "forward_once.py")
    return (sys.executable, "-I", "-S", script, str(unpacked), SITE_PACKAGES)


def peer_environment(
    message_id: str, recipient: str, target: str, bucket: str, prefix: str
) -> dict[str, str]:
    """What the peer's scripts read."""
    return {
        "BENCH_MESSAGE": message_id,
        "BENCH_RECIPIENT": recipient,
        "BENCH_TARGET": target,
        "BENCH_BUCKET": bucket,
        "BENCH_PREFIX": prefix,
        "BENCH_FROM": "forwarded@example.com",
    }


def _run(command: tuple[str, ...], environment: Mapping[str, str], event: str) -> str:
    done = subprocess.run(  # noqa: S603  our own commands
        command,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment},
        input=event,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def cold_starts(unpacked: Path) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Milliseconds from process start to exit, one 5 KB message handled against the lab.

    By the clock, which sees the lab and everybody else on the machine, and of the processor.
    """
    times: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    with Lab(region="eu-west-1") as lab:
        receiver = receive_with(build(lab))
        starters = _starters(receiver, unpacked)
        for round_number in range(COLD_ROUNDS + 1):
            for name, start in starters.items():
                began, used = time.perf_counter(), _children_seconds()
                start()
                if round_number:  # the first reads the disk
                    times.setdefault(name, []).append((time.perf_counter() - began) * 1000)
                    cpu.setdefault(name, []).append((_children_seconds() - used) * 1000)
    return times, cpu


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _starters(receiver: Receiver, unpacked: Path) -> dict[str, Callable[[], object]]:
    scene = receiver.scene
    scene.lab.ses.set_quota(scene.region, max_rate=1000, max_24_hour=100_000)
    keys = {
        name: value for name, value in scene.lab.environment().items() if name.startswith("AWS_")
    }
    ours = keys | receiver.environment()
    peer = keys | peer_environment(
        "bench0", scene.address, scene.set_up.gmail, scene.bucket, PREFIX
    )
    content = mail(SIZES["5 KB"])
    numbers = iter(range(10_000))

    def put(name: str) -> None:
        scene.call("s3", "PutObject", Bucket=scene.bucket, Key=PREFIX + name, Body=content)

    put("bench0")
    bare_python = (sys.executable, "-I", "-S", "-c", "pass")
    bare_node = ("node", "-e", "0")

    def once() -> object:
        return _run(once_command(unpacked), ours, _event(receiver, next(numbers)))

    return {
        "node, nothing": lambda: _run(bare_node, {}, ""),
        "aws-lambda-ses-forwarder 6.0.0": lambda: _run(through_command(), peer, ""),
        "python, nothing": lambda: _run(bare_python, {}, ""),
        "sendas": once,
    }


def _event(receiver: Receiver, number: int) -> str:
    """A notice of its own for each start: one mail is forwarded once only."""
    event = notice(number)
    told = json.loads(event["Records"][0]["body"])
    action = {"bucketName": receiver.scene.bucket, "objectKey": f"{PREFIX}bench0"}
    told["receipt"]["action"] |= action
    told["receipt"]["recipients"] = [receiver.scene.address]
    event["Records"][0]["body"] = json.dumps(told)
    return json.dumps(event)


def main() -> int:
    """Print the tables; exit status 1 if a goal is missed."""
    install()
    with tempfile.TemporaryDirectory() as folder:
        files = {size: Path(folder, size.replace(" ", "")) for size in SIZES}
        for size, file in files.items():
            file.write_bytes(mail(SIZES[size]))
        packed, unpacked = bundle(), Path(folder, "function")
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(unpacked)
        print(f"one message, S3 and SES stubbed; {ROUNDS} interleaved rounds; median ms (range)")
        times = time_all(files)
        before, through = peaks(files["25 MB"]), peaks_through(files["25 MB"], unpacked)
        print_times(times, before, through)
        cold, cpu = cold_starts(unpacked)
        print(
            f"\nprocess start to exit, one 5 KB message against the lab; {COLD_ROUNDS} rounds, ms"
        )
        for name, found in cold.items():
            span = f"({min(found):.0f}-{max(found):.0f})"
            processor = f"{statistics.median(cpu[name]):.0f} of the processor"
            print(f"{name:32}{statistics.median(found):6.0f} {span:12} {processor}")
        print(f"\nthe zip: {len(packed) / 1024:.0f} KB\n")
    missed = print_goals(times, before, through, cold, len(packed))
    return 1 if missed else 0


def print_times(times: Times, before: dict[str, float], through: dict[str, float]) -> None:
    """The first table."""
    heads = "".join(f"{size:>24}" for size in SIZES)
    print(f"{'':32}{heads}{'MB at 25 MB':>14}{'through':>9}")
    for contender in contenders():
        cells = ""
        for size in SIZES:
            found = times[contender.name, size]
            span = f"({min(found):.3g}-{max(found):.3g})"
            cells += f"{statistics.median(found):>10.3f} {span:13}"
        peak = through.get(contender.name)
        last = f"{peak:9.0f}" if peak else ""
        print(f"{contender.name:32}{cells}{before[contender.name]:>14.0f}{last}")


def print_goals(
    times: Times,
    before: dict[str, float],
    through: dict[str, float],
    cold: dict[str, list[float]],
    packed: int,
) -> int:
    """Each goal of the issue, and whether it is met; gives how many are not.

    Milliseconds depend on the machine: where 5 KB in 0.1 was set, the peer took 0.034,
    doing what "read, decide, rewrite" does, without a record and a log.
    """
    peer, floor, _, core, whole = (one.name for one in contenders())

    def median(name: str, size: str) -> float:
        return statistics.median(times[name, size])

    def cold_median(name: str) -> float:
        return statistics.median(cold[name])

    goals = [
        (f"{size}: whole handler / peer", median(whole, size) / median(peer, size), 0.5)
        for size in ("1 MB", "25 MB")
    ]
    goals += [
        (f"{size}: whole handler / bare edit", median(whole, size) / median(floor, size), 1.25)
        for size in ("1 MB", "25 MB")
    ]
    goals += [
        ("5 KB: read, decide, rewrite, ms", median(core, "5 KB"), 0.1),
        ("5 KB: read, decide, rewrite / peer", median(core, "5 KB") / median(peer, "5 KB"), 2.9),
        ("5 KB: whole handler, ms", median(whole, "5 KB"), 0.1),
        ("peak before the call / peer", before[whole] / before[peer], 0.3),
        ("peak through the call / message", through[whole] / 25, 2.5),
        ("cold start / peer", cold_median("sendas") / cold_median(peer), 1.0),
        ("the zip, MB", packed / 1024**2, 1.0),
    ]
    missed = 0
    for what, value, most in goals:
        met = value <= most
        missed += not met
        print(f"{'met   ' if met else 'MISSED'}  {what:36}{value:8.3f}   at most {most}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
