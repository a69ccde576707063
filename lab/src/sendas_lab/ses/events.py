"""The JSON that SES publishes about mail it sends.

Source: SES guide, "Contents of event data that Amazon SES publishes to Amazon
SNS" (key ``eventType``, through a configuration set) and "Amazon SNS
notification contents" (key ``notificationType``, of an identity); FACTS 10.
"""

import json
import uuid

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sendas.ses.regions import Region
from sendas_lab.kept import Kept
from sendas_lab.mail import DeliveryResult
from sendas_lab.ses.addresses import all_bare
from sendas_lab.ses.message import Message, parse


Json = dict[str, Any]
HEADERS_CUT_AT = 10 * 1024
"""FACTS 6: headers in events and notifications are cut above 10 KB."""
_NAMES = {
    "SEND": "Send", "REJECT": "Reject", "BOUNCE": "Bounce", "COMPLAINT": "Complaint",
    "DELIVERY": "Delivery", "DELIVERY_DELAY": "DeliveryDelay",
    "RENDERING_FAILURE": "Rendering Failure",
}  # fmt: skip
_KEYS = {"RENDERING_FAILURE": "failure"}
_BEFORE = frozenset({"SEND", "REJECT", "RENDERING_FAILURE"})
"""Kinds that are told before anything has left: no outgoing address yet (recorded)."""
_NOTIFIED = frozenset({"BOUNCE", "COMPLAINT", "DELIVERY"})


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that SES accepted, as events tell of it."""

    message_id: str
    region: Region
    account_id: str
    at: datetime
    source: str
    source_arn: str
    source_ip: str
    caller: str
    outgoing_ip: str
    reporting_mta: str
    destinations: tuple[str, ...]
    head: Kept = field(repr=False)
    """The header block as it was submitted, on disk."""
    configuration_set: str | None = None
    tags: Mapping[str, list[str]] = field(default_factory=dict)
    feedback_to: str = ""
    """Where SES mails bounces when it forwards feedback."""
    identity: str | None = None
    template: str | None = None
    missing: str | None = None
    """What a template's data lack."""
    operation: str = "SendRawEmail"
    """The call that sent it, as the tag ``ses:operation`` has it."""

    @property
    def header(self) -> Message:
        """The header as it was submitted, without the body."""
        return parse(bytes(self.head))


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a sent message; *kind* in API v2's words."""

    kind: str
    sent: Sent
    detail: Json

    def published(self) -> Json:
        """As an event destination of a configuration set gets it."""
        name = _NAMES[self.kind]
        return {
            "eventType": name,
            "mail": _mail(self.sent, tags=True, headers=True, went_out=self.kind not in _BEFORE),
            _KEYS.get(self.kind, name[0].lower() + name[1:]): self.detail,
        }

    def notification(self, *, headers: bool) -> Json | None:
        """As an identity's topic gets it; None where there is no such notification."""
        if self.kind not in _NOTIFIED:
            return None
        name = _NAMES[self.kind]
        return {
            "notificationType": name,
            name.lower(): self.detail,
            "mail": _mail(self.sent, tags=False, headers=headers),
        }


def as_text(body: Json) -> str:
    """What is put into the SNS message."""
    return json.dumps(body, separators=(",", ":"))


def stamp(at: datetime) -> str:
    """SES's time format: ``2026-01-02T03:04:05.000Z``."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _mail(sent: Sent, *, tags: bool, headers: bool, went_out: bool = True) -> Json:
    body: Json = {
        "timestamp": stamp(sent.at),
        "source": sent.source,
        "sourceArn": sent.source_arn,
        "sendingAccountId": sent.account_id,
        "messageId": sent.message_id,
        "destination": list(sent.destinations),
    }
    if not tags:
        body["sourceIp"] = sent.source_ip
        body["callerIdentity"] = sent.caller
    if headers:
        shown, cut = header_list(sent.header)
        body["headersTruncated"] = cut
        body["headers"] = shown
        body["commonHeaders"] = common_headers(sent.header) | {"messageId": sent.message_id}
    if tags:
        body["tags"] = tags_of(sent, went_out=went_out)
    return body


def tags_of(sent: Sent, *, went_out: bool) -> dict[str, list[str]]:
    """Its own tags and SES's; those of the way out only once it went."""
    automatic = {
        "ses:operation": [sent.operation],
        "ses:source-ip": [sent.source_ip],
        "ses:caller-identity": [sent.caller],
        "ses:source-tls-version": ["TLSv1.3"],
    }
    if sent.header.get("From"):
        domain = sent.source.rpartition("@")[2].rstrip(">").lower()
        automatic["ses:from-domain"] = [domain]
    if went_out:
        automatic["ses:outgoing-ip"] = [sent.outgoing_ip]
        automatic["ses:outgoing-tls-version"] = ["TLSv1.3"]
    if sent.configuration_set:
        automatic["ses:configuration-set"] = [sent.configuration_set]
    return automatic | dict(sent.tags)


def header_list(message: Message) -> tuple[list[Json], bool]:
    """Each field as name and value, and whether the 10 KB limit cut some off."""
    shown: list[Json] = []
    size = 0
    for line in message.fields:
        size += len(line.raw)
        if size > HEADERS_CUT_AT:
            return shown, True
        shown.append({"name": line.name, "value": readable(line.value)})
    return shown, False


def common_headers(message: Message) -> Json:
    """From, To and their kin, in SES's lower-case names."""
    body: Json = {}
    for name in ("From", "To", "Cc", "Bcc", "Reply-To", "Sender"):
        values = message.all(name)
        if values:
            key = {"Reply-To": "replyTo"}.get(name, name.lower())
            body[key] = [readable(value) for value in values]
    for name, key in (("Date", "date"), ("Subject", "subject"), ("Message-ID", "messageId")):
        value = message.get(name)
        if value is not None:
            body[key] = readable(value)
    return body


def readable(text: str) -> str:
    """Text fit for JSON: bytes that are no UTF-8 become replacement characters."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def addresses_in(text: str) -> list[str]:
    """The bare addresses of a header value."""
    return list(all_bare(text))


def send() -> Json:
    """Detail of Send."""
    return {}


def delivery(sent: Sent, result: DeliveryResult, now: datetime) -> Json:
    """Detail of Delivery."""
    return {
        "timestamp": stamp(now),
        "processingTimeMillis": max(0, int((now - sent.at).total_seconds() * 1000)),
        "recipients": [result.forward_path],
        "smtpResponse": str(result.reply),
        "remoteMtaIp": result.remote_mta,
        "reportingMTA": sent.reporting_mta,
    }


@dataclass(frozen=True, slots=True)
class Bounced:
    """One recipient of a bounce; the three last are there only if a server spoke."""

    address: str
    status: str = ""
    diagnostic: str = ""


def bounce(
    sent: Sent, kind: str, subtype: str, recipients: Iterable[Bounced], now: datetime
) -> Json:
    """Detail of Bounce."""
    people: list[Json] = []
    for person in recipients:
        entry = {"emailAddress": person.address}
        if person.status:
            entry |= {"action": "failed", "status": person.status}
        if person.diagnostic:
            entry["diagnosticCode"] = person.diagnostic
        people.append(entry)
    return {
        "feedbackId": feedback_id(),
        "bounceType": kind,
        "bounceSubType": subtype,
        "bouncedRecipients": people,
        "timestamp": stamp(now),
        "reportingMTA": f"dsn; {sent.reporting_mta}",
    }


def complaint(
    addresses: Iterable[str], now: datetime, *, kind: str | None, subtype: str | None = None
) -> Json:
    """Detail of Complaint; *kind* is ``abuse`` and so on, None if the report names none."""
    body: Json = {
        "feedbackId": feedback_id(),
        "complaintSubType": subtype,
        "complainedRecipients": [{"emailAddress": address} for address in addresses],
        "timestamp": stamp(now),
    }
    if kind is not None:
        body |= {
            "userAgent": "Amazon SES Mailbox Simulator",
            "complaintFeedbackType": kind,
            "arrivalDate": stamp(now),
        }
    return body


def delay(kind: str, expires: datetime, recipient: Bounced, now: datetime) -> Json:
    """Detail of DeliveryDelay."""
    return {
        "timestamp": stamp(now),
        "delayType": kind,
        "expirationTime": stamp(expires),
        "delayedRecipients": [
            {
                "emailAddress": recipient.address,
                "status": recipient.status,
                "diagnosticCode": recipient.diagnostic,
            }
        ],
    }


def reject() -> Json:
    """Detail of Reject: the one reason there is."""
    return {"reason": "Bad content"}


def rendering_failure(sent: Sent) -> Json:
    """Detail of Rendering Failure."""
    text = f"Attribute '{sent.missing}' is not present in the rendering data."
    return {"templateName": sent.template, "errorMessage": text}


def feedback_id() -> str:
    """An id such as SES gives each piece of feedback."""
    return f"0100{uuid.uuid4().hex[:12]}-{uuid.uuid4()}-000000"
