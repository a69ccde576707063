"""RLY008: the relay takes the password that Gmail holds.

Asks: does a real login with the mailbox and its password get ``235``?

Why it matters: it is a password of the relay's own, of one mailbox and one label; a
key of AWS, or a password derived from one, is none.

How to mend: make a new one on the relay, and give it to Gmail.

Source: docs/relay.md, "From nothing to a mail by Gmail"; RFC 4954, section 6.
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
    """Whether the login was accepted; no question where no password was given."""
    seen = relay_of(evidence)
    if seen is None or not seen.logged_in:
        return None
    found = seen.amiss(evidence.observed_at, Amiss.LOGIN)
    if found:
        title = f"{seen.host} refuses the login"
        return Verdict(Status.FAIL, title, exhibits=exhibits(found), help=helps(found))
    unless_turned_away(seen, evidence, Stage.SEND)
    return Verdict(Status.OK, f"{seen.host} takes the login")


RULE = Rule(
    code="RLY008",
    title="The relay takes the password that Gmail holds",
    layer=Layer.RELAY,
    owner=Owner.GMAIL,
    severity=Severity.HIGH,
    judge=judge,
    needs=("RLY005",),
)
