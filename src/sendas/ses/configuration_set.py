"""Named sending rules, and where SES publishes events (GetConfigurationSet)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventDestination:
    """Where events of *event_types* (SES's words, such as BOUNCE) go; *kind* is SNS and so on."""

    name: str
    enabled: bool
    event_types: tuple[str, ...]
    kind: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class ConfigurationSet:
    """One set.  *suppressed_reasons* None means: as the account has them."""

    name: str
    sending_enabled: bool
    tls_required: bool
    suppressed_reasons: tuple[str, ...] | None
    event_destinations: tuple[EventDestination, ...] = ()
