"""SMTP103: the server's certificate is valid for its name.

Asks: is the certificate from a known authority, in date, and for the host that
is dialled?

Why it matters: Gmail refuses self-signed, expired and mismatched certificates
since April 2020; for an SES host a bad one means that somebody opens TLS on
the way.

How to mend: dial the host by the name in its certificate, or install one from
a public authority.

Source: RULES GM-11; FACTS 5.1.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.smtp._login import ended, reply_exhibit
from sendas.smtp.probe import Outcome
from sendas.smtp.verdict import conclude


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the certificate proves who answers."""
    probe = ended(evidence, Outcome.BAD_CERTIFICATE)
    if probe is None:
        return None
    return Verdict(
        Status.FAIL,
        f"{probe.host}: {probe.detail}",
        conclude(probe).words,
        (reply_exhibit(probe),),
        conclude(probe).help,
    )


RULE = Rule(
    code="SMTP103",
    title="The server's certificate is valid for its name",
    layer=Layer.SMTP,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
)
