"""What AWS answers when it does not do what it was asked, for the lean client.

Sources: S3 API reference, "List of error codes"; SES v2 API reference,
SendEmail, "Errors"; SES v1 API reference, "Common errors".
"""

from sendas.errors import SendasError


class AwsFailure(SendasError):
    """AWS did not do it.  *code* is AWS's word, *text* its sentence, *status* HTTP's number."""

    passing = False
    """Whether it is likely to go away by itself: nobody needs to look yet."""

    def __init__(self, action: str, code: str = "", text: str = "", status: int = 0) -> None:
        super().__init__(f"{action}: {code or 'no answer'}")
        self.action = action
        self.code = code
        self.text = text
        """Not in the message: it may name addresses, and messages are logged."""
        self.status = status


class Throttled(AwsFailure):
    """Too much at once, or the day's quota is used up: later."""

    passing = True


class Transient(AwsFailure):
    """AWS broke, or is paused, or does not take the key any more: later."""

    passing = True


class NoReply(AwsFailure):
    """Nobody answered; if *sent*, the whole request had left, and may have had its effect."""

    passing = True

    def __init__(self, action: str, reason: str, *, sent: bool) -> None:
        super().__init__(action, f"no reply: {reason}")
        self.sent = sent


class Refused(AwsFailure):
    """AWS refuses this for good; *text* says why."""


class Denied(AwsFailure):
    """No permission, or no valid key."""


class NotFound(AwsFailure):
    """There is no such object."""


class Conflict(AwsFailure):
    """Somebody else wrote first (a conditional write)."""

    passing = True


_THROTTLED = frozenset(
    (
        "LimitExceededException", "Maximum sending rate exceeded", "RequestLimitExceeded",
        "RequestThrottled", "SlowDown", "Throttling", "ThrottlingException",
        "TooManyRequestsException", "LimitExceeded",
    )
)  # fmt: skip
_LATER = frozenset(
    (
        # A paused account and an identity that lost its verification are mended by
        # the owner; the mail waits in the queue and in the dead-letter queue.
        "AccountSuspendedException", "SendingPausedException", "AccountSendingPausedException",
        "ConfigurationSetSendingPausedException", "MailFromDomainNotVerifiedException",
        "RequestTimeout", "InternalFailure", "InternalServiceErrorException", "ServiceUnavailable",
        "RequestTimeTooSkewed", "ExpiredToken", "ExpiredTokenException", "RequestExpired",
    )
)  # fmt: skip
_CONFLICT = frozenset(("PreconditionFailed", "ConditionalRequestConflict"))
_FORBIDDEN, _NOT_FOUND, _TOO_MANY, _SERVER_BROKE = 403, 404, 429, 500


def failure(action: str, status: int, code: str, text: str) -> AwsFailure:
    """What an answer of *status* and *code* means."""
    return _kind(status, code)(action, code or str(status), text, status)


def _kind(status: int, code: str) -> type[AwsFailure]:
    if code in _THROTTLED or status == _TOO_MANY:
        return Throttled
    if code in _CONFLICT:
        return Conflict
    if code in _LATER or status >= _SERVER_BROKE:
        return Transient
    if status == _FORBIDDEN:
        return Denied
    if status == _NOT_FOUND:
        return NotFound
    return Refused
