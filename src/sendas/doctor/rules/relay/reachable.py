"""RLY001: the relay can be reached.

Asks: does anybody answer at the relay's name, on the ports that Gmail dials?

Why it matters: Gmail holds mail that it cannot hand over for a while, then gives it
back.  A port that is refused is closed for everybody; one that stays silent may be
filtered between here and there only, so that is not known.

How to mend: start the relay, open its port, or correct the name.

Source: FACTS 15.3; docs/relay.md.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.relay._ports import exhibits, helps, relay_of
from sendas.errors import CouldNotLook
from sendas.smtp.submission import Amiss


def judge(evidence: Evidence) -> Verdict | None:
    """Whether somebody answers; one port without an answer beside one with is a warning."""
    seen = relay_of(evidence)
    if seen is None:
        return None
    closed = seen.amiss(evidence.observed_at, Amiss.NO_HOST, Amiss.CLOSED)
    silent = tuple(
        (port, remark)
        for port, remark in seen.amiss(evidence.observed_at, Amiss.UNSEEN)
        if not port.reached
    )
    there = [port.probe.port for port in seen.ports if port.reached]
    if there and not closed and not silent:
        ports = " and ".join(map(str, there))
        return Verdict(Status.OK, f"{seen.host} answers on port {ports}")
    if not there and silent:
        raise CouldNotLook(silent[0][1].words)
    found = closed + silent
    ports = " and ".join(str(port.probe.port) for port, _ in found)
    title = f"{seen.host} cannot be reached on port {ports}"
    if found and found[0][1].amiss is Amiss.NO_HOST:
        title = f"There is no host {seen.host}"
    status = Status.WARN if there else Status.FAIL
    return Verdict(status, title, exhibits=exhibits(found), help=helps(found))


RULE = Rule(
    code="RLY001",
    title="The relay can be reached",
    layer=Layer.RELAY,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
)
