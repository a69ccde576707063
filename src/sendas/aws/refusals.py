"""What AWS answers when it does not do what it was asked, for the lean client.

What each code means is `sendas.aws_errors`.  Nothing is for good that it does
not call so: a mail whose send is `Refused` is given up, any other waits in the
queue and at last among the dead letters.
"""

from sendas.aws_errors import Effect, Trouble, meaning
from sendas.errors import SendasError


class AwsFailure(SendasError):
    """AWS did not do it.  *code* is AWS's word, *text* its sentence, *status* HTTP's number."""

    passing = False
    """Whether it is likely to go away by itself: nobody needs to look yet."""
    hint = ""
    """What *code* alone does not say."""

    def __init__(self, action: str, code: str = "", text: str = "", status: int = 0) -> None:
        super().__init__(f"{action}: {code or 'no answer'}{self.hint}")
        self.action = action
        self.code = code
        self.text = text
        """Not in the message: it may name addresses, and messages are logged."""
        self.status = status


class Throttled(AwsFailure):
    """Too much at once: later."""

    passing = True


class Transient(AwsFailure):
    """AWS broke, or does not take the key any more, or says what nobody knows."""

    passing = True


class Halted(AwsFailure):
    """The account sends nothing just now, whatever is asked of it; nothing was begun.

    It is paused or suspended, its MAIL FROM broken, or the day's quota used up:
    the owner has to know.
    """

    @property
    def quota(self) -> bool:
        """Whether time alone mends it."""
        return _DAILY in self.text.lower()


class NoReply(AwsFailure):
    """Nobody said whether it was done; if *sent*, the whole request had left, and it may be."""

    passing = True

    def __init__(self, action: str, reason: str, *, sent: bool) -> None:
        super().__init__(action, f"no reply: {reason}")
        self.sent = sent


class Refused(AwsFailure):
    """AWS refuses this very request, for good; *text* says why."""


class Unverified(AwsFailure):
    """An address of it has not been verified: ours, or in the sandbox the target.

    Whoever clicks the link in SES's mail, or AWS by letting the account out of the
    sandbox, makes the same request good: it waits.
    """

    hint = " (an address is not verified)"


class Denied(AwsFailure):
    """No permission, or no valid key."""


class NotFound(AwsFailure):
    """There is no such object, or no such configuration set: the owner can make it."""


class Conflict(AwsFailure):
    """Somebody else wrote first (a conditional write)."""

    passing = True


_DAILY = "daily message quota"
"""SES's sentence; the code is that of any throttling (SES guide, "Errors related to the sending
quotas")."""
_UNVERIFIED = "address is not verified"
"""SES's sentence (SES guide, "SMTP response codes", "Email address is not verified"); the code
is that of any refused message."""
_KINDS: dict[Trouble, type[AwsFailure]] = {
    Trouble.DENIED: Denied,
    Trouble.KEY: Denied,
    Trouble.NOT_SUBSCRIBED: Denied,
    Trouble.ELSEWHERE: Denied,
    Trouble.EXPIRED: Transient,
    Trouble.CLOCK: Transient,
    Trouble.PAUSED: Halted,
    Trouble.UNAVAILABLE: Transient,
    Trouble.BROKE: Transient,
    Trouble.UNKNOWN: Transient,
    Trouble.THROTTLED: Throttled,
    Trouble.INVALID: Refused,
    Trouble.ABSENT: NotFound,
    Trouble.CONFLICT: Conflict,
}


def failure(action: str, status: int, code: str, text: str) -> AwsFailure:
    """What an answer of *status* and *code* means."""
    kind = _KINDS[meaning(code, status).trouble]
    if kind is Throttled and _DAILY in text.lower():
        kind = Halted
    if kind is Refused and _UNVERIFIED in text.lower():
        kind = Unverified
    return kind(action, code or str(status), text, status)


def certainly_not_done(error: AwsFailure) -> bool:
    """Whether *error* proves that the call had no effect, and may go away."""
    if isinstance(error, NoReply):
        return not error.sent
    if not isinstance(error, Transient | Throttled):
        return False
    found = meaning(error.code, error.status)
    return isinstance(error, Throttled) or (
        found.effect is Effect.NONE and found.trouble is not Trouble.UNKNOWN
    )


def perhaps_done(error: AwsFailure) -> bool:
    """Whether *error* leaves it open that the call had its effect."""
    if isinstance(error, NoReply):
        return error.sent
    return (
        isinstance(error, Transient) and meaning(error.code, error.status).effect is Effect.PERHAPS
    )
