"""What a relay counts since its start; `sendas.relay.decide.metrics` writes it for Prometheus."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Taken:
    """On the way in."""

    connections: int = 0
    turned_away: int = 0
    handshakes_failed: int = 0
    logins: int = 0
    logins_failed: int = 0
    accepted: int = 0
    accepted_bytes: int = 0
    refused: int = 0
    deferred: int = 0


@dataclass(slots=True)
class Sent:
    """On the way out, in calls to SES."""

    sent: int = 0
    recipients: int = 0
    refused: int = 0
    retried: int = 0
    throttled: int = 0
    notices: int = 0
    alarms: dict[str, int] = field(default_factory=dict)
