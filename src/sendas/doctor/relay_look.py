"""Looking at a relay: its ports as Gmail dials them, and its health where this machine can ask."""

import http.client
import ipaddress

from sendas.dialmap import DialMap
from sendas.doctor.relay import (
    MalformedHealth,
    RelayHealth,
    RelaySeen,
    RelayToLookAt,
    parse_health,
)
from sendas.outcome import NOT_ASKED, NoAnswer, Seen, Why
from sendas.smtp.session import Credential
from sendas.smtp.submission_look import look_at_ports


_TIMEOUT_SECONDS = 5.0
_MAX_BYTES = 100_000


def look_at_relay(
    relay: RelayToLookAt, credential: Credential | None, sender: str | None, dial_map: DialMap
) -> RelaySeen:
    """What is seen of *relay*; a *credential* is tried, and *sender* with it; nothing is sent."""
    ports = look_at_ports(relay.host, relay.ports, dial_map, credential=credential, sender=sender)
    health = (
        NOT_ASKED if relay.status is None else health_at(relay.status, asked=relay.status_asked)
    )
    return RelaySeen(
        relay.host, ports, health, logged_in=credential is not None,
        sender=sender if credential is not None else None,
    )  # fmt: skip


def health_at(place: tuple[str, int], *, asked: bool) -> Seen[RelayHealth]:
    """What ``/healthz`` says at *place*.

    The relay shows it to its own machine alone, unless told otherwise.  So where nobody *asked*
    for this place, and nobody is there, another machine is asking: no part of this run.
    """
    host, port = place
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)
    where = f"http://{_shown(host)}:{port}/healthz"
    try:
        connection.request("GET", "/healthz")
        raw = connection.getresponse().read(_MAX_BYTES)
        return parse_health(raw)
    except TimeoutError:
        return NoAnswer(Why.TIMEOUT, f"{where}: no answer in {_TIMEOUT_SECONDS:.0f} s")
    except MalformedHealth:
        return _not_there(f"{where}: what answers is no relay of sendas", asked=asked)
    except (OSError, http.client.HTTPException) as error:
        return _not_there(f"{where}: {error}", asked=asked)
    finally:
        connection.close()


def _not_there(words: str, *, asked: bool) -> NoAnswer:
    return NoAnswer(Why.UNREACHABLE if asked else Why.NOT_ASKED, words)


def _shown(host: str) -> str:
    try:
        return f"[{host}]" if ipaddress.ip_address(host).version == 6 else host  # noqa: PLR2004  IPv6
    except ValueError:
        return host
