"""Functions really run: the zip that would go to AWS, in child processes.

moto runs functions in containers; here the code is unpacked once per version
and called by a Python of our own, with the lab's AWS as its endpoint.  As in
Lambda an execution environment is kept warm for the next event, handles one at
a time, and is thrown away after a crash or a time-out.

Source: Lambda guide, "Understanding the Lambda execution environment lifecycle".
"""

import hashlib
import io
import json
import os
import sys
import tempfile
import threading
import time
import uuid
import zipfile

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sendas_lab.aws.children import Child, FunctionFailed, node_command, python_command
from sendas_lab.clock import Clock
from sendas_lab.ses.ports import StoredKey


def runs(runtime: str) -> bool:
    """Whether a runtime can be run here: Python always, Node.js where there is a node."""
    if runtime.startswith("nodejs"):
        return node_command("", "") is not None
    return runtime.startswith("python")


def _command(function: Any) -> tuple[str, ...]:  # noqa: ANN401  moto's LambdaFunction
    if str(function.run_time).startswith("nodejs"):
        command = node_command(function.handler, function.function_arn)
        if command is not None:
            return command
    return python_command(function.handler, function.function_arn)


class FunctionRunner:
    """Runs functions of one lab; the endpoint is known once AWS listens."""

    def __init__(
        self,
        administrator: StoredKey,
        clock: Clock,
        assume: Callable[[str], StoredKey | None] = lambda _: None,
    ) -> None:
        self._assume = assume
        self._assumed: dict[str, StoredKey] = {}
        self._administrator = administrator
        self._clock = clock
        self._lock = threading.Lock()
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._idle: dict[tuple[object, ...], list[Child]] = {}
        self._busy: set[Child] = set()
        self._logs: dict[str, list[Path]] = {}
        self.endpoint: str | None = None
        self.world: Mapping[str, str] = {}
        """Variables by which a function finds the lab's DNS and hosts, not the world's."""
        self.cold = False
        """Whether every event gets a new process, as after a long pause."""
        self.metrics: Counter[tuple[str, str]] = Counter()
        """Invocations and Errors by (function ARN, metric), for CloudWatch."""
        self.logged: Callable[[Any, str, list[str]], None] | None = None
        """Is told the function (moto's), the name of its process's log, and its lines."""

    def run(self, function: Any, event: Any, request_id: str | None = None) -> Any:  # noqa: ANN401  moto's LambdaFunction; any JSON
        """The function's answer.

        Raises:
            FunctionFailed: It raised, crashed or took too long; the end of its log is in the
                message.
        """
        self.metrics[function.function_arn, "Invocations"] += 1
        number = request_id or str(uuid.uuid4())
        child, kind = self._take(function)
        begun, written = time.monotonic(), child.log.stat().st_size
        try:
            answer = child.invoke(
                event, float(function.timeout), self._clock.shift.total_seconds(), number
            )
        except FunctionFailed:
            self.metrics[function.function_arn, "Errors"] += 1
            raise
        finally:
            took = time.monotonic() - begun
            self._tell(function, number, child.log, written, took)
            self._give_back(child, kind)
        return answer

    def _tell(self, function: Any, number: str, log: Path, start: int, seconds: float) -> None:  # noqa: ANN401  moto's LambdaFunction, and what was logged when
        """Hand what one invocation has logged to CloudWatch Logs, as Lambda frames it."""
        if self.logged is None:
            return
        with log.open("rb") as file:
            file.seek(start)
            text = file.read().decode("utf-8", "replace")
        millis = seconds * 1000
        memory = function.memory_size
        report = "\t".join(
            (
                f"REPORT RequestId: {number}",
                f"Duration: {millis:.2f} ms",
                f"Billed Duration: {int(millis) + 1} ms",
                f"Memory Size: {memory} MB",
                f"Max Memory Used: {memory} MB",
            )
        )
        self.logged(
            function,
            log.stem,
            [
                f"START RequestId: {number} Version: {function.version}\n",
                *text.splitlines(keepends=True),
                f"END RequestId: {number}\n",
                f"{report}\t\n",
            ],
        )

    def answer(self, function: Any, event: Any) -> tuple[str, bool, str]:  # noqa: ANN401  moto's LambdaFunction, any JSON
        """As moto wants it: the answer's JSON, whether it failed, and the log."""
        try:
            return json.dumps(self.run(function, event)), False, ""
        except FunctionFailed as error:
            return json.dumps(error.said), True, str(error)

    def log(self, function_name: str) -> str:
        """Everything that the function has written, of every process it ran in."""
        with self._lock:
            files = list(self._logs.get(function_name, ()))
        return "".join(file.read_text("utf-8", "replace") for file in files)

    def kill_busy(self) -> None:
        """Kill every process that is handling an event just now, as a lost host would."""
        with self._lock:
            busy = list(self._busy)
        for child in busy:
            child.kill()

    def forget(self) -> None:
        """End every idle process: the next event finds a cold function."""
        with self._lock:
            idle = [child for children in self._idle.values() for child in children]
            self._idle.clear()
        for child in idle:
            child.close()

    def close(self) -> None:
        """End every process, and remove the unpacked code and the logs."""
        self.kill_busy()
        self.forget()
        with self._lock:
            self.metrics.clear()
            self._logs.clear()
            self._assumed.clear()
            home, self._home = self._home, None
        if home is not None:
            home.cleanup()

    def _take(self, function: Any) -> tuple[Child, tuple[object, ...]]:  # noqa: ANN401  moto's LambdaFunction
        code = function.code_bytes
        environment = self._environment(function)
        kind = (function.function_arn, hashlib.sha256(code).hexdigest(), str(environment))
        with self._lock:
            idle = self._idle.get(kind)
            child = idle.pop() if idle else None
            if child is not None:
                self._busy.add(child)
                return child, kind
        place = self._unpacked(code)
        with self._lock:
            log = self._new_log(function.function_name)
            command = _command(function)
            child = Child(command, place, environment, log)
            self._busy.add(child)
        return child, kind

    def _give_back(self, child: Child, kind: tuple[object, ...]) -> None:
        with self._lock:
            self._busy.discard(child)
            keep = child.alive and not self.cold and self._home is not None
            if keep:
                self._idle.setdefault(kind, []).append(child)
        if not keep:
            child.close()

    def _new_log(self, name: str) -> Path:
        files = self._logs.setdefault(name, [])
        files.append(self._place() / f"{name}-{len(files)}.log")
        return files[-1]

    def _place(self) -> Path:
        if self._home is None:
            self._home = tempfile.TemporaryDirectory(prefix="sendas-lab-functions-")
        return Path(self._home.name)

    def _unpacked(self, code: bytes) -> Path:
        with self._lock:
            place = self._place() / hashlib.sha256(code).hexdigest()
            if not place.exists():
                with zipfile.ZipFile(io.BytesIO(code)) as archive:
                    archive.extractall(place)
            return place

    def key_of(self, role: str) -> StoredKey:
        """A session of the function's role; the administrator where the role is made up."""
        with self._lock:
            if role not in self._assumed:
                self._assumed[role] = self._assume(role) or self._administrator
            return self._assumed[role]

    def _environment(self, function: Any) -> dict[str, str]:  # noqa: ANN401  moto's LambdaFunction
        key = self.key_of(function.role)
        token = {"AWS_SESSION_TOKEN": key.session_token} if key.session_token else {}
        return {
            **self.world,
            **token,
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ACCESS_KEY_ID": key.principal.key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret,
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.function_name}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            **({"AWS_ENDPOINT_URL": self.endpoint} if self.endpoint else {}),
            **{name: str(value) for name, value in function.environment_vars.items()},
        }
