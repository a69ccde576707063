"""What is left when an alarm that was let ring for a proof cannot be set back."""

from types import SimpleNamespace

import pytest

from sendas.aws.session import Session
from sendas.aws.writes import NotDone
from sendas.outcome import NoAnswer, Why
from sendas.ses.alarm import Alarm
from sendas.ses.regions import Region
from sendas.watch import proving


HERE = Region("us-east-1")
TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"


class CloudWatch:
    """Rings, and refuses to end it."""

    def __init__(self) -> None:
        self.states: list[str] = []

    def actions_of(self, *_: object) -> tuple[tuple[str, str], ...]:
        """Once it rang, its topic was told."""
        return (("now", f"Successfully executed action {TOPIC}"),) if self.states else ()

    def set_state(self, *given: str) -> None:
        """Takes ALARM, and nothing else."""
        state = given[3]
        self.states.append(state)
        if state != proving.RINGS:
            raise NotDone(NoAnswer(Why.DENIED, "cloudwatch:SetAlarmState: AccessDenied"))


def test_an_alarm_that_could_not_be_set_back_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It rings still: that is said, with the command that ends it, and is no proof."""
    cloudwatch = CloudWatch()
    alarm = Alarm("lost", HERE, actions=(TOPIC,), state="OK")
    session = Session.__new__(Session)  # nobody is asked by it
    heard = SimpleNamespace(subscriptions=[SimpleNamespace(confirmed=True, endpoint="x")])
    monkeypatch.setattr(proving, "cloudwatch", cloudwatch)
    monkeypatch.setattr(proving, "road", SimpleNamespace(topic=lambda *_: heard))
    (proof,) = proving.prove(session, [alarm], {alarm.name: HERE}, lambda _: None)

    assert ["ALARM", "OK"] == cloudwatch.states
    assert not proof.heard
    assert proof.unseen.startswith("it rings still")
    assert f"set-alarm-state --region {HERE} --alarm-name {alarm.name} --state-value OK" in (
        proof.unseen
    )
