"""SMTP106: the server offers STARTTLS.

Asks: is STARTTLS among the server's capabilities?

Why it matters: without it the password would travel in the clear, so nothing
is sent. SES always offers it: where it is missing, a proxy or virus scanner on
the way takes it out.

How to mend: use implicit TLS on port 465, or another network.

Source: RULES SMTP-20; FACTS 3.1; RFC 3207, section 6.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.smtp._login import ended, reply_exhibit
from sendas.smtp.probe import Outcome
from sendas.smtp.verdict import conclude


def judge(evidence: Evidence) -> Verdict | None:
    """Whether TLS can begin."""
    probe = ended(evidence, Outcome.STARTTLS_NOT_OFFERED)
    if probe is None:
        return None
    return Verdict(
        Status.FAIL,
        f"{probe.host} does not offer STARTTLS on port {probe.port}",
        conclude(probe).words,
        (reply_exhibit(probe),),
        conclude(probe).help,
    )


RULE = Rule(
    code="SMTP106",
    title="The server offers STARTTLS",
    layer=Layer.SMTP,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
)
