"""Sendas's function from a standing start: one event on standard input, then the end.

    python -I -S forward_once.py UNPACKED_ZIP SITE_PACKAGES

As in Lambda: the zip's folder and the runtime's packages are the path; nothing else is imported.
"""

import sys


sys.path[:0] = sys.argv[1:3]
sys.dont_write_bytecode = True  # Lambda's task folder cannot be written to

import json  # noqa: E402  the path comes first

from sendas.inbound.handler import handle  # noqa: E402


class Context:
    """Lambda's."""

    aws_request_id = "bench"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """A minute."""
        return 60_000


log, sys.stdout = sys.stdout, sys.stderr
answer = handle(json.load(sys.stdin), Context())
if len(sys.argv) > 3:  # noqa: PLR2004  asked for the peak: a cold start does not pay for this
    # VmHWM: rusage's number would begin with the parent's.
    with open("/proc/self/status") as status:  # noqa: PTH123  pathlib is not part of a cold start
        peak = int(status.read().partition("VmHWM:")[2].split()[0]) / 1024
    failed = bool(answer["batchItemFailures"])
    # Flushed: the function keeps what it has from the garbage collector, this file too.
    print(json.dumps({"failed": failed, "peak_mb": peak}), file=log, flush=True)
sys.exit(bool(answer["batchItemFailures"]))
