"""SES's inbound endpoint, one per Region: what a domain's MX names.

Words: transcripts of ``inbound-smtp.us-east-1.amazonaws.com`` in the wild.
Verdicts: SES guide, "Contents of notifications" (PASS, FAIL, GRAY,
PROCESSING_FAILED).
"""

import secrets

from collections.abc import Callable
from typing import Protocol

from sendas.auth.dmarc_walk import DmarcResult
from sendas.auth.spf_walk import SpfResult
from sendas.dns.answers import Answer, Question
from sendas.ses.regions import Region, inbound_host
from sendas.smtp.server.offer import Offer, Words
from sendas.smtp.server.reply import Reply
from sendas_lab.auth import (
    Authentication,
    authenticate,
    authentication_results,
    received_spf,
)
from sendas_lab.mail import Envelope, SmtpReply, Transmission
from sendas_lab.ses.receipt import AuthVerdicts
from sendas_lab.smtp.conversation import Conversation, Visit
from sendas_lab.smtp.profile import Profile


_JUDGE = "amazonses.com"
"""What SES calls itself in Authentication-Results (FACTS 8.2)."""

_WORDS = Words(
    ok=Reply(250, "", "Ok"),
    bye=Reply(221, "", "Bye"),
    start_tls=Reply(220, "", "Ready to start TLS"),
    too_long=Reply(552, "5.3.4", "Message size exceeds fixed limit"),
)
_IDLE = Reply(451, "4.4.2", "Timeout waiting for data from client.")

_SPF = {
    SpfResult.PASS: "PASS",
    SpfResult.FAIL: "FAIL",
    SpfResult.SOFTFAIL: "FAIL",
    SpfResult.NEUTRAL: "GRAY",
    SpfResult.NONE: "GRAY",
    SpfResult.PERMERROR: "PROCESSING_FAILED",
    SpfResult.TEMPERROR: "PROCESSING_FAILED",
}
"""Softfail as FAIL is inferred; the guide names only pass, fail, no policy and error."""

_DMARC = {
    DmarcResult.PASS: "PASS",
    DmarcResult.FAIL: "FAIL",
    DmarcResult.NONE: "GRAY",
    DmarcResult.PERMERROR: "PROCESSING_FAILED",
    DmarcResult.TEMPERROR: "PROCESSING_FAILED",
}


class Inbound(Protocol):
    """SES, as its inbound endpoint uses it."""

    def accepts(self, region: str, forward_path: str, source_ip: str) -> SmtpReply:
        """The reply to RCPT."""

    def receive(
        self, region: str, transmission: Transmission, verdicts: AuthVerdicts
    ) -> SmtpReply:
        """The reply to the final dot."""


class InboundConversation(Conversation):
    """One sender's connection to SES receiving."""

    def __init__(
        self,
        visit: Visit,
        region: Region,
        ses: Inbound,
        resolve: Callable[[Question], Answer],
    ) -> None:
        super().__init__(visit)
        self._region = region
        self._ses = ses
        self._resolve = resolve
        self.profile = Profile(
            Offer(
                inbound_host(region),
                ("8BITMIME",),
                last_line="Ok",
                announces_size=False,
                words=_WORDS,
            ),
            idle=_IDLE,
        )

    def greeting(self) -> SmtpReply:
        """SES's inbound banner."""
        return SmtpReply(
            220, f"{inbound_host(self._region)} ESMTP Amazon SES {secrets.token_urlsafe(15)}"
        )

    def recipient(self, reverse_path: str, forward_path: str) -> SmtpReply:  # noqa: ARG002  a hook
        """The active rule set and the IP filters decide."""
        return self._ses.accepts(self._region, forward_path, self.visit.source_ip)

    def message(self, envelope: Envelope, content: bytes) -> SmtpReply:
        """Check SPF, DKIM and DMARC; SES acts on none of them."""
        transmission = Transmission(
            envelope, content, self.visit.source_ip, self.visit.helo, self.visit.tls
        )
        authentication = authenticate(transmission, self._resolve, _JUDGE)
        return self._ses.receive(self._region, transmission, verdicts(authentication))


def verdicts(authentication: Authentication) -> AuthVerdicts:
    """What SES reports of the three checks."""
    failed = authentication.dmarc.result is DmarcResult.FAIL
    policy = authentication.dmarc.policy
    return AuthVerdicts(
        spf=_SPF[authentication.spf.result],
        dkim=_dkim(authentication),
        dmarc=_DMARC[authentication.dmarc.result],
        dmarc_policy=str(policy) if failed and policy else None,
        received_spf=received_spf(authentication, _JUDGE),
        authentication_results=authentication_results(authentication, _JUDGE),
    )


def inbound_opening(
    region: Region, ses: Inbound, resolve: Callable[[Question], Answer]
) -> Callable[[Visit], InboundConversation]:
    """What the listener of *region*'s inbound endpoint needs."""
    return lambda visit: InboundConversation(visit, region, ses, resolve)


def _dkim(authentication: Authentication) -> str:
    if not authentication.dkim:
        return "GRAY"
    if authentication.dkim_passes:
        return "PASS"
    temporary = any(check.result == "temperror" for check in authentication.dkim)
    return "PROCESSING_FAILED" if temporary else "FAIL"
