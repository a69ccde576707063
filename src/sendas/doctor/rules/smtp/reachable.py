"""SMTP009: the SMTP port can be reached.

Asks: did the server answer on the port at all?

Why it matters: port 25 is filtered on EC2 and in most networks; the others
rarely are.  That this machine cannot reach a port says nothing about Gmail,
which dials from Google's network: so it is not known, rather than broken.

How to mend: use port 587, 2587, 465 or 2465.

Source: RULES SMTP-09; FACTS 3.1; SES guide, "Connecting to an SMTP endpoint".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.smtp._login import endpoint_region, login, reply_exhibit
from sendas.errors import CouldNotLook
from sendas.smtp.probe import Outcome, Probe
from sendas.smtp.verdict import COULD_NOT_LOOK, conclude


_FILTERED_PORT = 25
_PORTS = (25, 465, 587, 2465, 2587)
_NO_WAY_IN = (Outcome.BLOCKED, Outcome.CONNECTION_REFUSED)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the call got through; where it did not, that is not known of others' calls."""
    probe = login(evidence)
    if probe.outcome not in COULD_NOT_LOOK:
        return Verdict(
            Status.OK,
            f"{probe.host} answers on port {probe.port}",
            exhibits=(reply_exhibit(probe),),
        )
    if probe.outcome in _NO_WAY_IN and endpoint_region(evidence) and probe.port not in _PORTS:
        return _bad(Status.FAIL, probe, f"Port {probe.port} is none of SES's ports")
    if probe.outcome is Outcome.BLOCKED and probe.port == _FILTERED_PORT:
        return _bad(Status.WARN, probe, "Port 25 is filtered between here and the server")
    msg = f"SMTP {probe.host} port {probe.port}: {probe.outcome}, {probe.detail}"
    raise CouldNotLook(msg)


def _bad(status: Status, probe: Probe, title: str) -> Verdict:
    return Verdict(
        status,
        title,
        conclude(probe).words,
        (reply_exhibit(probe),),
        (Help("Use port 587 (or 2587) with STARTTLS, or 465 (or 2465) with implicit TLS."),),
    )


RULE = Rule(
    code="SMTP009",
    title="The SMTP port can be reached",
    layer=Layer.SMTP,
    owner=Owner.CODE,
    severity=Severity.MEDIUM,
    judge=judge,
)
