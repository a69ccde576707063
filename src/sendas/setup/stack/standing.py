"""A stack as it stands, and what would change in it; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any

from sendas.setup.records.wanted import Mark
from sendas.stacks import StackSeen


class Move(StrEnum):
    """What a stack's status lets us do next (CloudFormation guide, "Stack status codes")."""

    CREATE = auto()
    UPDATE = auto()
    WAIT = auto()
    """CloudFormation is at work: two at once it does not do."""
    CLEAR = auto()
    """It never came to stand, or did not go: only deleting it is possible."""
    FINISH_ROLLBACK = auto()


_CLEAR = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"})


def next_move(stack: StackSeen | None) -> Move:
    """What can be done with *stack*."""
    if stack is None or stack.status == "REVIEW_IN_PROGRESS":
        return Move.CREATE
    if stack.moving:
        return Move.WAIT
    if stack.status in _CLEAR:
        return Move.CLEAR
    if stack.status in {"UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"}:
        return Move.FINISH_ROLLBACK
    return Move.UPDATE


@dataclass(frozen=True, slots=True)
class Change:
    """One resource: *details* name what differs, a line each."""

    mark: Mark
    logical_id: str
    type: str
    name: str = ""
    details: tuple[str, ...] = ()


_NAMES = (
    "BucketName", "EmailIdentity", "UserName", "FunctionName", "QueueName", "TopicName",
    "AlarmName", "LogGroupName", "Name", "Endpoint", "Bucket",
)  # fmt: skip


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """From the document that stands to the one that is wanted, resource by resource."""
    old, new = before.get("Resources", {}), after.get("Resources", {})
    found = [
        _change(name, old.get(name), new.get(name))
        for name in [*new, *(name for name in old if name not in new)]
    ]
    return tuple(one for one in found if one is not None)


def _change(name: str, old: Any, new: Any) -> Change | None:  # noqa: ANN401  a template's JSON
    if old is None:
        return Change(Mark.ADD, name, new["Type"], named(new))
    if new is None:
        return Change(Mark.REMOVE, name, old["Type"], named(old))
    if _plain(old) == _plain(new):
        return None
    details = tuple(_differences("", _plain(old), _plain(new)))
    return Change(Mark.CHANGE, name, new["Type"], named(new), details)


def named(resource: Mapping[str, Any]) -> str:
    """What a person calls the resource; empty where only AWS gives it a name."""
    properties = resource.get("Properties", {})
    rule = properties.get("Rule", {})
    for key in _NAMES:
        value = properties.get(key) or (rule.get(key) if isinstance(rule, Mapping) else None)
        if isinstance(value, Mapping):
            value = value.get("Fn::Sub")
        if isinstance(value, str):
            return value
    return ""


def _plain(value: Any) -> Any:  # noqa: ANN401  a template's JSON
    """Without what only people read, and whatever mapping botocore made of it."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items() if k != "Metadata"}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _differences(path: str, old: Any, new: Any) -> list[str]:  # noqa: ANN401  a template's JSON
    if old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict) and not _is_call(old, new):
        found: list[str] = []
        for key in sorted({*old, *new}):
            here = f"{path}.{key}" if path else key
            found += _differences(here, old.get(key), new.get(key))
        return found
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            line
            for number, (one, other) in enumerate(zip(old, new, strict=True))
            for line in _differences(f"{path}[{number}]", one, other)
        ]
    return [f"{path.removeprefix('Properties.')}: {_shown(old)} → {_shown(new)}"]


def _is_call(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    keys = {*old, *new}
    return bool(keys) and all(key == "Ref" or key.startswith("Fn::") for key in keys)


def _shown(value: Any) -> str:  # noqa: ANN401  a template's JSON
    if value is None:
        return "nothing"
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST = 80


def users_in(stack: StackSeen | None) -> frozenset[str]:
    """The IAM users that the stack holds now."""
    if stack is None:
        return frozenset()
    resources = stack.template.get("Resources", {})
    return frozenset(
        resource["Properties"]["UserName"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::IAM::User" and name in stack.resources
    )
