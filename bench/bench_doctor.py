"""How long `sendas doctor` takes, from the shell's prompt back to it.

AWS answers every call after 50 ms, DNS every question after 20 ms.  Each run
is a new process: Python's start, imports and rendering count.  It asks about
thirty-odd Regions, one IAM user with a group, a bucket and the domain's DNS.
The stand-ins share the machine, so that their processor time counts as well.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from pathlib import Path

import bench_dns

from stand_in_aws import DELAY_SECONDS, KEY_ID, StandIn, serving


ROUNDS, GOAL_SECONDS = 7, 1.5
REGION = "us-east-1"
SENDAS = Path(sys.executable).with_name("sendas")
COMMAND = (
    str(SENDAS), "doctor", bench_dns.DOMAIN, "--region", REGION, "--from", "me@example.com",
    "--to", "you@example.net", "--mailbox", "me@mailbox.example", "--smtp-username", KEY_ID,
    "--no-login",
)  # fmt: skip


def _environment(folder: Path, aws_port: int, dns_port: int) -> dict[str, str]:
    dial_map = folder / "dialmap.json"
    pairs = {f"198.51.100.{n}:53": f"127.0.0.1:{dns_port}" for n in (1, 2)}
    dial_map.write_text(json.dumps(pairs))
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "HOME": str(folder),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{aws_port}",
        "AWS_ACCESS_KEY_ID": "AKIAI44QH8DHBEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "SENDAS_RESOLVER": f"127.0.0.1:{dns_port}",
        "SENDAS_DIALMAP": str(dial_map),
    }


def _run(command: tuple[str, ...], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  our own command
    took = time.perf_counter() - start
    if done.returncode not in {0, 1}:
        sys.exit(f"sendas doctor could not look:\n{done.stdout}{done.stderr}")
    return took


def main() -> int:
    """Print the table; exit status 1 if the goal is missed."""
    stand_in, dns = StandIn((bench_dns.DOMAIN,), REGION, bench_dns.TOKENS), bench_dns._Server()  # noqa: SLF001  a bench beside this one
    with (
        tempfile.TemporaryDirectory() as folder,
        bench_dns._serving(dns) as dns_port,  # noqa: SLF001  the same
        serving(stand_in) as aws_port,
    ):
        environment = _environment(Path(folder), aws_port, dns_port)
        _run(COMMAND, environment)  # writes the byte code, and is thrown away
        stand_in.asked = dns.asked = 0
        whole = [_run(COMMAND, environment) for _ in range(ROUNDS)]
        calls, questions = stand_in.asked // ROUNDS, dns.asked // ROUNDS
        start = [_run((str(SENDAS), "--version"), environment) for _ in range(ROUNDS)]
    print(
        f"sendas doctor, whole process; {DELAY_SECONDS * 1000:.0f} ms per AWS call, "
        f"{bench_dns.DELAY_SECONDS * 1000:.0f} ms per DNS answer, {ROUNDS} rounds"
    )
    print(f"{'':18}{'median':>9}{'range':>20}")
    for name, seconds in (("sendas doctor", whole), ("sendas --version", start)):
        span = f"{min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f} ms"
        print(f"{name:18}{statistics.median(seconds) * 1000:>6.0f} ms{span:>20}")
    met = statistics.median(whole) <= GOAL_SECONDS
    print(
        f"{calls} AWS calls and {questions} DNS questions; goal: at most "
        f"{GOAL_SECONDS * 1000:.0f} ms: {'met' if met else 'MISSED'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
