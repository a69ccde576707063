"""SES events as reports."""

from collections.abc import Sequence

from sendas.bounce.explanation import Kind
from sendas.bounce.report import Report
from sendas.bounce.tables.ses import BY_EVENT
from sendas.mail.address import first_address
from sendas.mail.dsn import host_of
from sendas.ses.events import EventKind, EventRecipient, SesEvent


KINDS = {
    EventKind.BOUNCE: Kind.BOUNCE,
    EventKind.COMPLAINT: Kind.COMPLAINT,
    EventKind.REJECT: Kind.BOUNCE,
    EventKind.DELIVERY: Kind.DELIVERY,
    EventKind.DELIVERY_DELAY: Kind.DELAY,
}


_FAILING = frozenset(KINDS) - {EventKind.DELIVERY}
_NOBODY = (EventRecipient(""),)


def is_whole(event: SesEvent) -> bool:
    """Whether *event* names whom it is about, if it is one that tells of trouble."""
    return event.kind not in _FAILING or bool(event.recipients)


def read_event(event: SesEvent) -> list[Report]:
    """A report for each recipient; none for events that say nothing of delivery.

    One of trouble that names nobody still tells of trouble: its one report
    has no recipient.
    """
    if event.kind not in KINDS:
        return []
    return [
        Report(
            recipient=first_address(one.address) or one.address,
            text=_without_type(one.diagnostic or event.smtp_response),
            status=one.status,
            action=one.action or ("delayed" if event.kind is EventKind.DELIVERY_DELAY else ""),
            reporting_host=host_of(event.reporting_mta),
            refusing_host=event.remote_mta,
            writer="ses",
            provider=_provider(event),
            event=_event_key(event),
        )
        for one in (event.recipients if is_whole(event) else _NOBODY)
    ]


def _provider(event: SesEvent) -> str:
    # Suppressed and rejected mail never left SES.
    if event.kind is EventKind.REJECT or "uppress" in event.subtype:
        return "ses"
    return ""


def _event_key(event: SesEvent) -> str:
    for key in _keys(event):
        if key in BY_EVENT:
            return key
    return _keys(event)[-1]


def _keys(event: SesEvent) -> Sequence[str]:
    name = str(event.kind)
    if event.kind is EventKind.BOUNCE:
        return (
            f"{name}/{event.kind_detail}/{event.subtype}",
            f"{name}/{event.kind_detail}/General",
            name,
        )
    if event.kind is EventKind.COMPLAINT:
        return (f"{name}/{event.subtype}", f"{name}/{event.kind_detail}", name)
    return (f"{name}/{event.kind_detail}", name)


def _without_type(diagnostic: str) -> str:
    # RFC 3464, 2.3.6: "smtp; 550 5.1.1 user unknown".
    kind, semicolon, text = diagnostic.partition(";")
    return text.strip() if semicolon and kind.strip().replace("-", "").isalnum() else diagnostic
