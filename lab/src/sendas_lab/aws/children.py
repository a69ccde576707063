"""One execution environment of a function: a process that handles event after event."""

import contextlib
import json
import os
import selectors
import subprocess
import time
import uuid

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any


_BOOTSTRAP = """
import datetime, importlib, json, os, sys, time, traceback, types
haste = float(os.environ.get("LAB_HASTE", "1"))
machine_sleep = time.sleep
time.sleep = lambda seconds: machine_sleep(seconds / haste)
shift = 0.0
machine_time = time.time
time.time = lambda: machine_time() + shift
class LabTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)
    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)
datetime.datetime = LabTime
handler, arn = sys.argv[1:3]
answers, sys.stdout = sys.stdout, sys.stderr
module, _, name = handler.rpartition(".")
function = None
for line in sys.stdin:
    asked = json.loads(line)
    shift = asked["shift"]
    ends = time.monotonic() + asked["seconds"]
    context = types.SimpleNamespace(
        function_name=arn.rpartition(":")[2], invoked_function_arn=arn,
        aws_request_id=asked["id"], memory_limit_in_mb="128",
        get_remaining_time_in_millis=lambda ends=ends: int(1000 * (ends - time.monotonic())),
    )
    try:
        if function is None:
            function = getattr(importlib.import_module(module.replace("/", ".")), name)
        said = json.dumps({"answer": function(asked["event"], context)})
    except Exception as error:
        traceback.print_exc()
        said = json.dumps({"kind": type(error).__name__})
    sys.stderr.flush()
    print(said, file=answers, flush=True)
"""
"""As Lambda's own: one event at a time; an exception ends the event, not the process.

The child lives at the lab's time, which tests move; LAB_HASTE in its environment says
how many times faster it sleeps, so that what waits before it tries again can be tested.
"""
TIMED_OUT, EXITED = "Sandbox.Timedout", "Runtime.ExitError"
"""Lambda's errorType when the process gave no answer."""
_LOG_SHOWN = 4096
_READ_BYTES = 65536
_PATIENCE_SECONDS = 5.0


class FunctionFailed(RuntimeError):
    """The invocation failed; *kind* is Lambda's errorType."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Child:
    """A process that runs one function; *command* is the Python, the handler and the ARN."""

    def __init__(
        self,
        command: tuple[str, str, str],
        place: Path,
        environment: Mapping[str, str],
        log: Path,
    ) -> None:
        python, handler, arn = command
        self._log = log
        self._ended = False
        with log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603  the code its owner gave the lab
                [python, "-c", _BOOTSTRAP, handler, arn],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
                cwd=place,
                env=dict(environment),
            )

    @property
    def alive(self) -> bool:
        """Whether it can take another event."""
        return not self._ended and self._process.poll() is None

    def invoke(self, event: Mapping[str, Any], seconds: float, shift: float = 0.0) -> Any:  # noqa: ANN401  any JSON
        """What the function answers to *event*; it lives *shift* seconds ahead of the machine.

        Raises:
            FunctionFailed: It raised, the process ended, or *seconds* were over.
        """
        asked = {
            "event": event,
            "seconds": seconds,
            "shift": shift,
            "id": str(uuid.uuid4()),
        }
        written = self._log.stat().st_size
        try:
            _pipe(self._process.stdin).write(json.dumps(asked).encode() + b"\n")
            _pipe(self._process.stdin).flush()
            line = self._answer(time.monotonic() + seconds)
        except BrokenPipeError:
            line = b""
        if line is None:
            self.kill()
            raise FunctionFailed(TIMED_OUT, f"Task timed out after {seconds:.2f} seconds")
        if not line.endswith(b"\n"):
            self.kill()
            raise FunctionFailed(EXITED, self._said(written))
        said = json.loads(line)
        if "kind" in said:
            raise FunctionFailed(said["kind"], self._said(written))
        return said["answer"]

    def kill(self) -> None:
        """End it at once."""
        self._ended = True  # the process itself may live for a moment yet
        self._process.kill()

    def close(self) -> None:
        """End it, and wait until it is gone."""
        with contextlib.suppress(BrokenPipeError):
            _pipe(self._process.stdin).close()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _pipe(self._process.stdout).close()

    def _answer(self, until: float) -> bytes | None:
        """The next line; shorter if the process ended, None if the time is over."""
        out = _pipe(self._process.stdout).fileno()
        found = b""
        with selectors.DefaultSelector() as waiting:
            waiting.register(out, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                if not waiting.select(max(0.0, until - time.monotonic())):
                    return None
                more = os.read(out, _READ_BYTES)
                if not more:
                    break
                found += more
        return found

    def _said(self, start: int) -> str:
        """The end of what it has logged since *start*."""
        with self._log.open("rb") as log:
            log.seek(start)
            return log.read()[-_LOG_SHOWN:].decode("utf-8", "replace")


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        msg = "the process was opened with pipes"
        raise RuntimeError(msg)
    return stream
