"""A stack and its bucket as they were seen; values only, nothing of botocore."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Any


class BucketState(StrEnum):
    """Whose a bucket's name is: names are the whole world's."""

    FREE = auto()
    OURS = auto()
    TAKEN = auto()


@dataclass(frozen=True, slots=True)
class Drift:
    """A resource that is not as its stack made it; *gone* if it is no more."""

    logical_id: str
    type: str
    gone: bool
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StackEvent:
    """A line of the stack's history; *status* is CloudFormation's own word."""

    event_id: str
    logical_id: str
    type: str
    status: str
    reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether it tells of a failure of its own, not of one that stopped it."""
        cancelled = "cancelled" in self.reason.lower()
        return self.status.endswith("_FAILED") and not cancelled


@dataclass(frozen=True, slots=True)
class StackSeen:
    """One stack: *resources* are the logical ids of what it holds, with their physical ids."""

    name: str
    status: str
    template: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def moving(self) -> bool:
        """Whether CloudFormation is at work on it."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set; *empty* if there is nothing to change."""

    name: str
    status: str
    reason: str = ""
    execution: str = "AVAILABLE"

    @property
    def ready(self) -> bool:
        """Whether it can be carried out."""
        return self.status == "CREATE_COMPLETE" and self.execution == "AVAILABLE"

    @property
    def settled(self) -> bool:
        """Whether CloudFormation has made up its mind about it."""
        return self.status not in {"CREATE_PENDING", "CREATE_IN_PROGRESS"}

    @property
    def empty(self) -> bool:
        """Whether it failed for having nothing in it, which CloudFormation calls a failure."""
        said = self.reason.lower()
        return self.status == "FAILED" and (
            "didn't contain changes" in said or "no updates" in said
        )
