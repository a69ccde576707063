"""Cold starts of the two functions: a fresh Python, the zip and the runtime's packages alone.

From process start until the handler can be called: for the watcher with every rule of the
doctor and a client of AWS made, since a day's look needs both.  Milliseconds of a core, and
the peak of memory.  That the daily look costs the forwarder nothing is seen beside it.
"""

import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import zipfile

from pathlib import Path

import botocore

from sendas.inbound.bundle import bundle
from sendas.watch.daily.bundle import watcher_bundle


ROUNDS = 10
GOAL_MB = 5.0
"""Of the watcher's zip."""
_READY = {
    "forwarder": "import sendas.inbound.handler",
    "watcher": (
        "import sendas.watch.daily.handler\n"
        "from sendas.aws.session import open_session\n"
        "from sendas.doctor.registry import all_rules\n"
        "open_session(None, {}); all_rules()"
    ),
}
_CHILD = """
import sys
sys.dont_write_bytecode = True  # Lambda's task folder cannot be written to
sys.path[:0] = sys.argv[1:3]
{ready}
import json
with open("/proc/self/status") as status:
    peak = int(status.read().partition("VmHWM:")[2].split()[0]) / 1024
doctor = any(name.startswith("sendas.doctor") for name in sys.modules)
print(json.dumps([peak, doctor]))
"""


def start(ready: str, unpacked: Path) -> tuple[float, float, bool]:
    """Milliseconds of a core, MB, and whether the doctor was loaded."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-I", "-S", "-c", _CHILD.format(ready=ready),
         str(unpacked), str(Path(botocore.__file__).parents[1])],
        env={"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "made-up"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak, doctor = json.loads(done.stdout)
    return used * 1000, peak, doctor


def main() -> int:
    """A line for each function; 1 if a goal is missed."""
    missed = False
    for name, zipped in (("forwarder", bundle()), ("watcher", watcher_bundle())):
        with tempfile.TemporaryDirectory() as folder:
            zipfile.ZipFile(io.BytesIO(zipped)).extractall(folder)
            rounds = [start(_READY[name], Path(folder)) for _ in range(ROUNDS + 1)][1:]
        times = [one[0] for one in rounds]
        size = len(zipped) / 1e6
        doctor = rounds[0][2]
        print(
            f"{name:10} zip {size:5.2f} MB   cold start {statistics.median(times):6.0f} ms of a "
            f"core ({min(times):.0f} to {max(times):.0f})   {max(one[1] for one in rounds):.0f} MB"
            f"{'   with the doctor' if doctor else ''}"
        )
        missed |= (name == "watcher" and size > GOAL_MB) or doctor is not (name == "watcher")
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
