"""How long `sendas doctor` takes for fifty domains of one account, and for one of them.

AWS answers every call after 50 ms, SES API v1 one question a second (FACTS 6), DNS every question
after 20 ms.  Each run is a new process, and the stand-ins share the machine.
"""

import json
import statistics
import subprocess
import sys
import tempfile

from pathlib import Path

import bench_dns
import bench_doctor

from stand_in_aws import DELAY_SECONDS, StandIn, serving


DOMAINS, ROUNDS, GOAL = 50, 3, 6
_NAMES = tuple(f"d{number:02}.example" for number in range(DOMAINS))


def _zone() -> str:
    """The bench's zone, once for each domain, and what they share."""
    lines = [line for line in bench_dns.ZONE.splitlines() if line]
    own = [line for line in lines if "example.com" in line.partition(" ")[0]]
    shared = [line for line in lines if line not in own]
    shared.append("example. 900 IN NS a.gtld-servers.net.")
    each = [line.replace("example.com", name) for name in _NAMES for line in own]
    return "\n".join([*shared, *each]) + "\n"


def _file(folder: Path, names: tuple[str, ...]) -> Path:
    """A folder with their sendas.toml."""
    folder.mkdir()
    mailbox = '[[domain.mailbox]]\nname = "me"\nto = ["me@mailbox.example"]\nsend = "smtp"\n'
    domains = "".join(f'[[domain]]\nname = "{name}"\n{mailbox}' for name in names)
    path = folder / "sendas.toml"
    path.write_text(f'region = "{bench_doctor.REGION}"\n{domains}')
    return path


def _judged(command: tuple[str, ...], environment: dict[str, str]) -> list[frozenset[str]]:
    """How each domain's rules ended, but for the domain's name."""
    done = subprocess.run(  # noqa: S603  our own command
        (*command, "--json"), env=environment, capture_output=True, text=True, check=False
    )
    return [
        frozenset(f"{finding['code']} {finding['status']}" for finding in domain["findings"])
        for domain in json.loads(done.stdout)["domains"]
    ]


def main() -> int:
    """Print the table; exit status 1 if the goal is missed, or one is judged unlike the others."""
    aws = StandIn(_NAMES, bench_doctor.REGION, bench_dns.TOKENS, throttling=True)
    dns = bench_dns._Server(_zone())  # noqa: SLF001  a bench beside this one
    rows: list[tuple[str, list[float], int, int, int]] = []
    judged: set[frozenset[str]] = set()
    with (
        tempfile.TemporaryDirectory() as folder,
        bench_dns._serving(dns) as dns_port,  # noqa: SLF001  the same
        serving(aws) as aws_port,
    ):
        environment = bench_doctor._environment(Path(folder), aws_port, dns_port)  # noqa: SLF001  the same
        for label, names in (("one domain", _NAMES[:1]), (f"{DOMAINS} domains", _NAMES)):
            file = _file(Path(folder) / label.replace(" ", "-"), names)
            command = (
                str(bench_doctor.SENDAS), "doctor", "--config", str(file), "--no-login",
                "--deadline", "120",
            )  # fmt: skip
            judged |= set(_judged(command, environment))  # and the byte code is written
            aws.asked = dns.asked = aws.throttled = 0
            took = [bench_doctor._run(command, environment) for _ in range(ROUNDS)]  # noqa: SLF001  the same
            counts = (n // ROUNDS for n in (aws.asked, aws.throttled, dns.asked))
            rows.append((label, took, *counts))
    print(
        f"sendas doctor over sendas.toml, whole process; {DELAY_SECONDS * 1000:.0f} ms per AWS "
        f"call, SES API v1 at one a second, {bench_dns.DELAY_SECONDS * 1000:.0f} ms per DNS answer"
    )
    print(f"{'':12}{'median':>9}{'range':>22}{'AWS calls':>11}{'throttled':>11}{'questions':>11}")
    for label, took, calls, throttled, questions in rows:
        span = f"{min(took) * 1000:.0f} to {max(took) * 1000:.0f} ms"
        median = statistics.median(took) * 1000
        print(f"{label:12}{median:>6.0f} ms{span:>22}{calls:>11}{throttled:>11}{questions:>11}")
    times = statistics.median(rows[1][1]) / statistics.median(rows[0][1])
    alike = len(judged) == 1
    met = times <= GOAL and alike
    print(
        f"{DOMAINS} domains take {times:.1f} times as long as one, each judged as the one alone: "
        f"{'yes' if alike else 'NO'}; goal: at most {GOAL}: {'met' if met else 'MISSED'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
