"""One reply: what the peer reads, what the log reads, and whose fault it is."""

from dataclasses import dataclass
from enum import StrEnum

from sendas.text import SHOWN, visible


class Fault(StrEnum):
    """Who has to change something before the same command can succeed."""

    NOBODY = "nobody"
    CLIENT = "client"
    SERVER = "server"
    UPSTREAM = "upstream"
    """Whoever stands behind the server: AWS, for the relay."""


_REFUSING = 400
_FINAL = 500


@dataclass(frozen=True, slots=True)
class Reply:
    """*code* and *status* as RFC 5321, 4.2 and RFC 3463 have them; *text* is for the peer.

    *text* may have several lines, parted by LF.  *status* may be empty: RFC 2034, 4
    gives none to 3yz replies and to the answers of HELO and EHLO.  *log* is never sent.
    """

    code: int
    status: str = ""
    text: str = ""
    log: str = ""
    fault: Fault = Fault.NOBODY

    @property
    def positive(self) -> bool:
        """Whether the command was taken, or more of it is awaited (2yz, 3yz)."""
        return self.code < _REFUSING

    @property
    def permanent(self) -> bool:
        """Whether the same command will be refused again (5yz)."""
        return self.code >= _FINAL

    def encode(self) -> bytes:
        """As it goes over the wire; what could begin another line is shown, not sent."""
        if self.text.isascii() and self.text.isprintable():  # nearly every one
            status = f"{self.status} " if self.status else ""
            return f"{self.code} {status}{self.text}\r\n".encode("ascii")
        lines = [visible(line).replace(SHOWN, "?") for line in self.text.split("\n")]
        before = f"{self.status} " if self.status else ""
        last = len(lines) - 1
        return b"".join(
            f"{self.code}{' ' if number == last else '-'}{before}{line}\r\n".encode(
                "utf-8", "replace"
            )
            for number, line in enumerate(lines)
        )
