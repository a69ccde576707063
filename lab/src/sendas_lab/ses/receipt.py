"""A received mail: verdicts, the header SES adds, and the JSON notice about it.

Source: SES guide, "Contents of notifications for email receiving", "Receiving
concepts"; FACTS 8.
"""

import base64
import hashlib
import secrets
import string

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime

from sendas.ses.regions import Region, inbound_host
from sendas_lab.kept import Kept
from sendas_lab.mail import Transmission
from sendas_lab.ses.addresses import all_bare
from sendas_lab.ses.events import Json, common_headers, header_list, stamp
from sendas_lab.ses.message import EICAR, GTUBE, Message, parse


MAX_INBOUND_BYTES = 40 * 1024 * 1024
MAX_SNS_BYTES = 150 * 1024


@dataclass(frozen=True, slots=True)
class AuthVerdicts:
    """What SES concludes of SPF, DKIM and DMARC: PASS, FAIL, GRAY or PROCESSING_FAILED.

    *received_spf* and *authentication_results* are the values of the headers
    that SES writes; *dmarc_policy* (none, quarantine, reject) is told only
    when DMARC failed.
    """

    spf: str = "GRAY"
    dkim: str = "GRAY"
    dmarc: str = "GRAY"
    dmarc_policy: str | None = None
    received_spf: str = ""
    authentication_results: str = "amazonses.com; none"


@dataclass(frozen=True, slots=True)
class Received:
    """One mail that SES took, with the rules in force when it arrived."""

    message_id: str
    region: Region
    account_id: str
    at: datetime
    transmission: Transmission
    auth: AuthVerdicts
    recipients: tuple[str, ...]
    spam: str
    virus: str
    kept: Kept = field(repr=False)
    """As an S3 action stores it: SES's header lines, then the mail untouched."""

    @property
    def content(self) -> bytes:
        """What is kept."""
        return bytes(self.kept)

    @property
    def verdicts(self) -> Mapping[str, str]:
        """Every verdict by the stem of its name in the notice."""
        return {
            "spam": self.spam,
            "virus": self.virus,
            "spf": self.auth.spf,
            "dkim": self.auth.dkim,
            "dmarc": self.auth.dmarc,
        }


def receive(  # noqa: PLR0913, PLR0917  one mail and where it came in
    transmission: Transmission,
    auth: AuthVerdicts,
    region: Region,
    account_id: str,
    recipients: tuple[str, ...],
    now: datetime,
    *,
    scan: bool,
) -> Received:
    """Judge the content if *scan*, and put SES's header lines on top of it."""
    content = transmission.content
    spam = ("FAIL" if GTUBE in content else "PASS") if scan else "DISABLED"
    virus = ("FAIL" if EICAR in content else "PASS") if scan else "DISABLED"
    message_id = _message_id()
    added = _added(transmission, auth, region, message_id, recipients, now, (spam, virus))
    head = b"".join(f"{name}: {value}\r\n".encode() for name, value in added)
    return Received(
        message_id,
        region,
        account_id,
        now,
        replace(transmission, content=b""),  # it is in what is kept
        auth,
        recipients,
        spam,
        virus,
        Kept(head + content),
    )


def _message_id() -> str:
    """40 lower-case letters and digits, as SES's inbound ids look."""
    letters = string.ascii_lowercase + string.digits
    return "".join(secrets.choice(letters) for _ in range(40))


def _added(  # noqa: PLR0913, PLR0917  the same
    transmission: Transmission,
    auth: AuthVerdicts,
    region: Region,
    message_id: str,
    recipients: tuple[str, ...],
    now: datetime,
    scanned: tuple[str, str],
) -> list[tuple[str, str]]:
    """The lines SES writes, from the top (FACTS 8.2)."""
    client = f"{transmission.helo} ({transmission.helo} [{transmission.source_ip}])"
    digest = hashlib.sha256(message_id.encode()).digest()
    receipt = base64.b64encode(digest * 2).decode()
    spf = auth.received_spf or (
        f"none (spfCheck: 0) client-ip={transmission.source_ip};"
        f" envelope-from={transmission.envelope.reverse_path}; helo={transmission.helo};"
    )
    return [
        ("Return-Path", f"<{transmission.envelope.reverse_path}>"),
        (
            "Received",
            (
                f"from {client}\r\n by {inbound_host(region)} with SMTP id {message_id}\r\n"
                f" for {recipients[0]};\r\n {format_datetime(now)}"
            ),
        ),
        ("X-SES-Spam-Verdict", scanned[0]),
        ("X-SES-Virus-Verdict", scanned[1]),
        ("Received-SPF", spf),
        ("Authentication-Results", auth.authentication_results),
        ("X-SES-RECEIPT", receipt),
        ("X-SES-DKIM-SIGNATURE", "a=rsa-sha256; q=dns/txt; b=lab; c=relaxed/simple; s=lab;"),
    ]


def with_header(content: bytes, name: str, value: str) -> bytes:
    """The content after an AddHeader action."""
    return f"{name}: {value}\r\n".encode() + content


def mail_object(received: Received, content: bytes) -> Json:
    """The ``mail`` object of a notice or a Lambda event."""
    message = parse(content)
    shown, cut = header_list(message)
    common = common_headers(message)
    common["returnPath"] = received.transmission.envelope.reverse_path
    return {
        "timestamp": stamp(received.at),
        "source": received.transmission.envelope.reverse_path,
        "messageId": received.message_id,
        # FACTS 8.1: the addresses of To and Cc, not those of the envelope.
        "destination": _header_recipients(message) or list(received.recipients),
        "headersTruncated": cut,
        "headers": shown,
        "commonHeaders": common,
    }


def _header_recipients(message: Message) -> list[str]:
    return [a for name in ("To", "Cc") for value in message.all(name) for a in all_bare(value)]


def receipt_object(
    received: Received, recipients: tuple[str, ...], action: Json, now: datetime
) -> Json:
    """The ``receipt`` object; *recipients* are those the rule matched."""
    took = int((now - received.at).total_seconds() * 1000)
    body: Json = {
        "timestamp": stamp(received.at),
        "processingTimeMillis": max(1, took),
        "recipients": list(recipients),
    }
    for name, status in received.verdicts.items():
        body[f"{name}Verdict"] = {"status": status}
    if received.auth.dmarc == "FAIL" and received.auth.dmarc_policy is not None:
        body["dmarcPolicy"] = received.auth.dmarc_policy
    body["action"] = action
    return body


def notice(
    received: Received, content: bytes, recipients: tuple[str, ...], action: Json, now: datetime
) -> Json:
    """What is published to SNS."""
    return {
        "notificationType": "Received",
        "mail": mail_object(received, content),
        "receipt": receipt_object(received, recipients, action, now),
    }


def lambda_event(
    received: Received, content: bytes, recipients: tuple[str, ...], action: Json, now: datetime
) -> Json:
    """What a Lambda action hands over: the header, never the body."""
    return {
        "Records": [
            {
                "eventSource": "aws:ses",
                "eventVersion": "1.0",
                "ses": {
                    "mail": mail_object(received, content),
                    "receipt": receipt_object(received, recipients, action, now),
                },
            }
        ]
    }
