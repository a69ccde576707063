"""DNS016: the domain's MX is not SES's submission host.

Asks: does an MX of the domain name ``email-smtp.<region>.amazonaws.com``?

Why it matters: that host takes mail from clients that log in.  Other mail
servers get ``530 Authentication required``.

How to mend: ``inbound-smtp.<region>.amazonaws.com`` receives.

Source: RULES DNS-16; FACTS 3.2 and 8.4.
"""

from sendas.advice import Owner
from sendas.dns.mx import SesHost
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.dns._mx import wrong_ses_host


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the submission host was taken for the inbound one."""
    return wrong_ses_host(
        evidence,
        SesHost.SUBMISSION,
        "The domain's MX is SES's submission host {host}",
        "It wants a login from everybody: senders are told `530 Authentication required`.",
    )


RULE = Rule(
    code="DNS016",
    title="The domain's MX is not SES's submission host",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
)
