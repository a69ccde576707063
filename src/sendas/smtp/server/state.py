"""How far a connection has come, and which command may come then.

Everything that says what is allowed when stands in this file.
"""

from collections.abc import Mapping
from enum import StrEnum, auto


class State(StrEnum):
    """Where the dialogue stands."""

    GREETING = auto()
    """Our first line has not been decided yet."""
    FRESH = auto()
    """No HELO or EHLO so far, or none since TLS began."""
    READY = auto()
    MAIL = auto()
    """A reverse-path is given, no forward-path yet."""
    RCPT = auto()
    """There is a forward-path that was taken."""
    AUTH = auto()
    """The next line belongs to AUTH."""
    DATA = auto()
    """What comes is content."""
    HANDSHAKE = auto()
    """220 to STARTTLS has been said: nothing is read before TLS stands."""
    CLOSED = auto()


_ANY = frozenset({State.FRESH, State.READY, State.MAIL, State.RCPT})
_GREETED = _ANY - {State.FRESH}

ALLOWED: Mapping[str, frozenset[State]] = {
    # RFC 5321, 4.1.4.
    "HELO": _ANY,
    "EHLO": _ANY,
    "NOOP": _ANY,
    "RSET": _ANY,
    "VRFY": _ANY,
    "QUIT": _ANY,
    "MAIL": frozenset({State.READY}),
    "RCPT": frozenset({State.MAIL, State.RCPT}),
    "DATA": frozenset({State.RCPT}),
    # RFC 3207, 4 and RFC 4954, 4: not within a mail transaction.
    "STARTTLS": frozenset({State.FRESH, State.READY}),
    "AUTH": frozenset({State.READY}),
}
"""In which states a command is carried out; in any other it is out of sequence."""


def allowed(command: str, state: State) -> bool:
    """Whether *command* may come in *state*."""
    return state in ALLOWED[command]


def greeted(state: State) -> bool:
    """Whether the client has said its name."""
    return state in _GREETED
