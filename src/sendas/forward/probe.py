"""A probe of the road in, announced in the bucket before it is sent; pure.

::

    operator ─ announces a token ─▶ bucket ◀─ is it announced? ─ function
        └─ mail to local+sendas-canary-TOKEN ─▶ MX ─▶ … ─▶ function
                                                             │ as it sends any mail on
        arrives, signed ◀─ bucket ◀─ MX ◀─ local+sendas-canary-ONWARD

Without its announcement, and after *until*, it is what any canary is: a mail that has
arrived.  Whoever copies an announced one is not believed: the first mail takes it.
"""

import json
import re

from dataclasses import dataclass
from datetime import UTC, datetime

from sendas.errors import SendasError


SCHEMA = "sendas.probe/1"
FOLDER = "rate/prove/"
"""Behind the state prefix: among the counts of past hours, which the bucket deletes after two
days, and which the function may read and write."""
_TOKEN = re.compile(r"[0-9a-f]{8,32}")
_MAX_BYTES = 4096


def announcement_key(state_prefix: str, token: str) -> str:
    """Where the probe of that token is announced."""
    return f"{state_prefix}{FOLDER}{token}.json"


def taken_key(state_prefix: str, token: str) -> str:
    """Where it is written which mail that probe is."""
    return f"{state_prefix}{FOLDER}{token}.taken"


class MalformedAnnouncement(SendasError):
    """What is stored announces no probe."""


@dataclass(frozen=True, slots=True)
class Announced:
    """One probe that is on its way: *onward* is the token of the address it is sent on to."""

    token: str
    onward: str
    began: datetime
    until: datetime
    to_inbox: bool = False
    """Whether the person whose mail it stands for gets it, too."""
    beside: str = ""
    """The token of a mail that the same run sends out, to be tidied away with it; or none."""
    at_work_until: datetime | None = None
    """Until when the run that sent it tidies for itself; None where an older release wrote it."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """What the mails of the run carry."""
        return tuple(filter(None, (self.token, self.onward, self.beside)))


@dataclass(frozen=True, slots=True)
class Probe:
    """A mail that is an announced probe: it came for *path*, and goes on to *target*."""

    path: str
    target: str
    token: str
    """What the copy carries in its own header."""
    to_inbox: bool = False


@dataclass(frozen=True, slots=True)
class Copied:
    """A mail that says it is a probe which another mail was: it is handled as any mail."""

    path: str


def write(announced: Announced) -> bytes:
    """As it is stored."""
    value: dict[str, object] = {
        "schema": SCHEMA,
        "token": announced.token,
        "onward": announced.onward,
        "began": announced.began.astimezone(UTC).isoformat(),
        "until": announced.until.astimezone(UTC).isoformat(),
        "to_inbox": announced.to_inbox,
        "beside": announced.beside,
    }
    if announced.at_work_until is not None:
        value["at_work_until"] = announced.at_work_until.astimezone(UTC).isoformat()
    return json.dumps(value).encode("ascii")


def read(raw: bytes) -> Announced:
    """What is announced.

    Raises:
        MalformedAnnouncement: Nothing, that could be read.
    """
    try:
        value = json.loads(raw[:_MAX_BYTES])
        found = Announced(
            _token(value["token"]),
            _token(value["onward"]),
            _time(value["began"]),
            _time(value["until"]),
            value["to_inbox"] is True,
            _token(value["beside"]) if value["beside"] else "",
            _time(value["at_work_until"]) if value.get("at_work_until") else None,
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        msg = "what is stored announces no probe"
        raise MalformedAnnouncement(msg) from None
    return found


def _token(text: object) -> str:
    if not isinstance(text, str) or not _TOKEN.fullmatch(text):
        raise ValueError
    return text


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError
    return moment
