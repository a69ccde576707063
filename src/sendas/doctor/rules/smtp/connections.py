"""SMTP012: there are not too many SMTP connections at once.

Asks: did SES answer ``421 Too many concurrent SMTP connections``?

Why it matters: SES counts the connections of an account and turns further ones
away at the door, before any login.

How to mend: use a smaller pool, and close connections that are not in use.

Source: RULES SMTP-12; FACTS 3.2; SES guide, "Amazon SES SMTP issues".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.smtp._login import said
from sendas.smtp.meaning import Cause


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES said so."""
    exhibit = said(evidence, Cause.TOO_MANY_CONNECTIONS)
    if exhibit is None:
        return None
    return Verdict(
        Status.FAIL,
        "Too many SMTP connections are open at once",
        "SES turns further ones away until some are closed.",
        (exhibit,),
        (
            Help(
                "Lower the number of parallel connections in whatever sends through this account, "
                "and let it close idle ones.",
                wait_seconds=60,
            ),
        ),
    )


RULE = Rule(
    code="SMTP012",
    title="There are not too many SMTP connections at once",
    layer=Layer.SMTP,
    owner=Owner.CODE,
    severity=Severity.MEDIUM,
    judge=judge,
)
