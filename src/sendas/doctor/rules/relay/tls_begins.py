"""RLY002: TLS begins at the relay.

Asks: does the relay greet, offer STARTTLS where TLS does not begin at once, and
begin TLS as the port is meant?

Why it matters: without TLS nobody can log in, and Gmail sends nothing.

How to mend: give the relay a certificate; match port and mode in Gmail's dialog.

Source: FACTS 15.3; RFC 8314, section 3.3; RFC 3207, section 6.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.relay._ports import (
    exhibits,
    helps,
    relay_of,
    unless_turned_away,
)
from sendas.smtp.probe import Stage
from sendas.smtp.submission import Amiss


def judge(evidence: Evidence) -> Verdict | None:
    """Whether TLS can begin at each port; a relay that is busy for now is not judged."""
    seen = relay_of(evidence)
    if seen is None:
        return None
    found = seen.amiss(evidence.observed_at, Amiss.TLS, Amiss.STARTTLS)
    if found:
        title = f"TLS does not begin at {seen.host}"
        return Verdict(Status.FAIL, title, exhibits=exhibits(found), help=helps(found))
    unless_turned_away(seen, evidence, Stage.AUTH, Stage.SEND)
    return Verdict(Status.OK, f"TLS begins at {seen.host}")


RULE = Rule(
    code="RLY002",
    title="TLS begins at the relay",
    layer=Layer.RELAY,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
    needs=("RLY001",),
)
