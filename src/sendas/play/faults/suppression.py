"""Recipients SES will not send to (section 4, item 8)."""

from collections.abc import Callable

from sendas.play.faults.fault import Fault
from sendas.play.scene import CORRESPONDENT, Scene
from sendas.ses.regions import Region


def _listed(reason: str) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        scene.lab.ses.suppress(scene.region, CORRESPONDENT, reason)

    return play


def _other_region(scene: Scene) -> None:
    other = Region("us-west-2" if scene.region != "us-west-2" else "us-east-1")
    scene.lab.ses.suppress(other, CORRESPONDENT, "BOUNCE")


def _own_gmail(scene: Scene) -> None:
    scene.lab.ses.suppress(scene.region, scene.set_up.gmail, "BOUNCE")


FAULTS = (
    Fault(
        "suppressed-bounce",
        "suppression",
        f"{CORRESPONDENT} is on the list for a bounce",
        _listed("BOUNCE"),
    ),
    Fault(
        "suppressed-complaint",
        "suppression",
        f"{CORRESPONDENT} is on the list for a complaint",
        _listed("COMPLAINT"),
    ),
    Fault(
        "suppressed-other-region",
        "suppression",
        f"{CORRESPONDENT} is on another Region's list",
        _other_region,
    ),
    Fault(
        "suppressed-own-gmail",
        "suppression",
        "the owner's own Gmail address is on the list",
        _own_gmail,
    ),
)
