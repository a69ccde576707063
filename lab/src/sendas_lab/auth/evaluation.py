"""SPF, DKIM and DMARC of one mail, as a receiver computes them."""

import ipaddress

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import getaddresses

from sendas.auth.dmarc_walk import (
    Authenticated,
    DmarcResult,
    DmarcVerdict,
    evaluate,
)
from sendas.auth.spf_walk import SpfMail, SpfResult, SpfVerdict, check_host
from sendas.dns.answers import Answer, Question
from sendas.dns.asking import drive
from sendas_lab.auth.signatures import DkimCheck, check_signatures
from sendas_lab.mail import Transmission
from sendas_lab.ses.message import crlf, parse


@dataclass(frozen=True, slots=True)
class Authentication:
    """What the three checks said of one mail."""

    source_ip: str
    helo: str
    reverse_path: str
    author_domain: str
    spf: SpfVerdict
    dkim: tuple[DkimCheck, ...]
    dmarc: DmarcVerdict

    @property
    def spf_passes(self) -> bool:
        """The client may use the reverse-path's domain."""
        return self.spf.result is SpfResult.PASS

    @property
    def dkim_passes(self) -> bool:
        """At least one signature is good, whoever made it."""
        return any(check.result == "pass" for check in self.dkim)

    @property
    def dmarc_passes(self) -> bool:
        """One of the two passes for a domain that aligns with the author's."""
        return self.dmarc.result is DmarcResult.PASS


def authenticate(
    transmission: Transmission, resolve: Callable[[Question], Answer], receiver: str = "unknown"
) -> Authentication:
    """Judge *transmission*; never raises, whatever its content is."""
    envelope = transmission.envelope
    content = crlf(transmission.content)
    mail = SpfMail(
        ipaddress.ip_address(transmission.source_ip),
        envelope.reverse_path,
        transmission.helo,
        receiver,
    )
    spf = drive(check_host(mail), resolve)
    signatures = check_signatures(content, resolve)
    author = author_domain(content)
    dmarc = (
        drive(
            evaluate(
                author,
                Authenticated(spf.domain, str(spf.result)),
                [Authenticated(check.domain, check.result) for check in signatures],
            ),
            resolve,
        )
        if author
        else DmarcVerdict(DmarcResult.PERMERROR, "", "no single author domain")
    )
    return Authentication(
        transmission.source_ip,
        transmission.helo,
        envelope.reverse_path,
        author,
        spf,
        signatures,
        dmarc,
    )


def author_domain(content: bytes) -> str:
    """The domain of the one address in the one From field; empty if there is not exactly one."""
    addresses = [address for _, address in getaddresses(parse(content).all("From")) if address]
    domains = {address.rpartition("@")[2].lower() for address in addresses if "@" in address}
    return domains.pop() if len(domains) == 1 else ""
