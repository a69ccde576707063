"""What each of AWS's error codes means: why, whether it passes, whether anything was done; data.

Sources: "Common errors" of each service's API reference; S3 API reference,
"List of error codes"; SES v1 and v2 API reference, SendEmail; the codes that
botocore holds for throttling.  One table, whoever reads it: the answers of
botocore (`sendas.aws.failure`), of the lean client (`sendas.aws.refusals`), and
the help that the doctor gives (`sendas.doctor.needed`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sendas.outcome import Why


class Trouble(StrEnum):
    """Why AWS did not do what it was asked, in a closed vocabulary."""

    DENIED = "denied"
    """The key is good, and has no permission."""
    KEY = "key"
    """The key is not known, not active, or the signature is not of its secret."""
    NOT_SUBSCRIBED = "not-subscribed"
    """The account has not signed up for the service, or for the Region."""
    EXPIRED = "expired"
    """Temporary credentials have run out."""
    CLOCK = "clock"
    """The clock of whoever signs is wrong, or the request was on its way too long."""
    THROTTLED = "throttled"
    """Too much at once, or a quota that fills up again."""
    PAUSED = "paused"
    """The account, the set or the MAIL FROM domain does not send at the moment."""
    INVALID = "invalid"
    """This very request: the same request is refused for ever."""
    ABSENT = "absent"
    """What it names is not there; whoever owns the account can make it."""
    CONFLICT = "conflict"
    """Somebody else wrote first, or is at work on the same thing."""
    ELSEWHERE = "elsewhere"
    """In another Region."""
    UNAVAILABLE = "unavailable"
    """AWS did not begin."""
    BROKE = "broke"
    """AWS began, broke, and does not say how far it came."""
    UNKNOWN = "unknown"
    """A code that nobody has heard of, with a status that says nothing."""


class Effect(StrEnum):
    """Whether what was asked for has happened."""

    NONE = "none"
    """Certainly not."""
    PERHAPS = "perhaps"
    """RFC 9110, 15.6: a server that errs is only "aware that it has erred"."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error means.  *passes*: likely to go away by itself, so that later makes sense."""

    trouble: Trouble
    why: Why
    passes: bool
    effect: Effect = Effect.NONE


_MEANINGS: Mapping[Trouble, Meaning] = {
    one.trouble: one
    for one in (
        Meaning(Trouble.DENIED, Why.DENIED, passes=False),
        Meaning(Trouble.KEY, Why.NO_CREDENTIALS, passes=False),
        Meaning(Trouble.NOT_SUBSCRIBED, Why.NO_CREDENTIALS, passes=False),
        Meaning(Trouble.EXPIRED, Why.NO_CREDENTIALS, passes=True),
        Meaning(Trouble.CLOCK, Why.NO_CREDENTIALS, passes=True),
        Meaning(Trouble.THROTTLED, Why.THROTTLED, passes=True),
        Meaning(Trouble.PAUSED, Why.SERVER_FAILURE, passes=False),
        Meaning(Trouble.INVALID, Why.SERVER_FAILURE, passes=False),
        Meaning(Trouble.ABSENT, Why.SERVER_FAILURE, passes=False),
        Meaning(Trouble.CONFLICT, Why.SERVER_FAILURE, passes=True),
        Meaning(Trouble.ELSEWHERE, Why.SERVER_FAILURE, passes=False),
        Meaning(Trouble.UNAVAILABLE, Why.SERVER_FAILURE, passes=True),
        Meaning(Trouble.BROKE, Why.SERVER_FAILURE, passes=True, effect=Effect.PERHAPS),
        Meaning(Trouble.UNKNOWN, Why.SERVER_FAILURE, passes=True),
    )
}
_TIMED_OUT = Meaning(Trouble.BROKE, Why.TIMEOUT, passes=True, effect=Effect.PERHAPS)

_CODES: Mapping[Trouble, str] = {
    Trouble.DENIED: """
        AccessDenied AccessDeniedException AuthorizationError AuthorizationErrorException
        NotAuthorized UnauthorizedAccess UnauthorizedOperation AllAccessDisabled
    """,
    Trouble.KEY: """
        AuthFailure IncompleteSignature IncompleteSignatureException InvalidAccessKeyId
        InvalidClientTokenId InvalidSecurity InvalidSignatureException InvalidToken
        MissingAuthenticationToken MissingAuthenticationTokenException SignatureDoesNotMatch
        UnrecognizedClientException
    """,
    Trouble.NOT_SUBSCRIBED: "NotSignedUp OptInRequired SubscriptionRequiredException",
    Trouble.EXPIRED: "ExpiredToken ExpiredTokenException TokenRefreshRequired",
    Trouble.CLOCK: "RequestExpired RequestTimeTooSkewed RequestInTheFuture",
    Trouble.THROTTLED: """
        BandwidthLimitExceeded EC2ThrottledException LimitExceeded LimitExceededException
        PriorRequestNotComplete ProvisionedThroughputExceededException RequestLimitExceeded
        RequestThrottled RequestThrottledException SlowDown ThrottledException Throttling
        ThrottlingException TooManyRequestsException TransactionInProgressException
    """,
    # Of these the owner can mend one or the other; the mail waits meanwhile.
    Trouble.PAUSED: """
        AccountSendingPausedException AccountSuspendedException
        ConfigurationSetSendingPausedException MailFromDomainNotVerifiedException
        SendingPausedException
    """,
    Trouble.INVALID: """
        BadRequestException EntityTooLarge InvalidParameterCombination InvalidParameterValue
        MessageRejected MissingParameter RequestEntityTooLarge RequestEntityTooLargeException
        ValidationError ValidationException
    """,
    Trouble.ABSENT: """
        AWS.SimpleQueueService.NonExistentQueue ConfigurationSetDoesNotExist
        ConfigurationSetDoesNotExistException NoSuchBucket NoSuchKey NotFoundException
        QueueDoesNotExist
    """,
    Trouble.CONFLICT: """
        ConcurrentModification ConcurrentModificationException ConditionalRequestConflict
        PreconditionFailed ResourceConflictException
    """,
    Trouble.ELSEWHERE: "PermanentRedirect",
    Trouble.UNAVAILABLE: "OperationAborted ServiceUnavailable ServiceUnavailableException",
    Trouble.BROKE: """
        InternalError InternalFailure InternalServerError InternalServerException
        InternalServiceError InternalServiceErrorException InternalServiceException
        RequestAborted RequestAbortedException
    """,
}
_SENTENCES = {"Maximum sending rate exceeded": Trouble.THROTTLED}
"""What stands where a code should: SES's words for its rate, by SMTP's manner."""

BY_CODE: Mapping[str, Meaning] = {
    **{code: _MEANINGS[trouble] for trouble, codes in _CODES.items() for code in codes.split()},
    **{text: _MEANINGS[trouble] for text, trouble in _SENTENCES.items()},
    # S3: the connection stood still while it was written to.  How far it came, nobody knows.
    "RequestTimeout": _TIMED_OUT,
    "RequestTimeoutException": _TIMED_OUT,
}
"""Every code we know."""

_SERVER_BROKE = 500
_BY_STATUS: Mapping[int, Meaning] = {
    # For good: another Region's bucket, which the settings must name.  Other
    # redirections are S3's while a bucket is young (S3 guide, "Request redirection").
    301: _MEANINGS[Trouble.ELSEWHERE],
    308: _MEANINGS[Trouble.ELSEWHERE],
    401: _MEANINGS[Trouble.DENIED],
    403: _MEANINGS[Trouble.DENIED],
    404: _MEANINGS[Trouble.ABSENT],
    408: _TIMED_OUT,
    412: _MEANINGS[Trouble.CONFLICT],
    413: _MEANINGS[Trouble.INVALID],
    429: _MEANINGS[Trouble.THROTTLED],
    503: _MEANINGS[Trouble.UNAVAILABLE],
}
"""Where nobody has heard of the code."""


def meaning(code: str, status: int = 0) -> Meaning:
    """What an error with AWS's *code* means; HTTP's *status* counts where the code says nothing.

    Nothing is for good that the table does not call so: what is unknown passes.
    """
    known = BY_CODE.get(code) or _BY_STATUS.get(status)
    if known is not None:
        return known
    return _MEANINGS[Trouble.BROKE if status >= _SERVER_BROKE else Trouble.UNKNOWN]
