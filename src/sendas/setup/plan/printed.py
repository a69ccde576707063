"""A plan on paper: for people, and as JSON; pure."""

import json

from collections.abc import Iterable, Iterator

from sendas.setup.plan.changes import Plan
from sendas.setup.records.wanted import Mark, RecordChange
from sendas.setup.stack.standing import Change
from sendas.setup.steps import Step


SCHEMA = "sendas.plan/1"


def as_text(plan: Plan) -> str:
    """A line for each resource, record and step that changes, and a line that sums up."""
    lines = [f"Plan for {plan.domain} in {plan.region}"]
    lines += section_lines("Resources of the stack", map(_resource, plan.changes))
    shown = [one for one in plan.records if one.mark is not Mark.KEEP]
    lines += section_lines("DNS records", (line for one in shown for line in record_lines(one)))
    lines += section_lines("Changed behind the stack's back", _drift(plan))
    lines += section_lines("Steps", numbered_lines(plan.steps))
    lines += section_lines("Notes", (f"  {note}" for note in plan.notes))
    lines += section_lines("Could not look", (f"  ? {one}" for one in plan.unseen))
    lines += section_lines("In the way, so nothing will be done", (f"  ! {s}" for s in plan.stops))
    lines += section_lines(
        "Permissions missing, without which apply does not begin",
        (f"  ! {action}" for action in plan.not_permitted),
    )
    return "\n".join([*lines, "", summary(plan)]) + "\n"


def summary(plan: Plan) -> str:
    """``12 to add, 1 to change, 0 to remove; 4 steps``."""
    marks = [one.mark for one in plan.changes]
    marks += [one.mark for one in plan.records if one.changes]
    add, change, remove = (marks.count(m) for m in (Mark.ADD, Mark.CHANGE, Mark.REMOVE))
    if plan.stops:
        return f"{len(plan.stops)} in the way: nothing will be done."
    if plan.unseen:
        return f"{len(plan.unseen)} could not be seen: nothing will be done."
    if plan.not_permitted:
        return f"{len(plan.not_permitted)} permissions missing: apply will not begin."
    if not plan.steps and not plan.drift:
        return "Nothing to do: all stands as the file wants it."
    steps = f"{len(plan.steps)} step{'' if len(plan.steps) == 1 else 's'}"
    return f"{add} to add, {change} to change, {remove} to remove; {steps}."


def as_json(plan: Plan) -> str:
    """One object; its shape is that of `SCHEMA`."""
    document = {
        "schema": SCHEMA,
        "domain": plan.domain,
        "region": plan.region,
        "allowed": plan.allowed,
        "changes_something": plan.changes_something,
        "resources": [
            {
                "mark": str(one.mark),
                "id": one.logical_id,
                "type": one.type,
                "name": one.name,
                "details": list(one.details),
            }
            for one in plan.changes
        ],
        "records": [
            {
                "mark": str(one.mark),
                "name": one.name,
                "type": str(one.type),
                "purpose": str(one.purpose),
                "before": list(one.before),
                "after": list(one.after),
                "why": one.why,
            }
            for one in plan.records
        ],
        "drift": [
            {"id": d.logical_id, "type": d.type, "gone": d.gone, "details": list(d.details)}
            for d in plan.drift
        ],
        "steps": [{"kind": kind_of(one), "text": str(one)} for one in plan.steps],
        "stops": list(plan.stops),
        "unseen": list(plan.unseen),
        "notes": list(plan.notes),
        "not_permitted": list(plan.not_permitted),
        "summary": summary(plan),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def section_lines(title: str, lines: Iterable[str]) -> list[str]:
    """A headed paragraph; nothing without lines."""
    found = list(lines)
    return ["", f"{title}:", *found] if found else []


def _resource(one: Change) -> str:
    named = f" {one.name}" if one.name else ""
    head = f"  {one.mark} {one.type.removeprefix('AWS::')} {one.logical_id}{named}"
    return "\n".join([head, *(f"      {detail}" for detail in one.details)])


def record_lines(one: RecordChange) -> Iterator[str]:
    """A record, and what changes in it."""
    why = f"  ({one.why})" if one.why else ""
    yield f"  {one.mark} {one.type} {one.name}{why}"
    gone = [value for value in one.before if value not in one.after]
    new = [value for value in one.after if value not in one.before]
    if one.changes:
        yield from (f"      - {value}" for value in gone)
        yield from (f"      + {value}" for value in new)


def _drift(plan: Plan) -> Iterator[str]:
    for one in plan.drift:
        state = "is gone" if one.gone else "was changed"
        yield f"  ~ {one.type.removeprefix('AWS::')} {one.logical_id} {state}"
        yield from (f"      {detail}" for detail in one.details)


def numbered_lines(steps: tuple[Step, ...]) -> Iterator[str]:
    """The steps, from 1."""
    return (f"  {number}. {step}" for number, step in enumerate(steps, 1))


def kind_of(step: Step) -> str:
    """``put-stack``: the step's class, in the words of the command line."""
    name = type(step).__name__
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
