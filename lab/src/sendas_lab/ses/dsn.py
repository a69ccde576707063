"""The bounce mail that SES writes to a sender (RFC 3464 in a multipart/report)."""

from datetime import datetime
from email.utils import format_datetime

from sendas.ses.regions import inbound_host
from sendas_lab.ses.events import Bounced, Sent
from sendas_lab.ses.hosts import default_mail_from, message_id_domain
from sendas_lab.ses.outgoing import new_message_id
from sendas_lab.ses.receipt import Received
from sendas_lab.ses.region_state import Shape


def bounce_mail(sent: Sent, recipients: tuple[Bounced, ...], now: datetime) -> bytes:
    """The content; its envelope has the null reverse-path (RFC 5321, 4.5.5)."""
    people = "\r\n".join(f"{p.address}" for p in recipients)
    report = "\r\n\r\n".join(_per_recipient(p) for p in recipients)
    text = (
        "An error occurred while trying to deliver the mail to the following recipients:\r\n"
        f"{people}"
    )
    boundary = f"=_{sent.message_id}"
    parts = (
        ("text/plain; charset=us-ascii", text),
        ("message/delivery-status", f"Reporting-MTA: dns; {sent.reporting_mta}\r\n\r\n{report}"),
        ("text/rfc822-headers", ""),
    )
    subject = "Delivery Status Notification (Failure)"
    head = _head(sent, subject, now) + (
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"\r\n'
        "MIME-Version: 1.0\r\n\r\n"
    )
    body = b"".join(
        f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n{content}\r\n".encode()
        for kind, content in parts[:2]
    )
    body += f"--{boundary}\r\nContent-Type: {parts[2][0]}\r\n\r\n".encode()
    return head.encode() + body + sent.header.header_block() + f"\r\n--{boundary}--\r\n".encode()


def out_of_office(sent: Sent, who: str, now: datetime) -> bytes:
    """The automatic answer of ``ooto@simulator.amazonses.com``."""
    head = (
        f"From: {who}\r\nTo: {sent.feedback_to}\r\nSubject: Out of the office\r\n"
        f"Date: {format_datetime(now)}\r\nAuto-Submitted: auto-replied\r\n"
        f"Message-ID: <{new_message_id(sent.region)}@{message_id_domain(sent.region)}>\r\n"
        f"In-Reply-To: <{sent.message_id}@{message_id_domain(sent.region)}>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
    )
    return head.encode() + b"I am out of the office.\r\n"


def _head(sent: Sent, subject: str, now: datetime) -> str:
    return (
        f"From: MAILER-DAEMON@{default_mail_from(sent.region)}\r\n"
        f"To: {sent.feedback_to}\r\n"
        f"Subject: {subject}\r\n"
        f"Date: {format_datetime(now)}\r\n"
        f"Message-ID: <{new_message_id(sent.region)}@{message_id_domain(sent.region)}>\r\n"
        f"In-Reply-To: <{sent.message_id}@{message_id_domain(sent.region)}>\r\n"
        "Auto-Submitted: auto-replied\r\n"
    )


def _per_recipient(person: Bounced) -> str:
    lines = [
        f"Final-Recipient: rfc822; {person.address}",
        "Action: failed",
        f"Status: {person.status or '5.0.0'}",
    ]
    if person.diagnostic:
        lines.append(f"Diagnostic-Code: {person.diagnostic}")
    return "\r\n".join(lines)


def rejection_mail(
    received: Received, action: Shape, recipients: tuple[str, ...], now: datetime
) -> bytes:
    """What a Bounce action of a receipt rule writes to whoever sent the mail."""
    status = action.get("StatusCode") or "5.1.1"
    report = "\r\n\r\n".join(
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {action['SmtpReplyCode']} {action['Message']}"
        for address in recipients
    )
    boundary = f"=_{received.message_id}"
    text = (
        f"From: {action['Sender']}\r\n"
        f"To: {received.transmission.envelope.reverse_path}\r\n"
        "Subject: Delivery Status Notification (Failure)\r\n"
        f"Date: {format_datetime(now)}\r\n"
        f"Message-ID: <{received.message_id}@{message_id_domain(received.region)}>\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"'
        f"\r\n\r\n--{boundary}\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
        f"{action['Message']}\r\n"
        f"--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; {inbound_host(received.region)}\r\n\r\n{report}\r\n"
        f"\r\n--{boundary}--\r\n"
    )
    return text.encode("utf-8", "replace")
