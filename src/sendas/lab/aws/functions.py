"""Functions really run: the zip that would go to AWS, in a child process.

moto runs functions in containers; here the code is unpacked once per version
and called by a Python of our own, with the lab's AWS as its endpoint.
"""

import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sendas.lab.ses.ports import StoredKey


_RUNNER = """
import importlib, json, sys, types
name, request_id, arn = sys.argv[1:4]
module, _, function = name.rpartition(".")
context = types.SimpleNamespace(
    function_name=arn.rpartition(":")[2], aws_request_id=request_id, invoked_function_arn=arn,
    memory_limit_in_mb="128", get_remaining_time_in_millis=lambda: 30000,
)
event = json.load(sys.stdin)
out = sys.stdout
sys.stdout = sys.stderr
answer = getattr(importlib.import_module(module.replace("/", ".")), function)(event, context)
json.dump(answer, out)
"""
_LOG_KEPT = 4096


class FunctionRunner:
    """Runs functions of one lab; the endpoint is known once AWS listens."""

    def __init__(self, administrator: StoredKey) -> None:
        self._administrator = administrator
        self._lock = threading.Lock()
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self.endpoint: str | None = None

    def run(self, function: Any, event: Mapping[str, Any]) -> Any:  # noqa: ANN401  moto's LambdaFunction; any JSON
        """The function's answer.

        Raises:
            RuntimeError: It failed or took too long; the end of its log is in the message.
        """
        try:
            done = subprocess.run(  # noqa: S603  the same
                [sys.executable, "-c", _RUNNER, function.handler, "lab", function.function_arn],
                input=json.dumps(event).encode(),
                capture_output=True,
                cwd=self._unpacked(function.code_bytes),
                env=self._environment(function),
                timeout=float(function.timeout),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = f"Task timed out after {function.timeout} seconds"
            raise RuntimeError(message) from error
        if done.returncode:
            raise RuntimeError(done.stderr[-_LOG_KEPT:].decode("utf-8", "replace"))
        return json.loads(done.stdout or b"null")

    def answer(self, function: Any, event: Any) -> tuple[str, bool, str]:  # noqa: ANN401  moto's LambdaFunction, any JSON
        """As moto wants it: the answer's JSON, whether it failed, and the log."""
        try:
            return json.dumps(self.run(function, event)), False, ""
        except RuntimeError as error:
            said = {"errorMessage": str(error), "errorType": "Runtime.ExitError"}
            return json.dumps(said), True, str(error)

    def close(self) -> None:
        """Remove the unpacked code."""
        if self._home is not None:
            self._home.cleanup()
            self._home = None

    def _unpacked(self, code: bytes) -> Path:
        with self._lock:
            if self._home is None:
                self._home = tempfile.TemporaryDirectory(prefix="sendas-lab-functions-")
            place = Path(self._home.name) / hashlib.sha256(code).hexdigest()
            if not place.exists():
                with zipfile.ZipFile(io.BytesIO(code)) as archive:
                    archive.extractall(place)
            return place

    def _environment(self, function: Any) -> dict[str, str]:  # noqa: ANN401  moto's LambdaFunction
        key = self._administrator
        return {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ACCESS_KEY_ID": key.principal.key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret,
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            **({"AWS_ENDPOINT_URL": self.endpoint} if self.endpoint else {}),
            **{name: str(value) for name, value in function.environment_vars.items()},
        }
