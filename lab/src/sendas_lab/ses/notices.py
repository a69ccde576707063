"""A mail that Amazon itself writes, as SNS does to subscribers: signed, with SPF, no reply."""

import base64

from datetime import datetime
from email.header import Header
from email.utils import format_datetime

from sendas.ses.regions import Region
from sendas_lab.mail import Envelope, Transmission
from sendas_lab.ses import hosts
from sendas_lab.ses.outgoing import new_message_id, signed_by_amazon


_AUTHOR = '"AWS Notifications" <no-reply@sns.amazonaws.com>'


def notice(region: Region, to: str, subject: str, text: str, now: datetime) -> Transmission:
    """The mail on its way out of *region*."""
    number = new_message_id(region)
    shown = subject if subject.isascii() else Header(subject, "utf-8").encode()
    head = (
        f"From: {_AUTHOR}\r\nTo: {to}\r\nSubject: {shown}\r\n"
        f"Date: {format_datetime(now)}\r\n"
        f"Message-ID: <{number}@{hosts.message_id_domain(region)}>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    body = base64.encodebytes(text.encode()).replace(b"\n", b"\r\n")
    return Transmission(
        Envelope(f"{number}@{hosts.default_mail_from(region)}", (to,)),
        signed_by_amazon(head.encode() + body),
        hosts.outbound_address(region),
        hosts.outbound_name(region),
    )
