"""The function's log: one JSON object a line, for CloudWatch Logs Insights.

Ids, sizes, verdicts, reasons, durations: no address and no subject, unless the
owner asks for them (SENDAS_LOG_PERSONAL=1).  A line cannot be broken by what a
stranger wrote: JSON escapes it, and everything outside ASCII.
"""

import json
import sys

from collections.abc import Callable


ALARM_LEVEL = "ERROR"
_encoded = json.JSONEncoder(default=str, check_circular=False).encode


class Log:
    """Writes lines; *personal* fields only if the owner wants them."""

    def __init__(
        self, *, personal: bool = False, write: Callable[[str], object] | None = None
    ) -> None:
        self._personal = personal
        self._write = write or _to_standard_output

    def say(self, what: str, *, level: str = "INFO", **fields: object) -> None:
        """One line."""
        self._write(_encoded({"level": level, "what": what} | fields))

    def say_of(
        self, what: str, personal: dict[str, object], *, level: str = "INFO", **fields: object
    ) -> None:
        """One line, with *personal* if that is wanted."""
        self.say(what, level=level, **fields, **(personal if self._personal else {}))

    def alarm(self, what: str, **fields: object) -> None:
        """One line that the stack's metric filter counts: somebody should look."""
        self.say(what, level=ALARM_LEVEL, **fields)


def _to_standard_output(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
