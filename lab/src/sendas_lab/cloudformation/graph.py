"""In which order resources are made: everything after what it refers to or depends on."""

from collections.abc import Iterable, Mapping

from sendas_lab.cloudformation.template import (
    Template,
    TemplateError,
    depends_on,
    functions,
    references,
)


def dependencies(template: Template, included: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each resource that is made, the resources it needs, by logical id."""
    names = set(included)
    return {
        name: frozenset(_needs(template.resources[name])) & names
        for name in template.resources
        if name in names
    }


def _needs(resource: Mapping[str, object]) -> set[str]:
    named = {logical_id for logical_id, _ in references(resource.get("Properties"))}
    return named | set(depends_on(resource))


def in_order(needs: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Every name after all that it needs; otherwise as the template has them.

    Raises:
        TemplateError: They need each other in a circle.
    """
    done: dict[str, None] = {}
    waiting = dict(needs)
    while waiting:
        free = [name for name, needed in waiting.items() if needed <= done.keys()]
        if not free:
            msg = f"Circular dependency between resources: [{', '.join(sorted(waiting))}]"
            raise TemplateError(msg)
        for name in free:
            done[name] = None
            del waiting[name]
    return tuple(done)


def unresolved(template: Template, known: Iterable[str]) -> tuple[str, ...]:
    """Names that something refers to and nothing has; *known* are parameters and pseudo ones."""
    names = set(known) | set(template.resources)
    used = {
        logical_id
        for resource in template.resources.values()
        for logical_id in (
            *(name for name, _ in references(resource.get("Properties"))),
            *depends_on(resource),
        )
    }
    used |= {name for output in template.outputs.values() for name, _ in references(output)}
    return tuple(sorted(used - names))


def unknown_conditions(template: Template) -> tuple[str, ...]:
    """Conditions that resources, outputs or Fn::If name and nobody defines."""
    used = {
        part["Condition"]
        for part in (*template.resources.values(), *template.outputs.values())
        if "Condition" in part
    }
    parts = [resource.get("Properties") for resource in template.resources.values()]
    for name, argument in functions([*parts, *template.outputs.values()]):
        if name == "Fn::If":
            used.add(argument[0])
    return tuple(sorted(used - set(template.conditions)))
