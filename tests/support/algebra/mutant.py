"""What a mutant is, and what it states about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sendas.play.scene import Scene


class Harm(StrEnum):
    """What becomes of mail, at once or once SES and the resolvers have looked again."""

    BREAKS = "breaks"
    """A probe does not arrive, in or out, or does not pass DMARC any more: one root, there."""
    WEAKENS = "weakens"
    """Mail arrives; a verdict that it had (SPF or DKIM, aligned) is lost: told, and there."""
    BESIDE = "beside"
    """Mail is as it was; what stands there is broken for others, or for reports: free to tell."""
    NONE = "none"
    """Nothing is worse than before: no root at all."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake in one world.

    *places* are names of which a root must speak: owner names, or an AWS resource's.
    """

    world: str
    element: str
    mistake: str
    detail: str
    places: tuple[str, ...]
    harm: Harm | None
    """None: what `weigh` finds, once it is made."""
    act: Callable[[Scene], object]
    roots: int = 1
    """How many roots there may be: two where one move makes two faults."""

    def __str__(self) -> str:
        """For people, and for choosing a sample: stable from run to run."""
        return f"{self.world}/{self.element}/{self.mistake}/{self.detail}"
