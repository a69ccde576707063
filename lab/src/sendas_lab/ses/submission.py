"""What is handed to SES to be sent, and how SES answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sendas.ses.regions import Region
from sendas_lab.ses.ports import Principal


class Api(StrEnum):
    """The three doors."""

    V1 = "v1"
    V2 = "v2"
    SMTP = "smtp"


@dataclass(frozen=True, slots=True)
class Submission:
    """One message with its envelope, from whichever door.

    *reverse_path* is SMTP's MAIL FROM or API v1's Source; empty when the call
    names none.  *action* is the IAM action; it follows from the door and the
    kind of content (FACTS 4).
    """

    region: Region
    principal: Principal
    api: Api
    reverse_path: str
    destinations: tuple[str, ...]
    content: bytes = field(repr=False)
    source_ip: str = "127.0.0.1"
    configuration_set: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    action: str = "ses:SendRawEmail"
    feedback_address: str | None = None
    """API v2: FeedbackForwardingEmailAddress."""
    from_address: str | None = None
    """API v2: FromEmailAddress, which wins over the From field."""
    operation: str = "SendSmtpEmail"
    """The call, as events name it (FACTS 27)."""
    template: str | None = None
    missing: str | None = None
    """What the template names and the data lack: the mail is taken, and not sent."""
    arns: tuple[str, ...] = ()
    """Identities that the call names by ARN, the sender's first: sending authorization."""
    user_agent: str = ""
    secure: bool = True


class Reason(StrEnum):
    """Why SES refuses; the order in which SES looks."""

    SUSPENDED = "account suspended"
    PAUSED = "account paused"
    DENIED = "access denied"
    NOT_VERIFIED = "identity not verified"
    TOO_LONG = "message too long"
    TOO_MANY_RECIPIENTS = "too many recipients"
    ILLEGAL_ADDRESS = "illegal address"
    BAD_HEADER = "illegal or repeated header"
    BAD_FILE = "attachment of a kind that SES refuses"
    LONG_LINE = "line too long"
    NO_CONFIGURATION_SET = "no such configuration set"
    CONFIGURATION_SET_PAUSED = "configuration set paused"
    QUOTA = "daily quota exceeded"
    RATE = "sending rate exceeded"
    MAIL_FROM = "MAIL FROM domain not verified"
    NOT_SUBSCRIBED = "not subscribed"


@dataclass(frozen=True, slots=True)
class Refused:
    """SES did not take it; *text* is what SES says after the code."""

    reason: Reason
    text: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """SES took it: the id in ``250 Ok <id>`` and in MessageId."""

    message_id: str


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """AUTH failed; *reply_text* follows the code, which is 535 unless said."""

    reply_text: str
    code: int = 535
