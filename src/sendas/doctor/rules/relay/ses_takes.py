"""RLY010: SES takes what the relay hands over.

Asks: does the relay, by its ``/healthz``, hold all mail because SES refuses it: paused,
over the quota, or with a key that AWS does not take?

Why it matters: clients hear 250 and see nothing of it; the mail waits on the relay,
and its sender hears after four hours that it is late.

How to mend: what the account's own findings say; the relay goes on by itself.

Source: docs/relay.md, "What becomes of a mail".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.relay._ports import relay_of
from sendas.outcome import see
from sendas.ses.hold import HOLDS, Hold


_HELP = {
    Hold.PAUSED: "See above why SES does not send for the account, and mend that; the relay "
    "tries one mail a minute, and goes on by itself.",
    Hold.QUOTA: "Wait until older mail leaves the rolling 24 hours, or ask for a larger quota; "
    "the relay goes on by itself.",
    Hold.KEY: "Give the relay's machine its role again, or a key that is active: `sendas policy "
    "relay` prints what it may need. Then restart the relay.",
}


def judge(evidence: Evidence) -> Verdict | None:
    """Whether all mail is held up; raises NotAsked where the health was not had."""
    seen = relay_of(evidence)
    if seen is None:
        return None
    health = see(seen.health, "the relay's health")
    if not health.held_for:
        return Verdict(Status.OK, "The relay holds no mail up for all")
    said = Exhibit("/healthz", f"held for {health.held_for}, {health.due} tasks wait")
    hold = next((one for one in Hold if one == health.held_for), None)
    cause = f"{HOLDS[hold]}." if hold else ""
    advice = _HELP.get(hold) if hold else None
    look = "sendas relay queue list"
    help_ = Help(advice or "See what SES said to the mail that waits.", commands=(look,))
    return Verdict(Status.FAIL, "SES takes no mail of the relay", cause, (said,), (help_,))


RULE = Rule(
    code="RLY010",
    title="SES takes what the relay hands over",
    layer=Layer.RELAY,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("ACC001", "ACC003", "ACC004", "ACC101"),
)
