"""MX records, and what SES's own mail hosts are for."""

import re

from dataclasses import dataclass
from enum import StrEnum, auto

from sendas.dns.names import canonical
from sendas.errors import SendasError
from sendas.ses.regions import Region


# Each kind has its own suffix (FACTS 8.4): the other one leads to no host.
_SES_HOST = re.compile(
    r"(?:(?P<kind>inbound-smtp|email-smtp)\.(?P<region>[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2})"
    r"\.amazonaws\.com"
    r"|(?P<feedback>feedback-smtp)\.(?P<there>[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2})\.amazonses\.com)"
)


class MalformedMx(SendasError):
    """The text is no MX data: a preference and a host."""


@dataclass(frozen=True, slots=True, order=True)
class Mx:
    """One MX record; the host in canonical form, empty for the null MX (RFC 7505)."""

    preference: int
    host: str

    def __str__(self) -> str:
        """As in a zone file, without the name: ``10 mx.example.net.``."""
        return f"{self.preference} {self.host}."

    @property
    def is_null(self) -> bool:
        """The domain takes no mail (RFC 7505)."""
        return not self.host


class SesHost(StrEnum):
    """What a host of SES is for."""

    INBOUND = auto()
    """Takes mail in for the domain: what its MX names."""
    FEEDBACK = auto()
    """Takes bounces: what the custom MAIL FROM domain's one MX names."""
    SUBMISSION = auto()
    """Takes mail from clients that log in; refuses everyone else's with 530."""


_KINDS = {
    "inbound-smtp": SesHost.INBOUND,
    "feedback-smtp": SesHost.FEEDBACK,
    "email-smtp": SesHost.SUBMISSION,
}


def parse_mx(text: str) -> Mx:
    """Read MX data such as ``10 mx.example.net``.

    Raises:
        MalformedMx: No preference of 0 to 65535, or no host.
    """
    match = re.fullmatch(r"[ \t]*([0-9]{1,5})[ \t]+(\S+)[ \t]*", text, re.ASCII)
    if match is None or int(match[1]) > 0xFFFF:  # noqa: PLR2004  16 bits
        msg = f"{text!r} is no MX data; it looks like `10 mx.example.net`"
        raise MalformedMx(msg)
    return Mx(int(match[1]), canonical(match[2]))


def ses_host(host: str) -> tuple[SesHost, Region] | None:
    """What *host* is for and in which Region, if it is one of SES's."""
    match = _SES_HOST.fullmatch(canonical(host))
    if match is None:
        return None
    kind = match["kind"] or match["feedback"]
    return _KINDS[kind], Region(match["region"] or match["there"])
