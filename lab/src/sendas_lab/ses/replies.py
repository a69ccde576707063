"""One refusal in the words of each door: SMTP reply, API v1 code, API v2 code.

SMTP texts: FACTS 3.2 (SES guide, "SMTP response codes", and transcripts in the
wild).  Codes: the service models of both APIs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sendas_lab.mail import SmtpReply
from sendas_lab.ses.submission import Reason, Refused


@dataclass(frozen=True, slots=True)
class _Words:
    smtp: int
    smtp_prefix: str
    v1: str
    v2: str
    v2_status: int = 400
    v1_status: int = 400


_REJECTED = "Message rejected: "
_FAILED = "Transaction failed: "
_WORDS: Mapping[Reason, _Words] = {
    Reason.SUSPENDED: _Words(554, _REJECTED, "MessageRejected", "AccountSuspendedException"),
    Reason.PAUSED: _Words(
        554, _REJECTED, "AccountSendingPausedException", "SendingPausedException"
    ),
    Reason.DENIED: _Words(
        554, "Access denied: ", "AccessDenied", "AccessDeniedException", 403, 403
    ),
    Reason.NOT_VERIFIED: _Words(554, _REJECTED, "MessageRejected", "MessageRejected"),
    Reason.TOO_LONG: _Words(552, "", "InvalidParameterValue", "BadRequestException"),
    Reason.TOO_MANY_RECIPIENTS: _Words(
        554, _FAILED, "InvalidParameterValue", "BadRequestException"
    ),
    Reason.ILLEGAL_ADDRESS: _Words(554, _FAILED, "InvalidParameterValue", "BadRequestException"),
    Reason.BAD_HEADER: _Words(554, _FAILED, "InvalidParameterValue", "BadRequestException"),
    Reason.BAD_FILE: _Words(554, _FAILED, "InvalidParameterValue", "BadRequestException"),
    Reason.LONG_LINE: _Words(554, _FAILED, "InvalidParameterValue", "BadRequestException"),
    Reason.NO_CONFIGURATION_SET: _Words(
        554, _FAILED, "ConfigurationSetDoesNotExist", "NotFoundException", 404
    ),
    Reason.CONFIGURATION_SET_PAUSED: _Words(
        554, _REJECTED, "ConfigurationSetSendingPausedException", "SendingPausedException"
    ),
    Reason.QUOTA: _Words(
        454, "Throttling failure: ", "Throttling", "TooManyRequestsException", 429
    ),
    Reason.RATE: _Words(
        454, "Throttling failure: ", "Throttling", "TooManyRequestsException", 429
    ),
    Reason.MAIL_FROM: _Words(
        554,
        "MAIL FROM domain not verified: ",
        "MailFromDomainNotVerifiedException",
        "MailFromDomainNotVerifiedException",
    ),
    Reason.NOT_SUBSCRIBED: _Words(
        535, "", "SubscriptionRequiredException", "AccessDeniedException", 403, 403
    ),
}


@dataclass(frozen=True, slots=True)
class ApiError:
    """What an API call answers instead of a result."""

    code: str
    message: str
    status: int


def smtp_reply(refused: Refused) -> SmtpReply:
    """The reply to DATA's final dot."""
    if refused.reason is Reason.TOO_LONG:
        return SmtpReply(552, "Message is too long.")
    words = _WORDS[refused.reason]
    # Over SMTP the throttle texts end without a full stop (FACTS 3.2).
    text = refused.text.rstrip(".") if words.smtp == 454 else refused.text  # noqa: PLR2004
    return SmtpReply(words.smtp, words.smtp_prefix + text)


def v1_error(refused: Refused) -> ApiError:
    """As SES API v1 answers."""
    words = _WORDS[refused.reason]
    return ApiError(words.v1, refused.text, words.v1_status)


def v2_error(refused: Refused) -> ApiError:
    """As SES API v2 answers."""
    words = _WORDS[refused.reason]
    return ApiError(words.v2, refused.text, words.v2_status)


AUTHENTICATED = SmtpReply(235, "Authentication successful.")
CREDENTIALS_INVALID = "Authentication Credentials Invalid"
NOT_SUBSCRIBED = "Account not subscribed to SES"
SIGNATURE_VERSION_2 = (
    "Signature Version 2 is deprecated for use with SES from March 26, 2021. "
    "Please use Signature Version 4."
)


def accepted_reply(message_id: str) -> SmtpReply:
    """What SMTP says when SES took the message."""
    return SmtpReply(250, f"Ok {message_id}")
