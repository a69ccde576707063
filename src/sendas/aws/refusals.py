"""What AWS answers when it does not do what it was asked, for the lean client.

Sources: S3 API reference, "List of error codes"; SES v2 API reference,
SendEmail, "Errors", and "Common errors"; SES v1 API reference, "Common errors".
Nothing is for good that these do not call so: a mail whose send is `Refused` is
given up, any other waits in the queue and at last among the dead letters.
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
    """AWS broke, or is paused, or does not take the key any more, or says what nobody knows."""

    passing = True


class NoReply(AwsFailure):
    """Nobody said whether it was done; if *sent*, the whole request had left, and it may be."""

    passing = True

    def __init__(self, action: str, reason: str, *, sent: bool) -> None:
        super().__init__(action, f"no reply: {reason}")
        self.sent = sent


class Refused(AwsFailure):
    """AWS refuses this very request, for good; *text* says why."""


class Denied(AwsFailure):
    """No permission, or no valid key."""


class NotFound(AwsFailure):
    """There is no such object, or no such configuration set: the owner can make it."""


class Conflict(AwsFailure):
    """Somebody else wrote first (a conditional write)."""

    passing = True


_NOT_NOW = frozenset(
    (
        # A paused account and an identity that lost its verification are mended by
        # the owner; the mail waits in the queue and in the dead-letter queue.
        "AccountSuspendedException", "SendingPausedException", "AccountSendingPausedException",
        "ConfigurationSetSendingPausedException", "MailFromDomainNotVerifiedException",
        "RequestTimeTooSkewed", "ExpiredToken", "ExpiredTokenException", "RequestExpired",
        "ServiceUnavailable", "ServiceUnavailableException",
    )
)  # fmt: skip
"""AWS looked, and did not begin."""
_BROKE_OFF = frozenset(
    (
        "InternalError", "InternalFailure", "InternalServerError", "InternalServerException",
        "InternalServiceError", "InternalServiceErrorException", "InternalServiceException",
        "RequestTimeout", "RequestTimeoutException", "RequestAborted", "RequestAbortedException",
    )
)  # fmt: skip
"""AWS began, and does not say how far it came."""
_BY_CODE: dict[str, type[AwsFailure]] = {
    **dict.fromkeys(
        (
            "LimitExceeded", "LimitExceededException", "Maximum sending rate exceeded",
            "RequestLimitExceeded", "RequestThrottled", "SlowDown", "Throttling",
            "ThrottlingException", "TooManyRequestsException",
        ),
        Throttled,
    ),
    **dict.fromkeys(("PreconditionFailed", "ConditionalRequestConflict"), Conflict),
    **dict.fromkeys(
        (
            "AccessDenied", "AccessDeniedException", "AuthFailure", "IncompleteSignature",
            "IncompleteSignatureException", "InvalidAccessKeyId", "InvalidClientTokenId",
            "InvalidSignatureException", "InvalidToken", "MissingAuthenticationToken",
            "MissingAuthenticationTokenException", "NotAuthorized", "OptInRequired",
            "SignatureDoesNotMatch", "SubscriptionRequiredException",
            "UnrecognizedClientException",
        ),
        Denied,
    ),
    **dict.fromkeys(
        (
            "BadRequestException", "EntityTooLarge", "InvalidParameterCombination",
            "InvalidParameterValue", "MessageRejected", "MissingParameter",
            "RequestEntityTooLarge", "RequestEntityTooLargeException", "ValidationError",
            "ValidationException",
        ),
        Refused,
    ),
    # The configuration set: it is missing for every mail, not for this one.
    **dict.fromkeys(
        (
            "ConfigurationSetDoesNotExist", "ConfigurationSetDoesNotExistException",
            "NotFoundException",
        ),
        NotFound,
    ),
    **dict.fromkeys(_NOT_NOW | _BROKE_OFF, Transient),
}  # fmt: skip
_BY_STATUS: dict[int, type[AwsFailure]] = {
    # For good: another Region's bucket, which the settings must name.  Other
    # redirections are S3's while a bucket is young (S3 guide, "Request redirection").
    301: Denied,
    308: Denied,
    401: Denied,
    403: Denied,
    404: NotFound,
    413: Refused,
    429: Throttled,
}
_TIMED_OUT, _SERVER_BROKE, _UNAVAILABLE = 408, 500, 503


def failure(action: str, status: int, code: str, text: str) -> AwsFailure:
    """What an answer of *status* and *code* means."""
    kind = _BY_CODE.get(code) or _BY_STATUS.get(status, Transient)
    return kind(action, code or str(status), text, status)


def certainly_not_done(error: AwsFailure) -> bool:
    """Whether *error* proves that the call had no effect, and may go away."""
    if isinstance(error, NoReply):
        return not error.sent
    if isinstance(error, Transient) and error.code not in _BROKE_OFF:
        return error.code in _NOT_NOW or error.status == _UNAVAILABLE
    return isinstance(error, Throttled)


def perhaps_done(error: AwsFailure) -> bool:
    """Whether *error* leaves it open that the call had its effect.

    A server that breaks down may do so after the work (RFC 9110, 15.6: it only
    "is aware that it has erred"); one that refuses has not begun.
    """
    if isinstance(error, NoReply):
        return error.sent
    if not isinstance(error, Transient) or certainly_not_done(error):
        return False
    return error.code in _BROKE_OFF or error.status == _TIMED_OUT or error.status >= _SERVER_BROKE
