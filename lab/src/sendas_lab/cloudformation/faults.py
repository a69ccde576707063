"""Making CloudFormation fail or wait at a chosen resource: what does an owner's tool do then?"""

import threading

from dataclasses import dataclass

from sendas_lab.cloudformation.calls import ResourceFailed


_MOST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Break:
    where: str
    action: str
    reason: str
    times: int


class StackFaults:
    """Switches; *where* is a logical id or a type, *action* create, update or delete."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._breaks: list[_Break] = []
        self._held: dict[tuple[str, str], threading.Event] = {}
        self._reached: dict[tuple[str, str], threading.Event] = {}
        self.pace_seconds = 0.0
        """How long every resource takes, as on AWS where nothing is instant."""

    def fail(
        self,
        where: str,
        action: str = "create",
        *,
        reason: str = "Internal Failure",
        times: int = 1,
    ) -> None:
        """Let the next *times* such actions fail before they do anything."""
        with self._lock:
            self._breaks.append(_Break(where, action, reason, times))

    def hold(self, where: str, action: str = "create") -> None:
        """Let the next such action wait until `release`."""
        with self._lock:
            self._held[where, action] = threading.Event()
            self._reached[where, action] = threading.Event()

    def wait_until_held(self, where: str, action: str = "create", seconds: float = 10.0) -> bool:
        """Wait until the action has come to the place where it is held."""
        return self._reached[where, action].wait(seconds)

    def release(self) -> None:
        """Let whatever is held go on."""
        with self._lock:
            for event in self._held.values():
                event.set()
            self._held.clear()

    def clear(self) -> None:
        """All is well again."""
        self.release()
        with self._lock:
            self._breaks.clear()
            self.pace_seconds = 0.0

    def strike(self, logical_id: str, kind: str, action: str) -> None:
        """Wait and fail as the switches say.

        Raises:
            ResourceFailed: A switch says so.
        """
        for where in (logical_id, kind):
            with self._lock:
                held = self._held.get((where, action))
                reached = self._reached.get((where, action))
            if held is not None and reached is not None:
                reached.set()
                held.wait(_MOST_SECONDS)
        if self.pace_seconds:
            threading.Event().wait(self.pace_seconds)
        with self._lock:
            for place, one in enumerate(self._breaks):
                if one.action == action and one.where in {logical_id, kind}:
                    left = _Break(one.where, one.action, one.reason, one.times - 1)
                    self._breaks[place : place + 1] = [left] if left.times else []
                    raise ResourceFailed(one.reason, "InternalFailure")
