"""What follows DATA, collected until CR LF . CR LF and nothing else ends it.

RFC 5321, 4.1.1.4: "a period alone on a line"; 2.3.8: a line ends with CR LF only.
Anything laxer lets one message hide a second (SMTP smuggling, CVE-2023-51764,
CVE-2023-51765, CVE-2023-51766).
"""

_END = b"\r\n.\r\n"


class ContentReader:
    """Takes bytes until the end; holds no more than *max_bytes* and a little."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        # The line end before the first line counts as the one after DATA.
        self._taken = bytearray(b"\r\n")
        self._searched = 0
        self.too_long = False

    def take(self, data: bytes | bytearray) -> bytes | None:
        """Add *data*; what follows the end if it has been seen, else None."""
        self._taken += data
        end = self._taken.find(_END, max(0, self._searched - len(_END) + 1))
        if end >= 0:
            rest = bytes(self._taken[end + len(_END) :])
            del self._taken[end + 2 :]
            return rest
        self._searched = len(self._taken)
        # Stuffed dots count here too: a message of the greatest size may be dots alone.
        if self.too_long or self._searched > 2 * self._max_bytes + len(_END):
            self.too_long = True
            del self._taken[: -len(_END)]
            self._searched = len(self._taken)
        return None

    def finish(self) -> bytes | None:
        """The message, dots unstuffed (RFC 5321, 4.5.2); None if it is too long."""
        if self.too_long:
            return None
        whole = self._taken
        self._taken = bytearray()
        if b"\r\n." in whole:
            whole = whole.replace(b"\r\n.", b"\r\n")
        return None if len(whole) - 2 > self._max_bytes else bytes(memoryview(whole)[2:])
