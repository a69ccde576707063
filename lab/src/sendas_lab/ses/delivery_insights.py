"""What became of each recipient, as Virtual Deliverability Manager remembers it.  Pure.

Source: API reference, GetMessageInsights and BatchGetMetricData.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sendas_lab.ses.events import Event, Json


@dataclass(frozen=True, slots=True)
class Told:
    """One event about one recipient; *details* in the shape of GetMessageInsights."""

    at: datetime
    kind: str
    address: str
    details: Json | None = None


def of_event(event: Event, now: datetime) -> Iterator[Told]:
    """The event, once for each recipient that it is about."""
    for address, details in _people(event):
        yield Told(now, event.kind, address, details)


def _people(event: Event) -> Iterator[tuple[str, Json | None]]:
    detail = event.detail
    match event.kind:
        case "BOUNCE":
            for one in detail["bouncedRecipients"]:
                yield one["emailAddress"], {"Bounce": _bounce(detail, one)}
        case "COMPLAINT":
            complaint = _complaint(detail)
            for one in detail["complainedRecipients"]:
                yield one["emailAddress"], {"Complaint": complaint}
        case "DELIVERY":
            yield from ((address, None) for address in detail["recipients"])
        case "DELIVERY_DELAY":
            yield from ((one["emailAddress"], None) for one in detail["delayedRecipients"])
        case _:
            yield from ((address, None) for address in event.sent.destinations)


def _bounce(detail: Json, one: Json) -> Json:
    found = {
        "BounceType": detail["bounceType"].upper(),
        "BounceSubType": detail["bounceSubType"],
        "DiagnosticCode": one.get("diagnosticCode"),
    }
    return {name: value for name, value in found.items() if value}


def _complaint(detail: Json) -> Json:
    found = {
        "ComplaintSubType": detail.get("complaintSubType"),
        "ComplaintFeedbackType": detail.get("complaintFeedbackType"),
    }
    return {name: value for name, value in found.items() if value}
