"""Where functions of custom resources answer: an address of the lab's AWS, as S3's presigned ones.

Source: CloudFormation User Guide, "Custom resource response objects".
"""

import json
import secrets
import threading

from collections.abc import Callable
from dataclasses import dataclass, field

from sendas_lab.cloudformation.template import Value


PATH = "/cloudformation-custom-resource-response/"


@dataclass(slots=True)
class _Slot:
    arrived: threading.Event = field(default_factory=threading.Event)
    said: Value = None


class Responses:
    """Answers that are waited for."""

    def __init__(self, endpoint: Callable[[], str]) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._slots: dict[str, _Slot] = {}

    def open(self) -> tuple[str, Callable[[float], Value]]:
        """An address, and how to wait that many seconds for what is put there (None: nothing)."""
        token, slot = secrets.token_hex(16), _Slot()
        with self._lock:
            self._slots[token] = slot

        def wait(seconds: float) -> Value:
            slot.arrived.wait(seconds)
            with self._lock:
                self._slots.pop(token, None)
            return slot.said

        return f"{self._endpoint()}{PATH}{token}", wait

    def take(self, path: str, body: bytes) -> bool:
        """A function answers; whether anybody waits at *path*."""
        with self._lock:
            slot = self._slots.get(path.removeprefix(PATH))
        if slot is None:
            return False
        try:
            slot.said = json.loads(body)
        except ValueError:
            slot.said = {"Status": "FAILED", "Reason": "Response is not valid JSON."}
        slot.arrived.set()
        return True
