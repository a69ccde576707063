"""RLY011: the relay has no trouble of its own.

Asks: which alarms did the relay raise in the last hour, by its ``/healthz``, and how
long has the oldest mail waited?

Why it matters: each alarm is told once a day to the topic that `alarm_topic` names,
and to nobody where none is named.

How to mend: as the alarm's kind says; the relay's log has the words.

Source: docs/relay.md, "Running it".
"""

from datetime import timedelta

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.relay._ports import relay_of
from sendas.outcome import see


_LATE = timedelta(hours=4)
"""When the sender hears that a mail is late."""


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the relay is well, by its own account; raises NotAsked where it was not had."""
    seen = relay_of(evidence)
    if seen is None:
        return None
    health = see(seen.health, "the relay's health")
    waits = f"{health.due} tasks wait, {health.held} are held"
    hours = health.oldest / timedelta(hours=1)
    exhibits = (
        Exhibit("/healthz, trouble of the last hour", ", ".join(health.troubles) or "none"),
        Exhibit("/healthz, the queue", f"{waits}; the oldest for {hours:.1f} hours"),
    )
    if not health.troubles and health.oldest < _LATE:
        return Verdict(Status.OK, "The relay has no trouble of its own", exhibits=exhibits)
    title = "The relay tells of trouble" if health.troubles else "Mail waits long on the relay"
    mend = Help(
        "See what waits and what SES said of it, and what the relay's log says of the trouble "
        "(`journalctl -u sendas-relay`).",
        commands=("sendas relay queue list",),
    )
    return Verdict(Status.WARN, title, exhibits=exhibits, help=(mend,))


RULE = Rule(
    code="RLY011",
    title="The relay has no trouble of its own",
    layer=Layer.RELAY,
    owner=Owner.CODE,
    severity=Severity.MEDIUM,
    judge=judge,
    explained_by=("RLY010",),
)
