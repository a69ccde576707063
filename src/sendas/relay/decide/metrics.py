"""What a relay tells machines: Prometheus's text format, and whether it is well (pure).

Written here and not by prometheus-client: these are twenty figures of one process without
labels that grow, and the format is a line for each ("Exposition formats", version 0.0.4).
The client would be a dependency, and a lock at each count.  A test reads them with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sendas.relay.decide.figures import Sent, Taken


CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Status:
    """All that is told, at one moment."""

    now: datetime
    taken: Taken
    sent: Sent
    connections: int
    due: int
    sending: int
    held: int
    oldest_at: datetime | None
    rate_per_second: float
    calls_in_flight: int
    receiving_bytes: int
    free_disk_bytes: int
    certificate_ends_at: datetime | None
    troubles: tuple[str, ...]
    held_for_all: str = ""

    @property
    def well(self) -> bool:
        """Whether nothing asks for the owner."""
        return not self.troubles and not self.held_for_all


def as_json(status: Status) -> dict[str, object]:
    """What ``/healthz`` says; schema ``sendas.relay-health/1``."""
    oldest = status.oldest_at
    return {
        "schema": "sendas.relay-health/1",
        "well": status.well,
        "troubles": list(status.troubles),
        "held_for": status.held_for_all or None,
        "due": status.due,
        "sending": status.sending,
        "held": status.held,
        "oldest_seconds": max((status.now - oldest).total_seconds(), 0.0) if oldest else None,
        "certificate_ends_at": _iso(status.certificate_ends_at),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def as_prometheus(status: Status) -> str:
    """The page for a scraper."""
    lines: list[str] = []
    for name, kind, help_, value in _samples(status):
        lines += [f"# HELP {name} {help_}", f"# TYPE {name} {kind}"]
        values: Mapping[str, float] = value if isinstance(value, Mapping) else {"": value}
        lines += [f"{name}{labels} {_number(one)}" for labels, one in values.items()]
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


_Sample = tuple[str, str, str, float | Mapping[str, float]]


def _samples(status: Status) -> list[_Sample]:
    taken, sent, root = status.taken, status.sent, "sendas_relay_"
    oldest = (status.now - status.oldest_at).total_seconds() if status.oldest_at else 0.0
    ends = status.certificate_ends_at.timestamp() if status.certificate_ends_at else 0.0
    counters = (
        ("connections_total", "Connections.", taken.connections),
        ("turned_away_total", "Connections turned away at a limit.", taken.turned_away),
        ("handshakes_failed_total", "TLS handshakes that failed.", taken.handshakes_failed),
        ("logins_total", "Logins.", taken.logins),
        ("logins_failed_total", "Logins refused.", taken.logins_failed),
        ("accepted_total", "Mails acknowledged with 250.", taken.accepted),
        ("accepted_bytes_total", "Their bytes.", taken.accepted_bytes),
        ("refused_total", "Mails refused for good.", taken.refused),
        ("deferred_total", "Mails refused for now, at a limit.", taken.deferred),
        ("ses_sent_total", "Calls that SES took.", sent.sent),
        ("ses_recipients_total", "Recipients of these calls.", sent.recipients),
        ("ses_refused_total", "Calls that SES refused for good.", sent.refused),
        ("ses_retried_total", "Calls that are tried again or held.", sent.retried),
        ("ses_throttled_total", "Calls that came too fast for SES.", sent.throttled),
        ("notices_total", "Delivery status notifications made.", sent.notices),
    )
    gauges = (
        ("connections", "Connections now.", status.connections),
        ("queue_due", "Tasks that wait.", status.due),
        ("queue_sending", "Tasks that SES is asked about.", status.sending),
        ("queue_held", "Tasks that wait for the account or the owner.", status.held),
        ("queue_oldest_seconds", "Age of the oldest mail that waits.", max(oldest, 0.0)),
        ("ses_rate_per_second", "Recipients a second that are kept to.", status.rate_per_second),
        ("ses_in_flight", "Calls to SES now.", status.calls_in_flight),
        ("receiving_bytes", "Bytes of mails that are coming in.", status.receiving_bytes),
        ("free_disk_bytes", "Bytes free where the queue lies.", status.free_disk_bytes),
        ("certificate_ends_seconds", "When the certificate ends, since 1970; 0: unknown.", ends),
        ("well", "1 if nothing asks for the owner.", int(status.well)),
    )
    samples: list[_Sample] = [
        (root + name, "counter", text, value) for name, text, value in counters
    ]
    samples += [(root + name, "gauge", text, value) for name, text, value in gauges]
    if sent.alarms:
        by_kind = {f'{{kind="{kind}"}}': float(count) for kind, count in sent.alarms.items()}
        samples.append((root + "alarms_total", "counter", "Alarms, by kind.", by_kind))
    return samples
