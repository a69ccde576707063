"""`sendas doctor`'s own relay: which one, and what is tried there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sendas.errors import UsageError


if TYPE_CHECKING:
    from sendas.config.model import Config, ConfiguredDomain, Relay
    from sendas.doctor.observe import Request
    from sendas.doctor.relay import RelayToLookAt


class BadRelayOptions(UsageError):
    """The options about the relay do not go together."""


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """What was said of the relay."""

    host: str | None
    username: str | None
    password: str | None = field(repr=False)
    status: str | None


def with_relay(
    request: "Request", known: "ConfiguredDomain | None", config: Path | None, said: RelayOptions
) -> "Request":
    """*request* with the relay to look at: the one that is named, or the file's.

    The file's is looked at where a mailbox of the domain sends through it.

    Raises:
        BadRelayOptions: A user name, a password or an address of the status without a relay, or
            a password without a user name.
        BadConfig: The file holds mistakes, and --config names it.
    """
    from sendas.smtp.session import Credential

    named = request.subject.relay
    file = _relay_in(config)
    host = named or (file.host if file is not None and _uses(known) else None)
    if host is None:
        if said.username or said.password or said.status:
            msg = "which relay? say --relay HOST"
            raise BadRelayOptions(msg)
        return request
    request = replace(request, subject=replace(request.subject, relay=host))
    if named is None and not request.log_in:
        return request
    username = said.username or request.subject.from_address
    if said.password and not username:
        msg = "a password needs its user name: --relay-username, such as me@example.com"
        raise BadRelayOptions(msg)
    if said.username and not said.password:
        msg = "--relay-username needs --relay-password-env: the variable that holds the password"
        raise BadRelayOptions(msg)
    credential = Credential(username, said.password) if username and said.password else None
    return replace(
        request,
        relay=relay_to_look_at(host, file, status=said.status),
        relay_login=credential,
    )


def relay_to_look_at(
    host: str, file: "Relay | None", *, status: str | None = None
) -> "RelayToLookAt":
    """The relay *host*, by what the file says of it, if it is the file's.

    Raises:
        BadRelayOptions: *status* is no address and port.
    """
    from sendas.doctor.relay import RelayToLookAt
    from sendas.relay.configured import ports_of, status_address
    from sendas.smtp.submission import PORTS

    ours = file if file is not None and file.host == host else None
    ports: Mapping[int, bool] = ports_of(ours) if ours is not None else PORTS
    if status is not None:
        return RelayToLookAt(host, ports, _place(status), status_asked=True)
    return RelayToLookAt(host, ports, status_address(ours) if ours is not None else None)


def of_the_file(file: "Config", domain: "ConfiguredDomain") -> "RelayToLookAt | None":
    """The file's relay, where a mailbox of *domain* sends through it."""
    if file.relay is None or not _uses(domain):
        return None
    return relay_to_look_at(file.relay.host, file.relay)


def _relay_in(config: Path | None) -> "Relay | None":
    from sendas.cli.gmail_call import load_config
    from sendas.config.mistakes import BadConfig

    try:
        found = load_config(config)
    except BadConfig:
        if config is not None:
            raise
        return None  # it was said already that the file is left out
    return found.relay if found is not None else None


def _uses(domain: "ConfiguredDomain | None") -> bool:
    from sendas.config.model import SendWay

    return domain is not None and any(one.send is SendWay.RELAY for one in domain.mailboxes)


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 1 <= int(port) <= _MAX_PORT:
        msg = f"--relay-status {text!r} is no address and port, such as 127.0.0.1:9587"
        raise BadRelayOptions(msg)
    return host.strip("[]"), int(port)


_MAX_PORT = 65_535
