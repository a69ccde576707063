"""RLY009: the password may send as the address that mail is sent as.

Asks: does the relay take MAIL FROM with that address, behind the login?

Why it matters: a password sends as its mailbox and as what was added, and nothing
else; Gmail's mail with another From is refused with 5xx.

How to mend: make a password with `--sender`, or send as the mailbox.

Source: docs/relay.md, "Who may send what".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.relay._ports import exhibits, helps, relay_of
from sendas.smtp.submission import Amiss


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the sender was taken; no question where none was tried."""
    seen = relay_of(evidence)
    if seen is None or seen.sender is None:
        return None
    found = seen.amiss(evidence.observed_at, Amiss.SENDER)
    if found:
        title = f"{seen.host} does not let this password send as {seen.sender}"
        return Verdict(Status.FAIL, title, exhibits=exhibits(found), help=helps(found))
    return Verdict(Status.OK, f"{seen.host} lets this password send as {seen.sender}")


RULE = Rule(
    code="RLY009",
    title="The password may send as the address that mail is sent as",
    layer=Layer.RELAY,
    owner=Owner.GMAIL,
    severity=Severity.HIGH,
    judge=judge,
    needs=("RLY008",),
)
