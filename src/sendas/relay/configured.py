"""`[relay]` of sendas.toml as the relay's settings."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sendas.aws.calls import suffix
from sendas.config.model import Relay
from sendas.relay.certificates import Files
from sendas.relay.delivery import Way
from sendas.relay.limits import Limits
from sendas.relay.notices import Reporter
from sendas.relay.offers import Door
from sendas.relay.service import Settings


def settings_of(wanted: Relay) -> Settings:
    """What `Relay.start` needs."""
    remote = f"email.{wanted.region}.{suffix(wanted.region)}"
    doors = [(Door.STARTTLS, wanted.address, port) for port in wanted.starttls]
    if wanted.certificate:
        doors += [(Door.IMPLICIT, wanted.address, port) for port in wanted.tls]
    return Settings(
        host=wanted.host,
        doors=tuple(doors),
        folder=Path(wanted.directory),
        way=Way(
            Reporter(wanted.host, wanted.notices_from, remote),
            wanted.configuration_set,
            wanted.calls,
            timedelta(hours=wanted.give_up_hours),
        ),
        certificate=Files(Path(wanted.certificate), Path(wanted.key))
        if wanted.certificate
        else None,
        networks=wanted.networks,
        limits=limits_of(wanted),
        alarm_topic=wanted.alarm_topic,
    )


def limits_of(wanted: Relay) -> Limits:
    """The limits of the file; what it leaves out is as it is."""
    given = {
        "message_bytes": wanted.max_message_bytes,
        "recipients": wanted.max_recipients,
        "connections": wanted.max_connections,
        "free_disk_bytes": wanted.min_free_disk_bytes,
    }
    return replace(Limits(), **{name: value for name, value in given.items() if value is not None})


def status_address(wanted: Relay) -> tuple[str, int] | None:
    """Where ``/healthz`` is; None for nowhere."""
    host, _, port = wanted.status.rpartition(":")
    return (host.strip("[]"), int(port)) if wanted.status else None
