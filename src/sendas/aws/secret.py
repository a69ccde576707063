"""A secret of Secrets Manager, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sendas.stages import Stage


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret: its current value, None without one, and its tags."""

    name: str
    text: str | None = field(repr=False)
    tags: Mapping[str, str] = field(default_factory=dict)
    deleted: bool = False
    """Waiting for its end, and still to be restored."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a secret."""

    id: str
    text: str = field(repr=False)
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class StagedSecret:
    """A secret with the version of each stage that one has."""

    name: str
    versions: Mapping[Stage, Version]
    tags: Mapping[str, str] = field(default_factory=dict)
    deleted: bool = False
    """Waiting for its end, and still to be restored; then without versions."""
