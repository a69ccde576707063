"""What stands behind a connection: the decisions of one kind of server."""

from collections.abc import Callable

from sendas.smtp.server.offer import Offer
from sendas_lab.mail import Envelope, SmtpReply
from sendas_lab.network import Network
from sendas_lab.smtp.profile import Profile, said


class Visit:
    """One client's connection, as far as the server may know it."""

    def __init__(self, network: Network, peer: tuple[str, int], *, tls: bool) -> None:
        self._network = network
        self._peer = peer
        self.tls = tls
        self.helo = ""

    @property
    def source_ip(self) -> str:
        """The made-up address that the client announced.

        Asked for when it is needed, never on connecting: the client announces
        only after the connection stands.
        """
        return self._network.source_of(self._peer)


class Conversation:
    """A server that takes everything; kinds of server say where they differ."""

    profile = Profile(Offer("localhost", ("8BITMIME",)))

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def greeting(self) -> SmtpReply:
        """The first line; anything but 220 closes the connection."""
        return SmtpReply(220, f"{self.profile.offer.host} ESMTP")

    def login(self, username: str, password: str) -> SmtpReply:  # noqa: ARG002  a hook
        """Answer to AUTH; 235 lets the client in."""
        return SmtpReply(535, "5.7.8 Error: authentication failed")

    def mail(self, reverse_path: str) -> SmtpReply:  # noqa: ARG002  a hook
        """Answer to MAIL FROM; *reverse_path* is empty for ``<>``."""
        return said(self.profile.offer.words.ok)

    def recipient(self, reverse_path: str, forward_path: str) -> SmtpReply:  # noqa: ARG002  a hook
        """Answer to RCPT TO."""
        return said(self.profile.offer.words.ok)

    def message(self, envelope: Envelope, content: bytes) -> SmtpReply:  # noqa: ARG002  a hook
        """Answer to the final dot."""
        return said(self.profile.offer.words.ok)

    def close(self) -> None:
        """The connection has ended."""


Opening = Callable[[Visit], Conversation]
"""Makes the conversation for a new connection."""
