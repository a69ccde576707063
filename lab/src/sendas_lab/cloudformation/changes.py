"""What differs between what stands and what is wanted: pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from sendas_lab.cloudformation.schemas import Schema
from sendas_lab.cloudformation.template import Value


@dataclass(frozen=True, slots=True)
class Unknown:
    """A property that hangs on a resource still to be made or made anew."""

    cause: str
    """``Queue`` or ``Queue.Arn``."""
    attribute: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that changes."""

    name: str
    before: Value
    after: Value
    recreation: str
    """Never, Conditionally (it hangs on what is not known yet) or Always."""


def differences(
    before: Mapping[str, Value], after: Mapping[str, Value], schema: Schema
) -> tuple[Difference, ...]:
    """Every top-level property that is not as it was."""
    names = [*after, *(name for name in before if name not in after)]
    return tuple(
        Difference(
            name,
            before.get(name),
            after.get(name),
            _recreation(name, before.get(name), after.get(name), schema),
        )
        for name in names
        if before.get(name) != after.get(name)
    )


def _recreation(name: str, before: Value, after: Value, schema: Schema) -> str:
    paths = [path.split("/") for path in schema.create_only if path.split("/")[0] == name]
    if not paths:
        return "Never"
    if isinstance(after, Unknown):
        return "Conditionally"
    changed = any(_at(before, path[1:]) != _at(after, path[1:]) for path in paths)
    return "Always" if changed else "Never"


def _at(value: Value, path: list[str]) -> Value:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def replaces(found: tuple[Difference, ...]) -> bool:
    """Whether a new resource takes the place of the old."""
    return any(one.recreation == "Always" for one in found)


def replacement(found: tuple[Difference, ...]) -> str:
    """As DescribeChangeSet says it."""
    if replaces(found):
        return "True"
    return "Conditional" if any(one.recreation == "Conditionally" for one in found) else "False"


def details(
    found: tuple[Difference, ...],
    causes: Mapping[str, tuple[str, ...]],
    *,
    of_the_stack: bool = False,
) -> list[dict[str, Value]]:
    """As DescribeChangeSet lists them.

    *causes*: by property, the changed parameters that it refers to; *of_the_stack*: the
    tags that differ are the stack's own.  Recorded: a parameter's change is told twice,
    by its cause (Static) and as a modification that may come of it (Dynamic).
    """
    by_parameter = [_caused(one, name) for one in found for name in causes.get(one.name, ())]
    plain = [_detail(one, of_the_stack=of_the_stack, dynamic=one.name in causes) for one in found]
    return by_parameter + plain


def _caused(one: Difference, parameter: str) -> dict[str, Value]:
    return {
        "Target": _target(one, of_the_stack=False),
        "Evaluation": "Static",
        "ChangeSource": "ParameterReference",
        "CausingEntity": parameter,
    }


def _target(one: Difference, *, of_the_stack: bool) -> dict[str, Value]:
    if one.name == METADATA:
        return {"Attribute": METADATA, "RequiresRecreation": "Never"}
    if one.name == "Tags" and of_the_stack:
        return {"Attribute": "Tags", "RequiresRecreation": "Never"}
    return {
        "Attribute": "Properties",
        "Name": one.name,
        "RequiresRecreation": one.recreation,
    }


METADATA = "Metadata"
"""The resource's metadata, where they differ beside its properties."""


def _detail(one: Difference, *, of_the_stack: bool, dynamic: bool) -> dict[str, Value]:
    shape: dict[str, Value] = {
        "Target": _target(one, of_the_stack=of_the_stack),
        "Evaluation": "Dynamic" if dynamic else "Static",
    }
    if isinstance(one.after, Unknown):
        shape["Evaluation"] = "Dynamic"
        shape["ChangeSource"] = "ResourceAttribute" if one.after.attribute else "ResourceReference"
        shape["CausingEntity"] = one.after.cause
    else:
        shape["ChangeSource"] = "DirectModification"
    return shape
