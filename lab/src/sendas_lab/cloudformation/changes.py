"""What differs between what stands and what is wanted: pure."""

import json

from collections.abc import Mapping
from dataclasses import dataclass

from sendas_lab.cloudformation.schemas import Schema
from sendas_lab.cloudformation.template import Value


@dataclass(frozen=True, slots=True)
class Unknown:
    """A property that hangs on a resource still to be made or replaced."""

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
    names = sorted({*after, *before})  # as they are recorded to be told
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


KNOWN_LATER = "{{changeSet:KNOWN_AFTER_APPLY}}"
VALUES = "DetailsWithValues"
"""Under this name a change holds its details for `IncludePropertyValues`; None: not told then."""


def details(
    found: tuple[Difference, ...],
    causes: Mapping[str, tuple[str, ...]],
    *,
    of_the_stack: bool = False,
    whole: bool = False,
) -> list[dict[str, Value]]:
    """As DescribeChangeSet lists them; *whole*: with the values.

    *causes*: by property, the changed parameters that it refers to; *of_the_stack*: the
    tags that differ are the stack's own.  Recorded: a parameter's change is told twice,
    by its cause (Static) and as a modification that may come of it (Dynamic); what hangs on
    a resource that is replaced is told by its cause, and with values as the other, too.
    """
    told: list[dict[str, Value]] = [
        _caused(one, "ParameterReference", name, whole=whole)
        for one in found
        for name in causes.get(one.name, ())
    ]
    for one in found:
        if isinstance(one.after, Unknown):
            source = "ResourceAttribute" if one.after.attribute else "ResourceReference"
            told.append(_caused(one, source, one.after.cause, whole=whole))
            if not whole:
                continue
        dynamic = one.name in causes or isinstance(one.after, Unknown)
        told.append(
            {
                "Target": _target(one, of_the_stack=of_the_stack, whole=whole),
                "Evaluation": "Dynamic" if dynamic else "Static",
                "ChangeSource": "DirectModification",
            }
        )
    return told


def _caused(one: Difference, source: str, cause: str, *, whole: bool) -> dict[str, Value]:
    return {
        "Target": _target(one, of_the_stack=False, whole=whole),
        "Evaluation": "Static",
        "ChangeSource": source,
        "CausingEntity": cause,
    }


def _target(one: Difference, *, of_the_stack: bool, whole: bool) -> dict[str, Value]:
    if one.name == METADATA:
        return {"Attribute": METADATA, "RequiresRecreation": "Never"}
    if one.name == "Tags" and of_the_stack:
        return {"Attribute": "Tags", "RequiresRecreation": "Never"}
    shape: dict[str, Value] = {
        "Attribute": "Properties",
        "Name": one.name,
        "RequiresRecreation": one.recreation,
    }
    return shape | _values(one) if whole else shape


def _values(one: Difference) -> dict[str, Value]:
    kind = "Add" if one.before is None else "Remove" if one.after is None else "Modify"
    shape: dict[str, Value] = {"Path": f"/Properties/{one.name}", "AttributeChangeType": kind}
    if one.before is not None:
        shape["BeforeValue"] = _shown(one.before)
    if one.after is not None:
        shape["AfterValue"] = _shown(one.after)
    return shape


def _shown(value: Value) -> str:
    if isinstance(value, Unknown):
        return KNOWN_LATER
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


METADATA = "Metadata"
"""The resource's metadata, where they differ beside its properties."""
