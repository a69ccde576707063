"""GM010: the Google Workspace lets its users send through other servers.

Asks: does Gmail say ``You must send through … SMTP servers``?

Why it matters: in a Workspace the administrator decides whether users may send
through servers outside it; consumer accounts know no such switch.

How to mend: the administrator turns on ``Allow per-user outbound gateways``.

Source: RULES GM-10; FACTS 5.1.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.gmail._bounce import Kind, bounce


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the Workspace forbids it."""
    found = bounce(evidence, Kind.WORKSPACE)
    if found is None:
        return None
    return Verdict(
        Status.FAIL,
        "The Workspace administrator forbids sending through other servers",
        "Gmail never dials SES: its own policy stands before that.",
        (found.exhibit,),
        (
            Help(
                "As administrator: Google Admin console → Apps → Google Workspace → Gmail → End "
                "User Access → Allow per-user outbound gateways. Then add the address again.",
                wait_seconds=3600,
            ),
        ),
    )


RULE = Rule(
    code="GM010",
    title="The Google Workspace lets its users send through other servers",
    layer=Layer.GMAIL,
    owner=Owner.GMAIL,
    severity=Severity.HIGH,
    judge=judge,
)
