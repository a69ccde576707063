"""GM012: the server offers Gmail a login.

Asks: does Gmail say ``Smtp server does not advertise AUTH capability``?

Why it matters: Gmail logs in or gives up. A relay that shows AUTH only on some
ports, or not on implicit TLS, is of no use to it.

How to mend: announce AUTH PLAIN and LOGIN once TLS is on; for SES, dial its
SMTP endpoint.

Source: RULES GM-12; FACTS 5.3 and 15.3.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.gmail._bounce import Kind, bounce


def judge(evidence: Evidence) -> Verdict | None:
    """Whether AUTH was missing."""
    found = bounce(evidence, Kind.NO_AUTH)
    if found is None:
        return None
    return Verdict(
        Status.FAIL,
        "The SMTP server offers Gmail no login",
        "After TLS began, AUTH was not among its capabilities.",
        (found.exhibit,),
        (
            Help(
                "On a relay of your own, announce AUTH once TLS is on, on implicit TLS too. For "
                "SES enter its SMTP endpoint, port 587 with TLS or 465 with SSL.",
                verify_by="sendas smtp check --host HOST",
            ),
        ),
    )


RULE = Rule(
    code="GM012",
    title="The server offers Gmail a login",
    layer=Layer.GMAIL,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("SMTP104", "SMTP102", "SMTP008"),
)
