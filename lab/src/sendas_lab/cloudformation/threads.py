"""Work in the background: one job after the other for each stack."""

import threading

from collections.abc import Callable


class Threads:
    """Jobs at work; one at a time for each stack."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}
        self.errors: list[BaseException] = []

    def run(self, stack_id: str, work: Callable[[], None]) -> None:
        """Begin, after what is at work on that stack has ended."""
        with self._lock:
            before = self._threads.get(stack_id)

            def go() -> None:
                if before is not None:
                    before.join()
                try:
                    work()
                except Exception as error:  # noqa: BLE001  a defect of the lab: `settle` shows it
                    self.errors.append(error)

            thread = threading.Thread(target=go, name="cloudformation", daemon=True)
            self._threads[stack_id] = thread
            thread.start()

    def settle(self, timeout_seconds: float = 30.0) -> None:
        """Wait until nothing is at work.

        Raises:
            TimeoutError: Still at work.
            Exception: Whatever a job raised: a defect of the lab.
        """
        with self._lock:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(timeout_seconds)
            if thread.is_alive():
                msg = f"CloudFormation is still at work after {timeout_seconds} s"
                raise TimeoutError(msg)
        if self.errors:
            raise self.errors.pop(0)
