"""What an update would do, told before it is done: DescribeChangeSet's list."""

import json

from collections.abc import Mapping

from sendas_lab.cloudformation import graph, resolving
from sendas_lab.cloudformation.changes import (
    KNOWN_LATER,
    METADATA,
    VALUES,
    Difference,
    Unknown,
    details,
    differences,
    replacement,
    replaces,
)
from sendas_lab.cloudformation.intrinsics import NotYetKnown, Scope, evaluate
from sendas_lab.cloudformation.schemas import Schema, schema_of
from sendas_lab.cloudformation.stack_state import Goal, Stack, Status
from sendas_lab.cloudformation.template import TemplateError, Value, references
from sendas_lab.cloudformation.types import PROVIDERS


Changes = list[dict[str, Value]]


def changes(
    stack: Stack,
    goal: Goal,
    account_id: str,
    exports: Mapping[str, str],
    imports: frozenset[str] = frozenset(),
) -> Changes:
    """Every resource that would be added, modified, removed or imported.

    Raises:
        TemplateError: The goal cannot be worked out.
    """
    found: Changes = []
    remade: set[str] = set()
    touched: set[str] = set()

    def find(logical_id: str, attribute: str | None) -> Value:
        return resolving.find_in(stack, frozenset(remade))(logical_id, attribute)

    names = resolving.scope(goal, account_id, stack.region, (stack.id, stack.name), find, exports)
    resources = goal.template.resources
    included = [name for name, written in resources.items() if names.included(written)]
    standing = {held.logical_id: held for held in stack.present}
    before = _scope_of_old(stack, account_id, exports)
    for name in graph.in_order(graph.dependencies(goal.template, included)):
        if name in standing:
            change = _modified(stack, goal, name, names) or _perhaps(stack, goal, name, touched)
            if change:
                (remade if change["Replacement"] == "True" else touched).add(name)
        elif name in imports:
            change = _bare("Import", name, resources[name]["Type"])
        else:
            change = _bare("Add", name, resources[name]["Type"])
        if change:
            if change["Action"] != "Add":
                change["BeforeContext"] = _context(stack.goal, name, before)
            change["AfterContext"] = _context(goal, name, names)
            found.append(change)
    # Recorded: of what goes, whatever hangs on another resource is not told.
    alone = _scope_of_old(stack, account_id, exports, frozenset(standing))
    found += [
        {**_removed(stack, name), "BeforeContext": _context(stack.goal, name, alone)}
        for name in standing
        if name not in included
    ]
    return [{"Type": "Resource", "ResourceChange": change} for change in found]


def _scope_of_old(
    stack: Stack,
    account_id: str,
    exports: Mapping[str, str],
    untold: frozenset[str] = frozenset(),
) -> Scope:
    """What the standing template means; what hangs on a resource in *untold* is not known."""
    find = resolving.find_in(stack, untold)
    where = (stack.id, stack.name)
    return resolving.scope(stack.goal, account_id, stack.region, where, find, exports)


def _perhaps(stack: Stack, goal: Goal, name: str, touched: set[str]) -> dict[str, Value] | None:
    """A resource that refers to attributes of one that changes in place.

    Recorded: told where values are not asked for, since the attributes may change with it.
    """
    written = goal.template.resources[name]
    causes = {
        key: f"{target}.{attribute}"
        for key, value in (written.get("Properties") or {}).items()
        for target, attribute in references(value)
        if attribute is not None and target in touched
    }
    if not causes:
        return None
    held = stack.resources[name]
    told = [
        Difference(key, held.properties.get(key), Unknown(cause, attribute=True), "Never")
        for key, cause in causes.items()
    ]
    return {
        **_bare("Modify", name, held.type),
        "PhysicalResourceId": held.physical_id,
        "Replacement": "False",
        "Scope": ["Properties"],
        "Details": [{**one, "Evaluation": "Dynamic"} for one in details(tuple(told), {})],
        VALUES: None,
    }


def _context(goal: Goal, name: str, names: Scope) -> str:
    """The properties as they are worked out, for `IncludePropertyValues`.

    Recorded: what hangs on a resource still to be made, or replaced, is not told.
    """
    written = goal.template.resources.get(name, {}).get("Properties") or {}
    found: dict[str, Value] = {}
    for key, value in written.items():
        try:
            found[key] = evaluate(value, names)
        except (NotYetKnown, TemplateError):
            found[key] = KNOWN_LATER
    return json.dumps({"Properties": found})


def _bare(action: str, name: str, kind: str) -> dict[str, Value]:
    return {
        "Action": action,
        "LogicalResourceId": name,
        "ResourceType": kind,
        "Scope": [],
        "Details": [],
    }


def _removed(stack: Stack, name: str) -> dict[str, Value]:
    held = stack.resources[name]
    policy = "Retain" if held.deletion_policy == "Retain" else "Delete"
    return {
        **_bare("Remove", name, held.type),
        "PhysicalResourceId": held.physical_id,
        "PolicyAction": policy,
    }


def _modified(stack: Stack, goal: Goal, name: str, names: Scope) -> dict[str, Value] | None:
    held, written = stack.resources[name], goal.template.resources[name]
    if held.type != written["Type"]:
        text = (
            "Update of resource type is not permitted. The new template modifies resource type"
            f" of the following resources: [{name}]"
        )
        raise TemplateError(text)
    schema = schema_of(held.type, stack.region) or Schema(held.type, {})
    wanted = resolving.foreseen(name, names, schema, goal.tags)
    found = differences(held.properties, wanted, schema)
    if not found:
        return None
    kind = PROVIDERS.get(held.type)
    always = kind is not None and kind.update is None
    said = "True" if always else replacement(found)
    of_the_stack = goal.tags != stack.goal.tags
    causes = _causes(stack, goal, name)
    told = found
    if causes.get(METADATA):
        told = (Difference(METADATA, None, None, "Never"), *found)
    scope = sorted({_scope(one, of_the_stack=of_the_stack) for one in told})
    change = {
        **_bare("Modify", name, held.type),
        "PhysicalResourceId": held.physical_id,
        "Replacement": said,
        "Scope": scope,
        "Details": details(told, causes, of_the_stack=of_the_stack),
        VALUES: details(told, causes, of_the_stack=of_the_stack, whole=True),
    }
    if said == "True":
        retained = written.get("UpdateReplacePolicy") == "Retain"
        change["PolicyAction"] = "ReplaceAndRetain" if retained else "ReplaceAndDelete"
    return change


def _scope(one: Difference, *, of_the_stack: bool) -> str:
    if one.name == METADATA:
        return METADATA
    return "Tags" if one.name == "Tags" and of_the_stack else "Properties"


def _causes(stack: Stack, goal: Goal, name: str) -> dict[str, tuple[str, ...]]:
    """By property as written (and `Metadata`): the changed parameters that it refers to."""
    now, before = goal.parameters, stack.goal.parameters
    declared, was = goal.template.parameters, stack.goal.template.parameters
    # Recorded: a new default is a change of the template, not of the parameter.
    changed = [
        key
        for key, text in now.items()
        if before.get(key) != text
        and (
            text != declared.get(key, {}).get("Default")
            or declared.get(key, {}).get("Default") == was.get(key, {}).get("Default")
        )
    ]
    written = goal.template.resources[name]
    parts = {**(written.get("Properties") or {}), METADATA: written.get("Metadata")}
    named = {key: {target for target, _ in references(value)} for key, value in parts.items()}
    found = {key: tuple(p for p in changed if p in named[key]) for key in parts}
    return {key: names for key, names in found.items() if names}


def outputs_differ(stack: Stack, goal: Goal, account_id: str) -> bool:
    """Whether only the outputs change, which is an update too."""
    names = resolving.scope(
        goal, account_id, stack.region, (stack.id, stack.name), resolving.find_in(stack), {}
    )
    found = {}
    for name, written in goal.template.outputs.items():
        if names.included(written):
            try:
                found[name] = str(evaluate(written["Value"], names))
            except (NotYetKnown, TemplateError):
                return True
    return found != {one["OutputKey"]: one["OutputValue"] for one in stack.outputs}


__all__ = ["Status", "Unknown", "changes", "outputs_differ", "replaces"]
