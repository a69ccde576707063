"""A secret of Secrets Manager, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Stage(StrEnum):
    """What a version of a secret is for (Secrets Manager guide, "Rotation")."""

    CURRENT = "AWSCURRENT"
    PENDING = "AWSPENDING"
    """Made, and not yet proven."""
    PREVIOUS = "AWSPREVIOUS"
    """What was current before; moves by itself when `CURRENT` does."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret: its current value, None without one, and its tags."""

    name: str
    text: str | None = field(repr=False)
    tags: Mapping[str, str] = field(default_factory=dict)
    deleted: bool = False
    """Waiting for its end, and still to be restored."""
