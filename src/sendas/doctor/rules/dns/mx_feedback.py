"""DNS015: the domain's MX is not SES's feedback host.

Asks: does an MX of the domain name ``feedback-smtp.<region>.amazonses.com``?

Why it matters: that host takes the bounces of a custom MAIL FROM domain and
nothing else: mail to the domain is lost.

How to mend: ``inbound-smtp.<region>.amazonaws.com`` receives.

Source: RULES DNS-15; FACTS 8.4.
"""

from sendas.advice import Owner
from sendas.dns.mx import SesHost
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.dns._mx import wrong_ses_host


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the bounce host was taken for the inbound one."""
    return wrong_ses_host(
        evidence,
        SesHost.FEEDBACK,
        "The domain's MX is SES's bounce host {host}",
        "It takes bounces for custom MAIL FROM domains only; nothing else arrives.",
    )


RULE = Rule(
    code="DNS015",
    title="The domain's MX is not SES's feedback host",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("DNS016",),  # one record set, and one to put in its place
)
