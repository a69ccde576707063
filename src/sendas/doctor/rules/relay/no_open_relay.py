"""RLY007: the relay takes no mail of strangers.

Asks: is MAIL FROM refused to somebody who has not logged in, in clear and under TLS?

Why it matters: an open relay is found within hours, sends other people's spam as your
domain, and SES stops the account.

How to mend: if this machine is in a network that `sendas.toml` names, that is meant;
else stop the relay.

Source: FACTS 15.2; docs/relay.md, "Machines without passwords".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.relay._ports import exhibits, helps, relay_of
from sendas.errors import CouldNotLook
from sendas.smtp.submission import Amiss


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a stranger may send; a port at which that was not seen makes it unknown."""
    seen = relay_of(evidence)
    if seen is None:
        return None
    found = seen.amiss(evidence.observed_at, Amiss.OPEN)
    if found:
        title = f"{seen.host} takes mail from here without a login"
        return Verdict(Status.FAIL, title, exhibits=exhibits(found), help=helps(found))
    for port, remark in seen.amiss(evidence.observed_at, Amiss.UNSEEN):
        if port.stranger is not None:
            msg = f"{port.probe.host} port {port.probe.port}: {remark.words}"
            raise CouldNotLook(msg)
    return Verdict(Status.OK, f"{seen.host} takes no mail without a login")


RULE = Rule(
    code="RLY007",
    title="The relay takes no mail of strangers",
    layer=Layer.RELAY,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=judge,
    needs=("RLY005",),
)
