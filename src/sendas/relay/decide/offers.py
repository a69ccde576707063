"""What the relay offers on each door (pure): no login without TLS, no mail without login."""

from dataclasses import replace
from enum import StrEnum

from sendas.config.networks import TrustedNetwork
from sendas.relay.decide.limits import Limits
from sendas.smtp.server.offer import Offer


KEYWORDS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN")
MECHANISMS = ("PLAIN", "LOGIN")
MOST_IDLE = 100
"""NOOP, RSET and their like between two mails; Postfix's smtpd_junk_command_limit is the same."""


class Door(StrEnum):
    """How TLS begins on a port."""

    STARTTLS = "starttls"
    """RFC 6409: 587, and 2587 where 587 is blocked; 25 for machines of a named network."""
    IMPLICIT = "tls"
    """RFC 8314, 3.3: 465."""


def offer_for(
    host: str, limits: Limits, network: TrustedNetwork | None, *, certificate: bool, tls: bool
) -> Offer:
    """The server's character for one connection.

    *certificate*: whether there is one, so that TLS can be had; *tls*: whether it stands.
    A machine of a named *network* needs neither TLS nor login; anybody else both.
    """
    base = Offer(
        host,
        keywords=KEYWORDS,
        mechanisms=MECHANISMS,
        offers_tls=certificate,
        needs_tls=True,
        needs_auth=True,
        max_message_bytes=limits.message_bytes,
        max_recipients=limits.recipients,
        max_errors=10,
        max_idle_commands=MOST_IDLE,
    )
    if network is None:
        return base
    # RFC 4954, 4: PLAIN and LOGIN only under TLS, for those who could do without too.
    return replace(base, needs_tls=False, needs_auth=False, mechanisms=MECHANISMS if tls else ())
