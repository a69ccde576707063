"""What the account may not do (section 4, item 6)."""

from sendas.play.faults.fault import Fault
from sendas.play.scene import Scene


def _sandbox(scene: Scene) -> None:
    scene.lab.ses.enter_sandbox(scene.region)


def _paused(scene: Scene) -> None:
    scene.lab.ses.set_sending_enabled(scene.region, enabled=False)


def _probation(scene: Scene) -> None:
    scene.lab.ses.set_enforcement(scene.region, "PROBATION")


def _shutdown(scene: Scene) -> None:
    scene.lab.ses.set_enforcement(scene.region, "SHUTDOWN")


def _quota(scene: Scene) -> None:
    scene.lab.ses.use_up_quota(scene.region)


def _rate(scene: Scene) -> None:
    scene.lab.ses.set_quota(scene.region, max_rate=0)


def _not_subscribed(scene: Scene) -> None:
    scene.lab.ses.subscribe(scene.region, subscribed=False)


FAULTS = (
    Fault("account-sandbox", "account", "the account is in the sandbox", _sandbox),
    Fault("account-paused", "account", "sending is paused", _paused),
    Fault("account-probation", "account", "the account is under review", _probation),
    Fault("account-shutdown", "account", "AWS has shut sending down", _shutdown),
    Fault("account-quota", "account", "the 24-hour quota is used up", _quota),
    Fault("account-rate", "account", "every send exceeds the maximum rate", _rate),
    Fault("account-not-subscribed", "account", "SES was never opened here", _not_subscribed),
)
