"""What CloudFormation remembers: stacks, their resources and events, and change sets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from sendas_lab.cloudformation.template import Template, Value


class Status(StrEnum):
    """Of stacks and of resources, in CloudFormation's words."""

    REVIEW_IN_PROGRESS = "REVIEW_IN_PROGRESS"
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    CREATE_COMPLETE = "CREATE_COMPLETE"
    CREATE_FAILED = "CREATE_FAILED"
    ROLLBACK_IN_PROGRESS = "ROLLBACK_IN_PROGRESS"
    ROLLBACK_COMPLETE = "ROLLBACK_COMPLETE"
    ROLLBACK_FAILED = "ROLLBACK_FAILED"
    UPDATE_IN_PROGRESS = "UPDATE_IN_PROGRESS"
    UPDATE_CLEANUP = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    UPDATE_COMPLETE = "UPDATE_COMPLETE"
    UPDATE_FAILED = "UPDATE_FAILED"
    UPDATE_ROLLBACK_IN_PROGRESS = "UPDATE_ROLLBACK_IN_PROGRESS"
    UPDATE_ROLLBACK_CLEANUP = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
    UPDATE_ROLLBACK_COMPLETE = "UPDATE_ROLLBACK_COMPLETE"
    UPDATE_ROLLBACK_FAILED = "UPDATE_ROLLBACK_FAILED"
    IMPORT_IN_PROGRESS = "IMPORT_IN_PROGRESS"
    IMPORT_COMPLETE = "IMPORT_COMPLETE"
    IMPORT_ROLLBACK_COMPLETE = "IMPORT_ROLLBACK_COMPLETE"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    DELETE_COMPLETE = "DELETE_COMPLETE"
    DELETE_FAILED = "DELETE_FAILED"
    DELETE_SKIPPED = "DELETE_SKIPPED"

    @property
    def busy(self) -> bool:
        """Whether something is going on."""
        return self.endswith("_IN_PROGRESS") and self is not Status.REVIEW_IN_PROGRESS


UPDATABLE = frozenset(
    {
        Status.CREATE_COMPLETE,
        Status.UPDATE_COMPLETE,
        Status.UPDATE_ROLLBACK_COMPLETE,
        Status.IMPORT_COMPLETE,
        Status.IMPORT_ROLLBACK_COMPLETE,
    }
)


@dataclass(slots=True)
class Resource:
    """One resource of a stack; *properties* are evaluated, as they were last applied."""

    logical_id: str
    type: str
    status: Status
    at: datetime
    reason: str | None = None
    physical_id: str | None = None
    properties: dict[str, Value] = field(default_factory=dict)
    attributes: dict[str, Value] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    deletion_policy: str = "Delete"
    drift: str = "NOT_CHECKED"
    drift_checked: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a stack's history."""

    id: str
    at: datetime
    logical_id: str
    physical_id: str
    type: str
    status: Status
    reason: str | None = None
    properties: str | None = None
    token: str | None = None


@dataclass(slots=True)
class Goal:
    """What a stack is to become."""

    template: Template
    parameters: dict[str, str]
    tags: dict[str, str]
    capabilities: tuple[str, ...]
    notification_arns: tuple[str, ...] = ()
    token: str | None = None
    resolved: dict[str, str] = field(default_factory=dict)
    """What the parameters that name one of Systems Manager's stand for, by name."""


@dataclass(slots=True)
class Stack:
    """One stack; *goal* is what stands, or what is being worked at."""

    id: str
    name: str
    region: str
    goal: Goal
    status: Status
    created: datetime
    reason: str | None = None
    updated: datetime | None = None
    deleted: datetime | None = None
    resources: dict[str, Resource] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    outputs: list[dict[str, str]] = field(default_factory=list)
    protected: bool = False
    disable_rollback: bool = False
    on_failure: str = "ROLLBACK"
    change_set_id: str | None = None
    role_arn: str | None = None
    policy: str | None = None
    cancelled: bool = False
    drift: str = "NOT_CHECKED"
    drift_checked: datetime | None = None
    drifts: list[dict[str, Value]] = field(default_factory=list)
    unfinished: tuple[list[tuple[str, Callable[[], None]]], list[Resource]] = field(
        default_factory=lambda: ([], [])
    )
    """Of a rollback that failed: the steps left to undo, and what is then to be deleted."""

    @property
    def exports(self) -> Mapping[str, str]:
        """What other stacks can import."""
        return {o["ExportName"]: o["OutputValue"] for o in self.outputs if "ExportName" in o}

    @property
    def present(self) -> list[Resource]:
        """The resources that stand."""
        return [r for r in self.resources.values() if r.status is not Status.DELETE_COMPLETE]


Drifts: TypeAlias = dict[str, dict[str, Value] | None]
"""By logical id: the properties as they stood; None where it was gone."""


@dataclass(slots=True)
class ChangeSet:
    """A change set of one stack."""

    id: str
    name: str
    stack_id: str
    kind: str
    goal: Goal
    created: datetime
    status: str
    execution: str
    changes: list[dict[str, Value]]
    reason: str | None = None
    description: str | None = None
    on_failure: str | None = None
    imports: dict[str, Mapping[str, str]] = field(default_factory=dict)
    role_arn: str | None = None
    drifts: "Drifts" = field(default_factory=dict)
    """Of a drift-aware one: what stood otherwise when it was made."""
