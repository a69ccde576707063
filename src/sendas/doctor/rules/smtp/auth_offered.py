"""SMTP104: the server offers a login.

Asks: does the server announce AUTH PLAIN or LOGIN once TLS is on?

Why it matters: a mail client that is offered no AUTH cannot log in; Gmail says
``Smtp server does not advertise AUTH capability``.

How to mend: on a relay of your own, announce AUTH once TLS is on, on implicit
TLS too.

Source: RULES GM-12; FACTS 15.3.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.smtp._login import ended, reply_exhibit
from sendas.smtp.probe import Outcome
from sendas.smtp.verdict import conclude


def judge(evidence: Evidence) -> Verdict | None:
    """Whether there is a way to log in."""
    probe = ended(evidence, Outcome.AUTH_NOT_OFFERED)
    if probe is None:
        return None
    return Verdict(
        Status.FAIL,
        f"{probe.host} offers no login with user name and password",
        conclude(probe).words,
        (reply_exhibit(probe),),
        conclude(probe).help,
    )


RULE = Rule(
    code="SMTP104",
    title="The server offers a login",
    layer=Layer.SMTP,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
)
