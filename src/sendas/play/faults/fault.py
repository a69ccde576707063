"""What a fault is."""

from collections.abc import Callable
from dataclasses import dataclass

from sendas.errors import UsageError
from sendas.play.scene import Scene


class UnknownFault(UsageError):
    """There is no fault of that name; `sendas lab faults` lists them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that can be made to go wrong; *title* says what is, in one line."""

    name: str
    layer: str
    title: str
    play: Callable[[Scene], None]
