"""SMTP servers of the lab on loopback, with a stand-in for SES behind them."""

import socket
import ssl

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from sendas_lab.certificates import Certificates
from sendas_lab.network import Network
from sendas_lab.ses.ports import Principal
from sendas_lab.ses.submission import Accepted, LoginRefused, Reason, Refused, Submission
from sendas_lab.smtp.servers import SmtpServers
from sendas_lab.smtp.submission import Load, submission_opening

from sendas.ses.regions import Region


REGION = Region("us-east-1")
HOST = "email-smtp.us-east-1.amazonaws.com"
PRINCIPAL = Principal("123456789012", "AKIAIOSFODNN7EXAMPLE", "arn:aws:iam::1:user/u", "u")


@dataclass
class Ses:
    """Takes the password ``right``, and every message unless told otherwise."""

    refuse: Refused | None = None
    taken: list[Submission] = field(default_factory=list)

    def login(self, region: str, username: str, password: str) -> Principal | LoginRefused:
        """The one password."""
        del region, username
        if password == "right":
            return PRINCIPAL
        return LoginRefused("Authentication Credentials Invalid")

    def submit(self, submission: Submission) -> Accepted | Refused:
        """Keep it."""
        if self.refuse:
            return self.refuse
        self.taken.append(submission)
        return Accepted("0100-x-000000")


@dataclass
class Endpoint:
    """One Region's endpoint, and what to poke it with."""

    ses: Ses
    load: Load
    clear: tuple[str, int]
    implicit: tuple[str, int]
    certificates: Certificates
    network: Network


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The lab's authority."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def network() -> Network:
    """The lab's network."""
    return Network()


@pytest.fixture
def servers(network: Network) -> Iterator[SmtpServers]:
    """Listeners, stopped after the test."""
    listening = SmtpServers(network)
    yield listening
    listening.stop()


@pytest.fixture
def endpoint(servers: SmtpServers, certificates: Certificates, network: Network) -> Endpoint:
    """SES SMTP of us-east-1."""
    ses, load = Ses(), Load()
    certificates.reset()
    opening = submission_opening(REGION, ses, load)

    def context() -> ssl.SSLContext:
        return certificates.server_context(HOST)

    return Endpoint(
        ses,
        load,
        servers.listen(opening, context),
        servers.listen(opening, context, implicit_tls=True),
        certificates,
        network,
    )


class Hand:
    """A person at a terminal: types lines, reads lines."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=5)
        self._file = self.socket.makefile("rb")

    def read(self) -> list[str]:
        """One reply, line by line."""
        lines = []
        while line := self._file.readline().decode().rstrip("\r\n"):
            lines.append(line)
            if line[3:4] != "-":
                break
        return lines

    def type(self, text: str | bytes) -> list[str]:
        """Send one line, read one reply."""
        data = text if isinstance(text, bytes) else f"{text}\r\n".encode()
        self.socket.sendall(data)
        return self.read()

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Shake hands now."""
        self.socket = context.wrap_socket(self.socket, server_hostname=HOST)
        self._file = self.socket.makefile("rb")

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self.socket.close()


@pytest.fixture
def dial() -> Iterator[Callable[[tuple[str, int]], Hand]]:
    """Connect; every connection is closed after the test."""
    hands: list[Hand] = []

    def connect(address: tuple[str, int]) -> Hand:
        hands.append(Hand(address))
        return hands[-1]

    yield connect
    for hand in hands:
        hand.close()


@pytest.fixture
def secure(endpoint: Endpoint, dial: Callable[[tuple[str, int]], Hand]) -> Hand:
    """Past banner, STARTTLS and EHLO."""
    hand = dial(endpoint.clear)
    hand.read()
    hand.type("EHLO client.example.net")
    hand.type("STARTTLS")
    hand.start_tls(endpoint.certificates.client_context())
    hand.type("EHLO client.example.net")
    return hand


QUOTA = Refused(Reason.QUOTA, "Daily message quota exceeded")
