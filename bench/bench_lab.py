"""The lab's start and memory, beside moto's bare server: `make bench` prints the table."""

import statistics
import subprocess
import sys


ROUNDS = 5

LAB = """
import resource, time
started = time.perf_counter()
from sendas_lab.world import Lab
from sendas.play.scene import build
with Lab() as lab:
    up = time.perf_counter() - started
    scene = build(lab)
    scene.add_to_gmail()
    scene.send_from_gmail("jane@example.net")
    lab.settle()
    ready = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(up, ready, peak)
"""
MOTO = """
import resource, time, urllib.request
started = time.perf_counter()
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
host, port = server.get_host_and_port()
urllib.request.urlopen(f"http://{host}:{port}/moto-api/").read()
up = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
server.stop()
print(up, up, peak)
"""


def measure(script: str) -> tuple[float, float, float]:
    """Seconds until it answers, seconds until a mail has arrived, peak MB; in a new process."""
    run = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    up, ready, peak = map(float, run.stdout.split()[-3:])
    return up, ready, peak


def main() -> None:
    """Interleave the two, so that a noisy machine is unfair to both alike."""
    runs: dict[str, list[tuple[float, float, float]]] = {"sendas lab": [], "moto server": []}
    for _ in range(ROUNDS):
        runs["sendas lab"].append(measure(LAB))
        runs["moto server"].append(measure(MOTO))
    print(f"\nThe lab: {ROUNDS} interleaved runs, median (range)\n")
    print(f"{'':14}{'up, s':>20}{'Gmail mail delivered, s':>38}{'peak MB':>20}")
    for name, figures in runs.items():
        columns = [spread([figure[i] for figure in figures]) for i in range(3)]
        if name == "moto server":
            columns[1] = "-"  # it delivers nothing
        print(f"{name:14}{columns[0]:>20}{columns[1]:>38}{columns[2]:>20}")
    print("\nGoal: up in under 5 s, under 400 MB.")


def spread(values: list[float]) -> str:
    """The median, and the range in brackets."""
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


if __name__ == "__main__":
    main()
