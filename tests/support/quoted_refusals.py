"""Every refusal of SES: to be shown in every program's form.

They are FACTS 3.2's (SMTP) and the SES API reference's; whose each is to mend was written down
here from those, before any was tried.
"""

from dataclasses import dataclass
from enum import StrEnum

from sendas.advice import Owner
from sendas.bounce import Reason


HOST = "email-smtp.us-east-1.amazonaws.com"
USER = "user@example.net"
ME = "me@example.com"


class At(StrEnum):
    """The command that is refused."""

    CONNECT = "CONNECT"
    AUTH = "AUTH"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "end of DATA"


@dataclass(frozen=True, slots=True)
class Refused:
    """What SES answers, at which command, why that is, and who can mend it."""

    code: str
    text: str
    at: At
    reason: Reason
    owner: Owner

    @property
    def reply(self) -> str:
        """Code and text, as they stand on the wire."""
        return f"{self.code} {self.text}"


_NOT_VERIFIED = (
    "Email address is not verified. The following identities failed the check in region "
    f"US-EAST-1: {ME}"
)
_DENIED = (
    "User `arn:aws:iam::123456789012:user/mailer' is not authorized to perform "
    "`ses:SendRawEmail' on resource `arn:aws:ses:us-east-1:123456789012:identity/example.com'"
)
_PAUSED = (
    "Sending paused for this account. For more information, please check the inbox of the email "
    "address associated with your AWS account."
)
_SECURITY = Reason.SECURITY_ERROR

BY_SMTP = (
    Refused("421", "Too many concurrent SMTP connections", At.CONNECT, Reason.TOO_MANY_CONN,
            Owner.CODE),
    Refused("451", "Temporary service failure", At.DATA, Reason.ON_HOLD, Owner.WAIT),
    Refused("451", "4.4.2 Timeout waiting for data from client.", At.DATA, Reason.EXPIRED,
            Owner.CODE),
    Refused("454", "Throttling failure: Daily message quota exceeded.", At.DATA, Reason.SPEEDING,
            Owner.SES),
    Refused("454", "Throttling failure: Maximum sending rate exceeded.", At.DATA, Reason.SPEEDING,
            Owner.CODE),
    Refused("454", "Throttling failure: Maximum SigV2 SMTP sending rate exceeded.", At.DATA,
            Reason.SPEEDING, Owner.IAM),
    Refused("454", "Temporary authentication failure", At.AUTH, Reason.ON_HOLD, Owner.WAIT),
    Refused("454", "Temporary service failure", At.DATA, Reason.ON_HOLD, Owner.WAIT),
    Refused("501", "Invalid MAIL FROM address provided", At.MAIL, Reason.SYNTAX_ERROR,
            Owner.CONTENT),
    Refused("530", "Authentication required", At.MAIL, _SECURITY, Owner.CODE),
    Refused("530", "Must issue a STARTTLS command first", At.MAIL, Reason.FAILED_STARTTLS,
            Owner.CODE),
    Refused("535", "Authentication Credentials Invalid", At.AUTH, _SECURITY, Owner.IAM),
    Refused("535", "Account not subscribed to SES", At.AUTH, _SECURITY, Owner.SES),
    Refused("535", "Signature Version 2 is deprecated for use with SES from March 26, 2021.",
            At.AUTH, _SECURITY, Owner.IAM),
    Refused("552", "Message is too long.", At.DATA, Reason.MESG_TOO_BIG, Owner.CONTENT),
    Refused("554", f"Access denied: {_DENIED}", At.DATA, _SECURITY, Owner.IAM),
    Refused("554", f"Message rejected: {_NOT_VERIFIED}", At.DATA, _SECURITY, Owner.SES),
    Refused("554", f"Message rejected: {_PAUSED}", At.DATA, _SECURITY, Owner.SES),
    Refused("554", "MAIL FROM domain not verified: DNS setup for MAIL FROM domain is invalid.",
            At.DATA, Reason.REJECTED, Owner.DNS),
    Refused("554", "Transaction failed: Duplicate header 'DKIM-Signature'.", At.DATA,
            Reason.CONTENT_ERROR, Owner.CODE),
    Refused("554", "Transaction failed: Invalid domain name: 'example..com'.", At.DATA,
            Reason.SYNTAX_ERROR, Owner.CODE),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ApiError:
    """What the API answers: the error's name, and its message."""

    name: str
    text: str
    reason: Reason
    owner: Owner


BY_API = (
    ApiError("MessageRejected", _NOT_VERIFIED, _SECURITY, Owner.SES),
    ApiError("MessageRejected", _PAUSED, _SECURITY, Owner.SES),
    ApiError("AccessDenied", _DENIED, _SECURITY, Owner.IAM),
    ApiError(
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/mailer is not authorized to perform: ses:SendEmail "
        "on resource: arn:aws:ses:us-east-1:123456789012:identity/example.com",
        _SECURITY, Owner.IAM,
    ),
    ApiError("Throttling", "Daily message quota exceeded.", Reason.SPEEDING, Owner.SES),
    ApiError("TooManyRequestsException", "Maximum sending rate exceeded.", Reason.SPEEDING,
             Owner.CODE),
    ApiError("InvalidClientTokenId", "The security token included in the request is invalid.",
             _SECURITY, Owner.IAM),
    ApiError(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.",
        _SECURITY, Owner.CODE,
    ),
    ApiError("InvalidParameterValue", "Missing final '@domain'", Reason.SYNTAX_ERROR, Owner.CODE),
)  # fmt: skip


HELD_BY_GMAIL = frozenset(
    {
        "Authentication required",
        "Must issue a STARTTLS command first",
        "Authentication Credentials Invalid",
        "Signature Version 2 is deprecated for use with SES from March 26, 2021.",
    }
)
"""RULES GM-01: what is wrong in Gmail's settings is mended there."""
SAID_BY_OTHERS_TOO = frozenset({"Message is too long."})
"""Without a host beside it, SES cannot be told from another server that says the same."""
