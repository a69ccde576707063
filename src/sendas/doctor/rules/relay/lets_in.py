"""RLY012: the relay lets its clients in.

Asks: does it refuse us for good before it has heard who we are?

Why it matters: what it does to us it may do to Gmail.

How to mend: the relay's log says why.

Source: RFC 5321, section 3.1.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.relay._ports import exhibits, helps, relay_of
from sendas.smtp.submission import Amiss


_PERMANENT = 500


def judge(evidence: Evidence) -> Verdict | None:
    """Whether it turns us away; once it is for now only, that is a warning."""
    seen = relay_of(evidence)
    if seen is None:
        return None
    found = seen.amiss(evidence.observed_at, Amiss.TURNED_AWAY)
    if not found:
        return Verdict(Status.OK, f"{seen.host} turns nobody away")
    for_good = any(port.probe.reply and port.probe.reply.code >= _PERMANENT for port, _ in found)
    status = Status.FAIL if for_good else Status.WARN
    title = f"{seen.host} turns us away" + ("" if for_good else ", for now")
    return Verdict(status, title, exhibits=exhibits(found), help=helps(found))


RULE = Rule(
    code="RLY012",
    title="The relay lets its clients in",
    layer=Layer.RELAY,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
    needs=("RLY001",),
)
