"""One execution environment of a function: a process that handles event after event."""

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
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
    failed = None
    if function is None:
        try:
            function = getattr(importlib.import_module(module.replace("/", ".")), name)
        except Exception as error:
            failed = error
    print("{}", file=answers, flush=True)
    ends = time.monotonic() + asked["seconds"]
    context = types.SimpleNamespace(
        function_name=os.environ.get("AWS_LAMBDA_FUNCTION_NAME"), invoked_function_arn=arn,
        function_version=os.environ.get("AWS_LAMBDA_FUNCTION_VERSION"),
        log_group_name=os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME"),
        aws_request_id=asked["id"], memory_limit_in_mb="128",
        get_remaining_time_in_millis=lambda ends=ends: int(1000 * (ends - time.monotonic())),
    )
    try:
        if failed is not None:
            raise failed
        answer = function(asked["event"], context)
        try:
            said = json.dumps({"answer": answer})
        except (TypeError, ValueError) as error:
            text = f"Unable to marshal response: {error}"
            said = json.dumps({"kind": "Runtime.MarshalError", "message": text, "trace": []})
    except Exception as error:
        traceback.print_exc()
        kind, text, frames = type(error).__name__, str(error), error.__traceback__
        if function is None and isinstance(error, (ImportError, SyntaxError)):
            kind = "Runtime.ImportModuleError"
            if isinstance(error, SyntaxError):
                kind = "Runtime.UserCodeSyntaxError"
            text, frames = f"Unable to import module '{module}': {error}", None
        elif function is None and isinstance(error, AttributeError):
            kind, frames = "Runtime.HandlerNotFound", None
            text = f"Handler '{name}' missing on module '{module}'"
        trace = traceback.format_list(traceback.extract_tb(frames)[1:]) if frames else []
        trace = [line.replace(os.getcwd(), "/var/task") for line in trace]
        said = json.dumps({"kind": kind, "message": text, "trace": trace})
    sys.stderr.flush()
    print(said, file=answers, flush=True)
"""
"""As Lambda's own: one event at a time; an exception ends the event, not the process.

Before each answer an empty object says that the code is loaded: the function's time begins then
(Lambda guide, "Init phase": it is not the invocation's).
The child lives at the lab's time, which tests move; LAB_HASTE in its environment says
how many times faster it sleeps, so that what waits before it tries again can be tested.
"""
_NODE = """
const readline = require("node:readline"), path = require("node:path");
const { pathToFileURL } = require("node:url"), fs = require("node:fs");
const [handler, arn] = process.argv.slice(1);
const write = (said) => fs.writeSync(1, JSON.stringify(said) + "\\n");
process.stdout.write = process.stderr.write.bind(process.stderr);
const dot = handler.lastIndexOf("."), file = handler.slice(0, dot), name = handler.slice(dot + 1);
async function load() {
  for (const end of [".mjs", ".js", ".cjs", ""]) {
    const place = path.resolve(file + end);
    if (!fs.existsSync(place) || fs.statSync(place).isDirectory()) continue;
    const loaded = await import(pathToFileURL(place));
    const found = loaded[name] ?? loaded.default?.[name];
    if (typeof found !== "function") {
      throw Object.assign(new Error(`${handler} is undefined or not exported`),
        { name: "Runtime.HandlerNotFound" });
    }
    return found;
  }
  throw Object.assign(new Error(`Cannot find module '${file}'`),
    { name: "Runtime.ImportModuleError" });
}
let run = null;
async function answer(asked) {
  try { run = run ?? await load(); } finally { write({}); }
  const ends = Date.now() + 1000 * asked.seconds;
  return new Promise((well, ill) => {
    const context = {
      functionName: arn.split(":").pop(), invokedFunctionArn: arn, awsRequestId: asked.id,
      memoryLimitInMB: "128", callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => ends - Date.now(),
      succeed: well, fail: ill, done: (error, said) => error ? ill(error) : well(said),
    };
    const said = run(asked.event, context, context.done);
    if (said && typeof said.then === "function") said.then(well, ill);
    else if (run.length < 3) well(said);
  });
}
(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    try {
      write({ answer: (await answer(JSON.parse(line))) ?? null });
    } catch (error) {
      console.error(error);
      write({ kind: error?.name ?? "Error", message: error?.message ?? String(error),
        trace: String(error?.stack ?? "").split("\\n") });
    }
  }
})();
"""
"""The same for Node.js: it lives at the machine's time, and has no AWS SDK but the zip's own."""
TIMED_OUT, EXITED = "Sandbox.Timedout", "Runtime.ExitError"
"""Lambda's errorType when the process gave no answer."""
_LOG_SHOWN = 4096
_READ_BYTES = 65536
_PATIENCE_SECONDS = 5.0
_LOADING_SECONDS = 120.0
"""Lambda gives 10 s of its own machines and then begins again; a loaded laptop needs longer."""


class FunctionFailed(RuntimeError):
    """The invocation failed; *kind* is Lambda's errorType, the message the end of its log.

    *said* is what Lambda tells whoever invoked it.
    """

    def __init__(self, kind: str, message: str, said: Mapping[str, object]) -> None:
        super().__init__(message)
        self.kind = kind
        self.said = said


def python_command(handler: str, arn: str) -> tuple[str, ...]:
    """What runs a Python function."""
    return (sys.executable, "-c", _BOOTSTRAP, handler, arn)


def node_command(handler: str, arn: str) -> tuple[str, ...] | None:
    """What runs a Node.js function; None where there is no node on the machine."""
    node = shutil.which("node")
    return (node, "-e", _NODE, handler, arn) if node else None


class Child:
    """A process that runs one function: *command* reads events, writes answers, line by line."""

    def __init__(
        self,
        command: tuple[str, ...],
        place: Path,
        environment: Mapping[str, str],
        log: Path,
    ) -> None:
        self.log = log
        self._ended = False
        self._unread = b""
        with log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603  the code its owner gave the lab
                list(command),
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

    def invoke(
        self,
        event: Any,  # noqa: ANN401  any JSON
        seconds: float,
        shift: float = 0.0,
        request_id: str | None = None,
    ) -> Any:  # noqa: ANN401  any JSON
        """What the function answers to *event*; it lives *shift* seconds ahead of the machine.

        Raises:
            FunctionFailed: It raised, the process ended, or *seconds* were over.
        """
        number = request_id or str(uuid.uuid4())
        asked = {"event": event, "seconds": seconds, "shift": shift, "id": number}
        written = self.log.stat().st_size
        try:
            _pipe(self._process.stdin).write(json.dumps(asked).encode() + b"\n")
            _pipe(self._process.stdin).flush()
            line = self._answer(seconds)
        except BrokenPipeError:
            line = b""
        if line is None:
            self.kill()
            text = f"Task timed out after {seconds:.2f} seconds"
            raise FunctionFailed(TIMED_OUT, text, _told(TIMED_OUT, number, text))
        if not line.endswith(b"\n"):
            text = f"Runtime exited{self._how()}"
            self.kill()
            raise FunctionFailed(EXITED, self._said(written), _told(EXITED, number, text))
        said = json.loads(line)
        if "kind" in said:
            told = {
                "errorMessage": said["message"],
                "errorType": said["kind"],
                "requestId": number,
                "stackTrace": said["trace"],
            }
            raise FunctionFailed(said["kind"], self._said(written), told)
        return said["answer"]

    def _how(self) -> str:
        """How it ended, as Lambda words it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(_PATIENCE_SECONDS)
            if code < 0:
                name = signal.Signals(-code).name.removeprefix("SIG").lower()
                return f" with error: signal: {name}"
            if code:
                return f" with error: exit status {code}"
        return " without providing a reason"

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

    def _answer(self, seconds: float) -> bytes | None:
        """The line of the answer; shorter if the process ended, None if the time is over."""
        loaded = self._line(_LOADING_SECONDS)
        return self._line(seconds) if loaded == b"{}\n" else loaded

    def _line(self, seconds: float) -> bytes | None:
        """The next line of the process, as `_answer`."""
        until = time.monotonic() + seconds
        out = _pipe(self._process.stdout).fileno()
        with selectors.DefaultSelector() as waiting:
            waiting.register(out, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                if not waiting.select(max(0.0, until - time.monotonic())):
                    return None
                more = os.read(out, _READ_BYTES)
                if not more:
                    break
                self._unread += more
        line, end, self._unread = self._unread.partition(b"\n")
        return line + end

    def _said(self, start: int) -> str:
        """The end of what it has logged since *start*."""
        with self.log.open("rb") as log:
            log.seek(start)
            return log.read()[-_LOG_SHOWN:].decode("utf-8", "replace")


def _told(kind: str, request_id: str, text: str) -> dict[str, object]:
    return {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {text}"}


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        msg = "the process was opened with pipes"
        raise RuntimeError(msg)
    return stream
