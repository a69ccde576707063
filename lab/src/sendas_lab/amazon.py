"""SES's SMTP hosts in every Region: where they listen, and how a road to them breaks."""

import contextlib
import socket

from collections.abc import Callable
from dataclasses import dataclass

from sendas.dns.answers import Answer, Question
from sendas.ses.regions import KNOWN, Region, feedback_host, inbound_host, smtp_host
from sendas.smtp.server.offer import Offer
from sendas_lab.certificates import Certificates
from sendas_lab.mail import Envelope, SmtpReply
from sendas_lab.network import Network
from sendas_lab.ses.hosts import feedback_address, inbound_address, smtp_address
from sendas_lab.ses.service import Ses
from sendas_lab.smtp.conversation import Conversation
from sendas_lab.smtp.inbound import inbound_opening
from sendas_lab.smtp.profile import Profile
from sendas_lab.smtp.servers import LOOPBACK, SmtpServers
from sendas_lab.smtp.submission import (
    IMPLICIT_TLS_PORTS,
    STARTTLS_PORTS,
    Load,
    submission_opening,
)


SMTP_PORT = 25


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """One Region's endpoint: where its public ports really are."""

    clear: tuple[str, int]
    implicit: tuple[str, int]

    def really(self, port: int) -> tuple[str, int]:
        return self.implicit if port in IMPLICIT_TLS_PORTS else self.clear


class AmazonHosts:
    """``email-smtp``, ``inbound-smtp`` and ``feedback-smtp`` of every known Region."""

    def __init__(
        self,
        network: Network,
        servers: SmtpServers,
        certificates: Certificates,
        resolve: Callable[[Question], Answer],
    ) -> None:
        self._network = network
        self._resolve = resolve
        self._servers = servers
        self._certificates = certificates
        self._endpoints: dict[Region, _Endpoint] = {}
        self._loads: dict[Region, Load] = {}
        self._holes: list[socket.socket] = []

    def open(self, ses: Ses) -> None:
        """Listen for every Region."""
        feedback = self._servers.listen(
            _Feedback, lambda: self._certificates.server_context("feedback-smtp.amazonses.com")
        )
        for region in KNOWN:
            self._open_submission(region, ses)
            self._open_inbound(region, ses)
            self._put(feedback_host(region), feedback_address(region), SMTP_PORT, feedback)

    def limit_connections(self, region: Region, limit: int | None) -> None:
        """How many may talk to the Region's endpoint at once; None is no limit."""
        self._loads[region].limit = limit

    def block(self, region: Region, port: int) -> None:
        """A filter swallows every packet to that port: connecting times out."""
        hole = _black_hole()
        self._holes.append(hole[0])
        self._holes += hole[2]
        self._put(smtp_host(region), smtp_address(region), port, hole[1])

    def close_port(self, region: Region, port: int) -> None:
        """Nobody listens there: the connection is refused."""
        self._put(smtp_host(region), smtp_address(region), port, _closed_port())

    def swap_tls(self, region: Region) -> None:
        """465 speaks STARTTLS and 587 TLS at once, as when a client has the wrong mode."""
        endpoint = self._endpoints[region]
        for port in (*STARTTLS_PORTS, *IMPLICIT_TLS_PORTS):
            other = endpoint.clear if port in IMPLICIT_TLS_PORTS else endpoint.implicit
            self._put(smtp_host(region), smtp_address(region), port, other)

    def reset(self) -> None:
        """Every road is open again."""
        for region, endpoint in self._endpoints.items():
            self._loads[region].limit = None
            for port in (*STARTTLS_PORTS, *IMPLICIT_TLS_PORTS):
                self._put(smtp_host(region), smtp_address(region), port, endpoint.really(port))
        self.stop()

    def stop(self) -> None:
        """Give the black holes' sockets back; the servers close their own."""
        for hole in self._holes:
            with contextlib.suppress(OSError):
                hole.close()
        self._holes.clear()

    def _open_submission(self, region: Region, ses: Ses) -> None:
        load = self._loads.setdefault(region, Load())
        opening = submission_opening(region, ses, load)
        host = smtp_host(region)
        endpoint = _Endpoint(
            self._servers.listen(opening, lambda: self._certificates.server_context(host)),
            self._servers.listen(
                opening, lambda: self._certificates.server_context(host), implicit_tls=True
            ),
        )
        self._endpoints[region] = endpoint
        for port in (*STARTTLS_PORTS, *IMPLICIT_TLS_PORTS):
            self._put(host, smtp_address(region), port, endpoint.really(port))

    def _open_inbound(self, region: Region, ses: Ses) -> None:
        host = inbound_host(region)
        really = self._servers.listen(
            inbound_opening(region, ses, self._resolve),
            lambda: self._certificates.server_context(host),
        )
        self._put(host, inbound_address(region), SMTP_PORT, really)

    def _put(self, host: str, address: str, port: int, really: tuple[str, int]) -> None:
        self._network.listen(host, port, really)
        self._network.listen(address, port, really)


class _Feedback(Conversation):
    """Takes the bounces of custom MAIL FROM domains, and nobody else's mail."""

    profile = Profile(
        Offer("feedback-smtp.amazonses.com", ("8BITMIME",), last_line="Ok", announces_size=False)
    )

    def recipient(self, reverse_path: str, forward_path: str) -> SmtpReply:
        """Only null reverse-paths to SES's own message ids."""
        del reverse_path
        local = forward_path.rpartition("@")[0]
        if local.endswith("-000000"):
            return SmtpReply(250, "Ok")
        return SmtpReply(550, "5.1.1 Requested action not taken: mailbox unavailable")

    def message(self, envelope: Envelope, content: bytes) -> SmtpReply:
        """Taken, and read by SES only."""
        del envelope, content
        return SmtpReply(250, "Ok")


def _black_hole() -> tuple[socket.socket, tuple[str, int], list[socket.socket]]:
    """A listener whose queue is full, so that Linux lets further SYNs go unanswered."""
    server = socket.socket()
    server.bind((LOOPBACK, 0))
    server.listen(0)
    address = server.getsockname()
    callers = []
    for _ in range(4):
        caller = socket.socket()
        caller.setblocking(False)  # noqa: FBT003  the standard library's signature
        caller.connect_ex(address)
        callers.append(caller)
    return server, address, callers


def _closed_port() -> tuple[str, int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        address: tuple[str, int] = server.getsockname()
    return address
