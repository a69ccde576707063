"""Fetching an MTA-STS policy as a sending server does (RFC 8461, 3.3)."""

import http.client
import ipaddress
import socket
import ssl

from sendas.auth.mta_sts import MAX_BYTES, POLICY_PATH, Served
from sendas.dialmap import DialMap
from sendas.outcome import NoAnswer, Seen, Why


_PORT = 443
_TIMEOUT_SECONDS = 10.0
"""For each word of the server's; the whole ends with the run's deadline."""


def fetch_policy(host: str, tls: ssl.SSLContext, dial_map: DialMap) -> Seen[Served]:
    """What *host* serves; senders follow no redirect, and take nothing but 200.

    A certificate that does not hold is an answer; nobody there is none, and whom only this
    machine's network reaches is not asked.
    """
    try:
        place = dial_map.dial(host, _PORT)
        inside = _not_public(host) if place == (host, _PORT) else ""
        if inside:
            why = f"{inside} is no public address, and is not asked"
            return NoAnswer(Why.UNREACHABLE, f"https://{host}: {why}")
        with (
            socket.create_connection(place, _TIMEOUT_SECONDS) as line,
            tls.wrap_socket(line, server_hostname=host) as secured,
        ):
            return _asked(host, secured)
    except ssl.SSLCertVerificationError as error:
        return Served("", f"its certificate does not hold: {error.verify_message}")
    except TimeoutError:
        return NoAnswer(Why.TIMEOUT, f"https://{host}: no answer in {_TIMEOUT_SECONDS:.0f} s")
    except (OSError, http.client.HTTPException) as error:
        return NoAnswer(Why.UNREACHABLE, f"https://{host}: {error}")


def _not_public(host: str) -> str:
    """An address of *host* that the world does not reach; empty if it has none."""
    found = (info[4][0] for info in socket.getaddrinfo(host, _PORT, type=socket.SOCK_STREAM))
    return next((str(one) for one in found if not ipaddress.ip_address(one).is_global), "")


def _asked(host: str, line: socket.socket) -> Served:
    connection = http.client.HTTPConnection(host)
    connection.sock = line
    connection.request("GET", POLICY_PATH)
    with connection.getresponse() as response:
        if response.status != http.client.OK:
            return Served("", f"it answers {response.status}")
        raw = response.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        return Served("", f"it is longer than {MAX_BYTES} bytes")
    return Served(raw.decode("utf-8", "replace"))
