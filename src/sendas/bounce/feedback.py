"""Complaints: the Abuse Reporting Format (RFC 5965), and Hotmail's own."""

from sendas.bounce.notice import returned_headers
from sendas.bounce.reason import Reason
from sendas.bounce.report import Report
from sendas.mail.address import addresses_in, first_address
from sendas.mail.dsn import host_of
from sendas.mail.message import Message, read_headers


_NOT_SPAM = "not-spam"
_HOTMAIL_SUBJECT = "complaint about message from"
_HOTMAIL_FIELD = b"X-HmXmrOriginalRecipient"
_NEAR = 16_384


def read_feedback(message: Message) -> list[Report] | None:
    """A report for each recipient who complained; None where it is no complaint.

    The recipient may be withheld: then its address is empty.
    """
    parts = message.parts_of("message/feedback-report")
    if parts:
        return _arf(message, parts[0].text)
    subject = message.headers.get("subject").strip().lower()
    if not subject.startswith(_HOTMAIL_SUBJECT) and _HOTMAIL_FIELD not in message.body[:_NEAR]:
        return None
    # Hotmail's Junk Mail Reporting Program: no ARF part, a header of its own.
    headers = read_headers(returned_headers(message))
    original = headers.get(_HOTMAIL_FIELD.decode().lower()) or headers.get("to")
    return [_complaint(first_address(original), "", "outlook.com")]


def _arf(message: Message, text: str) -> list[Report]:
    report = read_headers(text.strip("\n").encode())
    kind = report.get("feedback-type").strip().lower()
    # RFC 5965, 3.2: Original-Rcpt-To may stand several times; some write Removal-Recipient.
    recipients = [
        address
        for name in ("original-rcpt-to", "removal-recipient", "redacted-address")
        for value in report.all(name)
        for address in addresses_in(value, 10)
    ]
    if not recipients:
        headers = read_headers(returned_headers(message))
        recipients = [found for name in ("x-hmxmroriginalrecipient", "to", "delivered-to")
                      if (found := first_address(headers.get(name)))][:1]  # fmt: skip
    host = host_of(report.get("reporting-mta"))
    if kind == "auth-failure":
        # RFC 6591: a receiver reports that authentication failed; nobody complained.
        facts = _facts(report.fields)
        return [
            Report(one, settled=Reason.AUTH_FAILURE, text=facts, reporting_host=host)
            for one in recipients or [""]
        ]
    return [
        _complaint(one, kind, "", host, _facts(report.fields))
        for one in dict.fromkeys(recipients or [""])
    ]


def _facts(fields: tuple[tuple[str, str], ...]) -> str:
    wanted = {
        "feedback-type",
        "user-agent",
        "source-ip",
        "reported-domain",
        "auth-failure",
        "authentication-results",
    }
    return " ".join(f"{name}: {value}" for name, value in fields if name in wanted)


def _complaint(recipient: str, kind: str, provider: str, host: str = "", text: str = "") -> Report:
    return Report(
        recipient,
        text=text,
        provider=provider,
        reporting_host=host,
        settled=Reason.DELIVERED if kind == _NOT_SPAM else Reason.FEEDBACK,
    )
