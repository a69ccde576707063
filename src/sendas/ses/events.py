"""What SES tells about a mail it sent: bounce, complaint, delivery, reject, delay.

Two shapes: events through a configuration set (key ``eventType``) and identity
notifications (``notificationType``).  Either may come bare, in an SNS
notification, in an SQS or Lambda record, or through EventBridge.  SES developer
guide, "Contents of event data" and "Amazon SNS notification contents".
"""

import json

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sendas.errors import UsageError


class NotAnEvent(UsageError):
    """The JSON is none of the shapes in which SES tells about sent mail."""


class EventKind(StrEnum):
    """SES's names (``eventType``); unknown ones are kept as OTHER."""

    SEND = "Send"
    REJECT = "Reject"
    BOUNCE = "Bounce"
    COMPLAINT = "Complaint"
    DELIVERY = "Delivery"
    DELIVERY_DELAY = "DeliveryDelay"
    OPEN = "Open"
    CLICK = "Click"
    RENDERING_FAILURE = "Rendering Failure"
    SUBSCRIPTION = "Subscription"
    RECEIVED = "Received"
    OTHER = ""


class Channel(StrEnum):
    """How SES told it."""

    CONFIGURATION_SET = "configuration-set"
    IDENTITY = "identity-notification"


@dataclass(frozen=True, slots=True)
class EventRecipient:
    """One address an event is about; codes and text only when a DSN was attached."""

    address: str
    action: str = ""
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class SesEvent:
    """One event.  *reverse_path* is SES's ``mail.source``, *message_id* SES's own id.

    *kind_detail* is ``bounceType``, ``complaintFeedbackType``, ``delayType`` or
    the reject reason; *subtype* is ``bounceSubType`` or ``complaintSubType``.
    """

    kind: EventKind
    channel: Channel
    name: str
    message_id: str
    reverse_path: str
    forward_paths: tuple[str, ...]
    recipients: tuple[EventRecipient, ...]
    kind_detail: str = ""
    subtype: str = ""
    timestamp: str = ""
    reporting_mta: str = ""
    remote_mta: str = ""
    smtp_response: str = ""
    feedback_id: str = ""
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sent_at: str = ""
    """When SES took the mail, as SES wrote it; *timestamp* is the event's own."""
    headers: tuple[tuple[str, str], ...] = ()
    """Of the mail, names as written, where SES tells them (cut above 10 KB)."""
    client_message_id: str = ""
    """The Message-ID that the sender gave, which SES replaces by its own."""
    subject: str = ""

    def header(self, name: str) -> str:
        """The first header field of that name, case aside; empty without."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    def tag(self, name: str) -> str:
        """The first value of a message tag, such as ``ses:caller-identity``; empty without."""
        return next(iter(self.tags.get(name, ())), "")


MAX_EVENTS = 10_000
_MAX_WRAPPINGS = 6
_KINDS = {str(kind): kind for kind in EventKind if kind}
_BODIES = {
    EventKind.BOUNCE: ("bounce", "bouncedRecipients"),
    EventKind.COMPLAINT: ("complaint", "complainedRecipients"),
    EventKind.DELIVERY: ("delivery", "recipients"),
    EventKind.DELIVERY_DELAY: ("deliveryDelay", "delayedRecipients"),
    EventKind.REJECT: ("reject", ""),
    EventKind.SEND: ("send", ""),
}
# EventBridge, source aws.ses: "Email Bounced" and so on; its detail is the same event.
_WRAPPED_IN = ("Message", "detail", "Sns", "body", "Records", "message", "Messages", "Body")


def read_events(text: str) -> tuple[SesEvent, ...]:
    """The events in *text*: one JSON document, or one a line.

    Raises:
        NotAnEvent: Not JSON, or nothing of SES's in it.
    """
    events = tuple(_limited(_events(_parse(text), 0)))
    if not events:
        msg = "the JSON holds no SES event: neither eventType nor notificationType in it"
        raise NotAnEvent(msg)
    return events


def _limited(events: Iterator[SesEvent]) -> Iterator[SesEvent]:
    for number, event in enumerate(events):
        if number >= MAX_EVENTS:
            return
        yield event


def _parse(text: str) -> Any:  # noqa: ANN401  any JSON value
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    try:
        return [json.loads(line, strict=False) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        msg = "not JSON"
        raise NotAnEvent(msg) from error


def _events(value: Any, depth: int) -> Iterator[SesEvent]:  # noqa: ANN401  any JSON value
    if depth > _MAX_WRAPPINGS:
        return
    if isinstance(value, str):
        yield from _events(_unwrapped(value), depth + 1)
    elif isinstance(value, list):
        for one in value:
            yield from _events(one, depth + 1)
    elif isinstance(value, dict):
        name = value.get("eventType") or value.get("notificationType")
        if isinstance(name, str):
            yield _event(name, value)
            return
        for key in _WRAPPED_IN:
            yield from _events(value.get(key), depth + 1)


def _unwrapped(text: str) -> Any:  # noqa: ANN401  any JSON value
    """What a JSON string holds when it is JSON itself, as SNS sends it; None otherwise."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _event(name: str, value: Mapping[str, Any]) -> SesEvent:
    kind = _KINDS.get(name, EventKind.OTHER)
    body_name, list_name = _BODIES.get(kind, ("", ""))
    body = _mapping(value.get(body_name))
    mail = _mapping(value.get("mail"))
    forward_paths = _texts(mail.get("destination"))
    recipients = tuple(_recipients(body.get(list_name)))
    if not recipients and kind in {EventKind.REJECT, EventKind.SEND}:
        recipients = tuple(EventRecipient(path) for path in forward_paths)
    return SesEvent(
        kind=kind,
        channel=Channel.CONFIGURATION_SET if "eventType" in value else Channel.IDENTITY,
        name=name,
        message_id=_text(mail.get("messageId")),
        reverse_path=_text(mail.get("source")),
        forward_paths=forward_paths,
        recipients=recipients,
        kind_detail=_first(body, "bounceType", "complaintFeedbackType", "delayType", "reason"),
        subtype=_first(body, "bounceSubType", "complaintSubType"),
        timestamp=_first(body, "timestamp") or _text(mail.get("timestamp")),
        reporting_mta=_first(body, "reportingMTA"),
        remote_mta=_first(body, "remoteMtaIp"),
        smtp_response=_first(body, "smtpResponse"),
        feedback_id=_first(body, "feedbackId"),
        tags=_tags(mail),
        sent_at=_text(mail.get("timestamp")),
        headers=tuple(_headers(mail.get("headers"))),
        client_message_id=_client_id(mail),
        subject=_text(_mapping(mail.get("commonHeaders")).get("subject")),
    )


def _tags(mail: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The message tags; an identity's notification says who sent in members of their own."""
    beside = {"ses:caller-identity": "callerIdentity", "ses:source-ip": "sourceIp"}
    told = {tag: (text,) for tag, member in beside.items() if (text := _text(mail.get(member)))}
    return told | {key: _texts(values) for key, values in _mapping(mail.get("tags")).items()}


def _headers(value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  any JSON value
    for one in value if isinstance(value, list) else []:
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            yield one["name"], _text(one.get("value"))


def _client_id(mail: Mapping[str, Any]) -> str:
    """The sender's own Message-ID: in the header fields; commonHeaders has SES's (FACTS 10)."""
    headers = _headers(mail.get("headers"))
    return next((value for name, value in headers if name.lower() == "message-id"), "").strip()


def _recipients(value: Any) -> Iterator[EventRecipient]:  # noqa: ANN401  any JSON value
    for one in value if isinstance(value, list) else []:
        if isinstance(one, str):
            yield EventRecipient(one)
        elif isinstance(one, dict):
            yield EventRecipient(
                _text(one.get("emailAddress")),
                _text(one.get("action")),
                _text(one.get("status")),
                _text(one.get("diagnosticCode")),
            )


def _mapping(value: Any) -> Mapping[str, Any]:  # noqa: ANN401  any JSON value
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:  # noqa: ANN401  any JSON value
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401  any JSON value
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _first(body: Mapping[str, Any], *names: str) -> str:
    return next((text for name in names if (text := _text(body.get(name)))), "")
