"""Our alarms proven: each is let ring, until CloudWatch says that its topic was told.

Nothing breaks for it: SetAlarmState sets the state until CloudWatch judges the alarm
again (API reference), and whoever is subscribed gets the mail of an alarm and that of
its end.  What cannot be seen from here is whether a person reads the mail.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sendas.aws import cloudwatch, road
from sendas.aws.session import Session
from sendas.aws.writes import NotDone
from sendas.outcome import NoAnswer
from sendas.ses.alarm import Alarm
from sendas.ses.regions import Region


RINGS = "ALARM"
REASON = "sendas watch alarms --prove: nothing is wrong, this is a proof"
_TOOK, _PAUSE_SECONDS, _MOST_LOOKS = "Successfully executed action", 2.0, 30


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of one alarm's ring.

    *heard* are who agreed to hear it; *fault* is why nobody did, *unseen* why it is not known.
    """

    alarm: str
    region: str
    heard: tuple[str, ...] = ()
    fault: str = ""
    unseen: str = ""


def prove(
    session: Session,
    alarms: Iterable[Alarm],
    own: Mapping[str, Region],
    pause: Callable[[float], None],
) -> tuple[Proof, ...]:
    """Let each of *own*, by name, ring once; *alarms* are those that there are."""
    there = {(one.name, one.region): one for one in alarms}
    proofs = []
    for name, region in own.items():
        alarm = there.get((name, region))
        if alarm is None:
            proofs.append(Proof(name, region, fault="it is not there: sendas apply makes it"))
        else:
            proofs.append(_prove_one(session, alarm, region, pause))
    return tuple(proofs)


def _prove_one(
    session: Session, alarm: Alarm, region: Region, pause: Callable[[float], None]
) -> Proof:
    if alarm.state == RINGS:
        return Proof(alarm.name, region, unseen="it rings already, for its cause: see that first")
    if not alarm.enabled or not alarm.actions:
        return Proof(alarm.name, region, fault="it tells nobody: its actions are off, or none")
    heard: list[str] = []
    for arn in alarm.actions:
        topic = road.topic(session, region, arn)
        if isinstance(topic, NoAnswer):
            return Proof(alarm.name, region, unseen=str(topic))
        heard += [one.endpoint for one in topic.subscriptions if one.confirmed]
    if not heard:
        return Proof(alarm.name, region, fault="nobody has agreed to hear it")
    try:
        fault = _ring(session, alarm, region, pause)
    except NotDone as error:
        return Proof(alarm.name, region, unseen=str(error))
    return fault or Proof(alarm.name, region, tuple(dict.fromkeys(heard)))


def _ring(
    session: Session, alarm: Alarm, region: Region, pause: Callable[[float], None]
) -> Proof | None:
    """Let it ring, and wait until each action was taken; then as it was."""
    before = cloudwatch.actions_of(session, region, alarm.name)
    if isinstance(before, NoAnswer):
        return Proof(alarm.name, region, unseen=str(before))
    try:
        cloudwatch.set_state(session, region, alarm.name, RINGS, REASON)
        found = _taken(session, alarm, region, frozenset(before), pause)
    except BaseException:
        _end(session, alarm, region)
        raise
    return _end(session, alarm, region) or found


def _end(session: Session, alarm: Alarm, region: Region) -> Proof | None:
    """Set the alarm back: one that ignores missing data would ring until its next value."""
    state = alarm.state or "OK"
    try:
        cloudwatch.set_state(session, region, alarm.name, state, REASON)
    except NotDone as error:
        back = f"aws cloudwatch set-alarm-state --region {region} --alarm-name {alarm.name}"
        why = (
            f"it rings still, for it could not be set back ({error}): {back} --state-value {state}"
        )
        return Proof(alarm.name, region, unseen=f"{why} --state-reason proven")
    return None


def _taken(
    session: Session,
    alarm: Alarm,
    region: Region,
    before: frozenset[tuple[str, str]],
    pause: Callable[[float], None],
) -> Proof | None:
    waiting = set(alarm.actions)
    for _ in range(_MOST_LOOKS):
        now = cloudwatch.actions_of(session, region, alarm.name)
        if isinstance(now, NoAnswer):
            return Proof(alarm.name, region, unseen=str(now))
        for said in {words for at, words in now if (at, words) not in before}:
            told = next((arn for arn in waiting if arn in said), None)
            if told is None:
                continue
            if not said.startswith(_TOOK):
                return Proof(alarm.name, region, fault=said)
            waiting.discard(told)
        if not waiting:
            return None
        pause(_PAUSE_SECONDS)
    return Proof(alarm.name, region, unseen="CloudWatch does not say within a minute that it told")
