"""`[relay]` of sendas.toml as the relay's settings."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from sendas.aws.calls import suffix
from sendas.aws.shared_queue import Shared
from sendas.aws.shared_queue import SharedQueue as AwsQueue
from sendas.aws.signer import AwsKey
from sendas.config.model import Relay
from sendas.relay.certificates import Files
from sendas.relay.decide.limits import Limits
from sendas.relay.decide.notices import Reporter
from sendas.relay.decide.offers import Door
from sendas.relay.delivery import Way
from sendas.relay.mail_queue import Queue
from sendas.relay.service import Settings
from sendas.relay.shared.queue import SharedQueue


def settings_of(
    wanted: Relay,
    environment: Mapping[str, str] | None = None,
    key: Callable[[], AwsKey] | None = None,
) -> Settings:
    """What `Relay.start` needs; *environment* and *key* are for a queue that relays share."""
    shared = None
    if wanted.bucket and key is not None:
        shared = partial(_shared, door_of(wanted, environment or {}, key))
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
        proxies=wanted.proxies,
        shared=shared,
    )


def door_of(wanted: Relay, environment: Mapping[str, str], key: Callable[[], AwsKey]) -> Shared:
    """The bucket and the queue that relays share."""
    return AwsQueue(wanted.region, environment, key, wanted.bucket, wanted.queue)


def _shared(door: Shared) -> Queue:
    return SharedQueue(door)


def limits_of(wanted: Relay) -> Limits:
    """The limits of the file; what it leaves out is as it is."""
    given = {
        "message_bytes": wanted.max_message_bytes,
        "recipients": wanted.max_recipients,
        "connections": wanted.max_connections,
        "free_disk_bytes": wanted.min_free_disk_bytes,
    }
    return replace(Limits(), **{name: value for name, value in given.items() if value is not None})


def ports_of(wanted: Relay) -> dict[int, bool]:
    """Each port that it listens at, and whether TLS begins at once there."""
    return {**dict.fromkeys(wanted.starttls, False), **dict.fromkeys(wanted.tls, True)}


def status_address(wanted: Relay) -> tuple[str, int] | None:
    """Where ``/healthz`` is; None for nowhere."""
    host, _, port = wanted.status.rpartition(":")
    return (host.strip("[]"), int(port)) if wanted.status else None
