"""What a version of a stored password is for, and what a list tells of one; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """A staging label (Secrets Manager guide, "Rotation")."""

    CURRENT = "AWSCURRENT"
    PENDING = "AWSPENDING"
    """Made, and not yet proven."""
    PREVIOUS = "AWSPREVIOUS"
    """What was current before; moves by itself when `CURRENT` does."""
    CLAIM = "sendas-claim"
    """Ours: who is at work on it, and until when (`sendas.credentials.decide.claim`)."""


@dataclass(frozen=True, slots=True)
class ListedSecret:
    """A secret as a list tells of it, without values.

    *stages* are None where the list does not tell them; *written* is when it was made, or,
    where nobody keeps that, when its newest version was.
    """

    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    stages: frozenset[Stage] | None = None
    written: datetime | None = None
