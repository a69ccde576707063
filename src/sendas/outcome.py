"""The value that stands where an answer should be when nobody answered."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias, TypeVar

from sendas.errors import CouldNotLook, NotAsked


class Why(StrEnum):
    """Why there is no answer; none of these says that the thing is absent."""

    TIMEOUT = "timeout"
    """Asked, and heard nothing before the deadline."""
    UNREACHABLE = "unreachable"
    """No route, connection refused, name of the server unknown."""
    DENIED = "denied"
    """The other side knows us and will not tell: a missing permission."""
    NO_CREDENTIALS = "no-credentials"
    """None found, expired, or not accepted: nothing could be asked."""
    THROTTLED = "throttled"
    """Asked too often; every retry was used up."""
    SERVER_FAILURE = "server-failure"
    """SERVFAIL, HTTP 5xx: the other side broke."""
    REFUSED = "refused"
    """The name server answered REFUSED, or is lame for the zone."""
    BOGUS = "bogus"
    """There is an answer, and its DNSSEC signatures fail: whoever validates takes none."""
    NOT_ASKED = "not-asked"
    """Not part of this run."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nobody answered.  *detail* is one line for people, without secrets; *code* is AWS's own."""

    why: Why
    detail: str
    code: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        """One line: ``timeout: 192.0.2.53 did not answer within 2 s``."""
        return f"{self.why}: {self.detail}" if self.detail else str(self.why)


T = TypeVar("T")
Seen: TypeAlias = T | NoAnswer
"""What was observed, or why it could not be."""

NOT_ASKED = NoAnswer(Why.NOT_ASKED, "")


def see(answer: Seen[T], what: str) -> T:
    """The answer itself.

    Raises:
        NotAsked: It was no part of this run.
        CouldNotLook: Nobody answered; the message names *what* was asked.
    """
    if isinstance(answer, NoAnswer):
        msg = f"{what}: {answer}"
        raise (NotAsked if answer.why is Why.NOT_ASKED else CouldNotLook)(msg)
    return answer
