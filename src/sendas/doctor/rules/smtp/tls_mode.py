"""SMTP008: port and TLS mode fit together.

Asks: did the server speak plain text where TLS was begun, or wait for TLS
where STARTTLS was to come?

Why it matters: ports 465 and 2465 begin with TLS, 587, 2587 and 25 go over to
it with STARTTLS; with the wrong one both sides wait, or the handshake breaks.

How to mend: choose the mode of the port.

Source: RULES SMTP-08; FACTS 3.1; SES guide, "Connecting to an SMTP endpoint".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.smtp._login import ended, reply_exhibit
from sendas.smtp.probe import Outcome
from sendas.smtp.verdict import conclude


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the two ends disagree on how TLS begins."""
    probe = ended(evidence, Outcome.WRONG_TLS_MODE)
    if probe is None:
        return None
    return Verdict(
        Status.FAIL,
        f"Port {probe.port} does not begin as it was dialled",
        conclude(probe).words,
        (reply_exhibit(probe),),
        (
            Help(
                "In Gmail choose `Secured connection using TLS` for port 587, or `using SSL` for "
                "port 465. Elsewhere: STARTTLS on 587, 2587 and 25, implicit TLS on 465 and 2465."
            ),
        ),
    )


RULE = Rule(
    code="SMTP008",
    title="Port and TLS mode fit together",
    layer=Layer.SMTP,
    owner=Owner.GMAIL,
    severity=Severity.HIGH,
    judge=judge,
)
