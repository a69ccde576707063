"""SMTP107: what answers speaks SMTP and TLS.

Asks: does the server greet as an SMTP server, and can TLS be agreed on?

Why it matters: a web server, an SSH server or a middlebox on that port answers
too, but takes no mail; a TLS version that is too old is refused.

How to mend: correct host and port; speak TLS 1.2 or 1.3.

Source: FACTS 3.1; RFC 5321, section 4.2.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.smtp._login import ended, reply_exhibit
from sendas.smtp.probe import Outcome
from sendas.smtp.verdict import conclude


def judge(evidence: Evidence) -> Verdict | None:
    """Whether anything but SMTP answers."""
    probe = ended(evidence, Outcome.NOT_SMTP, Outcome.TLS_FAILED)
    if probe is None:
        return None
    return Verdict(
        Status.FAIL,
        f"{probe.host} port {probe.port}: {probe.detail}",
        conclude(probe).words,
        (reply_exhibit(probe),),
        conclude(probe).help,
    )


RULE = Rule(
    code="SMTP107",
    title="What answers speaks SMTP and TLS",
    layer=Layer.SMTP,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
)
