"""What a reader found for one recipient, before anything is judged."""

from dataclasses import dataclass
from enum import StrEnum

from sendas.bounce.reason import Reason


class Command(StrEnum):
    """The stage of the SMTP dialogue (RFC 5321, 4.1.1) at which it failed."""

    CONNECT = "CONNECT"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One recipient, as reported.

    *status* is what the report declares, *text* what the refusing side said,
    *notice* what the reporting software says around it.  *writer* is the
    software or provider that wrote the report.  *settled* is the reason where
    the format itself says it, *local* that no SMTP server was asked (a pipe, a file).
    """

    recipient: str
    text: str = ""
    notice: str = ""
    status: str = ""
    reply_code: str = ""
    action: str = ""
    command: Command = Command.UNKNOWN
    original_recipient: str = ""
    final_recipient: str = ""
    refusing_host: str = ""
    reporting_host: str = ""
    writer: str = ""
    provider: str = ""
    settled: Reason | None = None
    local: bool = False
    pasted: bool = False
    """Shown by whoever asks: a log line, an exception, a reply; not a report that was mailed."""
    event: str = ""
    """An SES event's ``bounceType/bounceSubType`` or the like, for the event table."""
