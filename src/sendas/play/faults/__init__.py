"""Every fault the lab can play, by name, upon a healthy scene."""

from collections.abc import Mapping

from sendas.play.faults import (
    account_limits,
    credential,
    dns,
    identity,
    incidents,
    permission,
    receiving,
    road,
    suppression,
)
from sendas.play.faults.fault import Fault, UnknownFault
from sendas.play.scene import Scene


FAULTS: Mapping[str, Fault] = {
    fault.name: fault
    for room in (
        credential,
        permission,
        identity,
        dns,
        account_limits,
        receiving,
        suppression,
        road,
        incidents,
    )
    for fault in room.FAULTS
}
"""In the order in which mail passes the layers."""


def play(name: str, scene: Scene) -> None:
    """Make the fault *name* happen to *scene*; several can be played together.

    Raises:
        UnknownFault: There is none of that name.
    """
    fault = FAULTS.get(name)
    if fault is None:
        msg = f"no fault is called {name!r}; `sendas lab faults` lists them"
        raise UnknownFault(msg)
    fault.play(scene)
    scene.lab.settle()


__all__ = ["FAULTS", "Fault", "UnknownFault", "play"]
