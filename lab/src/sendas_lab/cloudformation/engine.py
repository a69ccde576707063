"""Making and deleting stacks, resource by resource, as CloudFormation does.

Source: CloudFormation User Guide, "Stack lifecycle", "Stack failure options",
"Update behaviors of stack resources", "DeletionPolicy attribute"; the order and
the words of events are those of the console's event list.
"""

import contextlib
import json
import uuid

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sendas_lab.cloudformation import graph, resolving
from sendas_lab.cloudformation.calls import Calls, ResourceFailed
from sendas_lab.cloudformation.faults import StackFaults
from sendas_lab.cloudformation.intrinsics import NotYetKnown, Scope, evaluate
from sendas_lab.cloudformation.provider import Made, Provider, Work
from sendas_lab.cloudformation.schemas import Schema, mistakes, schema_of
from sendas_lab.cloudformation.stack_state import Event, Goal, Resource, Stack, Status
from sendas_lab.cloudformation.template import TemplateError, Value
from sendas_lab.cloudformation.types import PROVIDERS


STACK_TYPE = "AWS::CloudFormation::Stack"
_KEPT = frozenset({"Retain"})
Respond = Callable[[], tuple[str, Callable[[float], Value]]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the engine stands in."""

    account_id: str
    now: Callable[[], datetime]
    faults: StackFaults
    exports: Callable[[str], Mapping[str, str]]
    respond: Respond


class Stopped(Exception):
    """Something failed, or somebody wants it stopped; what is told is in *failed*."""

    def __init__(self, failed: str, what: str) -> None:
        super().__init__(failed)
        self.failed = failed
        self.what = what


class Job:
    """One operation on one stack."""

    def __init__(self, stack: Stack, call: Calls, around: Surroundings) -> None:
        self.stack = stack
        self.call = call
        self.around = around

    # Operations ----------------------------------------------------------

    def create(self) -> None:
        """Make everything; on failure undo as the stack says."""
        stack = self.stack
        try:
            names = self.scope(stack.goal)
            for name in self.order(names):
                self.go_on(name)
                self.make(name, names)
            self.set_outputs(names)
        except Stopped as stopped:
            self._fail_creation(stopped)
            return
        except TemplateError as error:
            self._fail_creation(Stopped(str(error), "create"))
            return
        if not stack.cancelled:  # else a deletion waits for this thread to end
            self.tell_stack(Status.CREATE_COMPLETE)

    def delete(self, retained: frozenset[str] = frozenset()) -> None:
        """Delete everything, the last made first; what others that stay need stays too."""
        failed: list[str] = []
        blocked: set[str] = set()
        for held in self.latest_first(self.stack.present):
            if held.logical_id in retained:
                self.tell(held, Status.DELETE_SKIPPED)
                held.status = Status.DELETE_COMPLETE
            elif held.logical_id not in blocked and self.try_to_delete(held):
                continue
            else:
                if held.logical_id not in blocked:
                    failed.append(held.logical_id)
                blocked |= held.needs
        if failed:
            shown = ", ".join(failed)
            reason = f"The following resource(s) failed to delete: [{shown}]. "
            self.tell_stack(Status.DELETE_FAILED, reason)
            return
        self.stack.deleted = self.around.now()
        self.stack.outputs = []
        self.tell_stack(Status.DELETE_COMPLETE)

    # Creation ------------------------------------------------------------

    def make(self, name: str, names: Scope) -> Resource:
        """Make one resource.  Raises Stopped."""
        written = names.template.resources[name]
        held = Resource(
            name,
            written["Type"],
            Status.CREATE_IN_PROGRESS,
            self.around.now(),
            needs=graph.dependencies(names.template, names.template.resources)[name],
            deletion_policy=written.get("DeletionPolicy", "Delete"),
        )
        before = self.stack.resources.get(name)
        self.stack.resources[name] = held
        starting = Status.UPDATE_IN_PROGRESS if before else Status.CREATE_IN_PROGRESS
        if before is not None:
            held.physical_id = before.physical_id
        said = (
            "Requested update requires the creation of a new physical resource; hence creating"
            " one."
        )
        try:
            held.properties = self.properties(name, names)
            self.tell(held, starting, said if before else None)
            self.around.faults.strike(name, held.type, "create")
            kind, _ = self.known(held)
            with defects():
                made = kind.create(self.work(held), held.properties)
        except (ResourceFailed, NotYetKnown, TemplateError) as error:
            reason = error.reason if isinstance(error, ResourceFailed) else str(error)
            failed = Status.UPDATE_FAILED if before else Status.CREATE_FAILED
            held.physical_id = None
            self.tell(held, failed, reason)
            if before is not None:
                self.stack.resources[name] = before
            raise Stopped(name, "update" if before else "create") from error
        held.physical_id, held.attributes = made.physical_id, dict(made.attributes)
        self.tell(held, starting, "Resource creation Initiated")
        self.tell(held, Status.UPDATE_COMPLETE if before else Status.CREATE_COMPLETE)
        return held

    def _fail_creation(self, stopped: Stopped) -> None:
        stack = self.stack
        asked = "Rollback requested by user." if not stack.disable_rollback else ""
        reason = f"The following resource(s) failed to create: [{stopped.failed}]. {asked}".strip()
        if stack.cancelled:
            return  # a deletion waits for this thread to end
        if stack.disable_rollback or stack.on_failure == "DO_NOTHING":
            self.tell_stack(Status.CREATE_FAILED, reason)
            return
        if stack.on_failure == "DELETE":
            self.tell_stack(Status.DELETE_IN_PROGRESS, reason)
            self.delete()
            return
        self.tell_stack(Status.ROLLBACK_IN_PROGRESS, reason)
        failed = [
            held.logical_id
            for held in self.latest_first(stack.present)
            if not self.try_to_delete(held, undoing=True)
        ]
        if failed:
            shown = ", ".join(failed)
            text = f"The following resource(s) failed to delete: [{shown}]. "
            self.tell_stack(Status.ROLLBACK_FAILED, text)
        else:
            self.tell_stack(Status.ROLLBACK_COMPLETE)

    # Deletion ------------------------------------------------------------

    def try_to_delete(
        self, held: Resource, *, replaced: bool = False, undoing: bool = False
    ) -> bool:
        """Delete one resource; whether it is no longer ours to care for."""
        if held.physical_id is None:
            self._gone(held)
            return True
        retain = held.deletion_policy in _KEPT or (
            held.deletion_policy == "RetainExceptOnCreate" and not undoing
        )
        if retain:
            self.tell(held, Status.DELETE_SKIPPED)
            self._gone(held)
            return True
        self.tell(held, Status.DELETE_IN_PROGRESS)
        try:
            self.around.faults.strike(held.logical_id, held.type, "delete")
            made = Made(held.physical_id, held.attributes)
            with defects():
                kind = PROVIDERS[provider_name(held.type)]
                kind.delete(self.work(held), made, held.properties)
        except ResourceFailed as error:
            if error.kind != "NotFound":
                self.tell(held, Status.DELETE_FAILED, error.reason)
                return replaced
        self.tell(held, Status.DELETE_COMPLETE)
        self._gone(held)
        return True

    def _gone(self, held: Resource) -> None:
        held.status = Status.DELETE_COMPLETE
        if self.stack.resources.get(held.logical_id) is held and not self.stack.status.startswith(
            ("DELETE", "ROLLBACK")
        ):
            del self.stack.resources[held.logical_id]

    # Inside --------------------------------------------------------------

    def tell(self, held: Resource, status: Status, reason: str | None = None) -> None:
        """Note how a resource stands."""
        held.status, held.reason, held.at = status, reason, self.around.now()
        self.stack.events.append(
            Event(
                f"{held.logical_id}-{status}-{held.at:%Y-%m-%dT%H:%M:%S}"
                f".{held.at.microsecond // 1000:03}Z",
                held.at,
                held.logical_id,
                held.physical_id or "",
                held.type,
                status,
                reason,
                json.dumps(held.properties, default=str) if held.properties else None,
                self.stack.goal.token,
            )
        )

    def tell_stack(self, status: Status, reason: str | None = None) -> None:
        """Note how the stack stands; the last thing an operation does."""
        stack, now = self.stack, self.around.now()
        event = Event(
            str(uuid.uuid4()),
            now,
            stack.name,
            stack.id,
            STACK_TYPE,
            status,
            reason,
            token=stack.goal.token,
        )
        stack.events.append(event)
        stack.reason, stack.status = reason, status

    def go_on(self, name: str) -> None:
        """Raises Stopped if somebody wants the work to end."""
        if self.stack.cancelled:
            raise Stopped(name, "update")

    def scope(self, goal: Goal) -> Scope:
        """What names mean in *goal*, as the stack is now."""
        stack = self.stack
        return resolving.scope(
            goal,
            self.around.account_id,
            stack.region,
            (stack.id, stack.name),
            resolving.find_in(stack),
            self.around.exports(stack.region),
        )

    def order(self, names: Scope) -> tuple[str, ...]:
        """The resources that are wanted, each after what it needs."""
        resources = names.template.resources
        included = [name for name, written in resources.items() if names.included(written)]
        return graph.in_order(graph.dependencies(names.template, included))

    def latest_first(self, held: list[Resource]) -> list[Resource]:
        """Each before what it needs."""
        by_name = {one.logical_id: one for one in held}
        needs = {name: one.needs & by_name.keys() for name, one in by_name.items()}
        return [by_name[name] for name in reversed(graph.in_order(needs))]

    def properties(self, name: str, names: Scope) -> dict[str, Value]:
        """The resource's properties as wanted now.  Raises NotYetKnown, TemplateError."""
        kind = names.template.resources[name]["Type"]
        schema = schema_of(kind, self.stack.region)
        return resolving.properties_of(name, names, schema, names_tags(self.stack))

    def known(self, held: Resource) -> tuple[Provider, Schema]:
        """The type's provider and schema, after a look at the properties."""
        kind = PROVIDERS.get(provider_name(held.type))
        schema = schema_of(held.type, self.stack.region) or Schema(held.type, {})
        if kind is None:
            text = f"sendas lab: {held.type} is not modelled; see docs/lab-cloudformation.md"
            raise ResourceFailed(text)
        wrong = mistakes(held.properties, schema)
        if wrong:
            shown = "\n".join(wrong)
            text = (
                f"Properties validation failed for resource {held.logical_id} with message:\n"
                f"{shown}"
            )
            raise ResourceFailed(text)
        strange = sorted(set(held.properties) - kind.modelled) if kind.modelled else []
        if strange:
            text = f"sendas lab: {', '.join(strange)} of {held.type} is not modelled"
            raise ResourceFailed(text)
        return kind, schema

    def work(self, held: Resource) -> Work:
        """What a provider is given for that resource."""
        return Work(
            self.call,
            self.stack.region,
            self.around.account_id,
            self.stack.name,
            held.logical_id,
            self.around.now(),
            self.stack.id,
            held.type,
            self.around.respond,
        )

    def set_outputs(self, names: Scope) -> None:
        """Work out what the stack tells.  Raises TemplateError."""
        found = []
        for name, written in names.template.outputs.items():
            if not names.included(written):
                continue
            value = evaluate(written["Value"], names)
            shape = {
                "OutputKey": name,
                "OutputValue": value if isinstance(value, str) else str(value),
            }
            if "Description" in written:
                shape["Description"] = written["Description"]
            if "Export" in written:
                shape["ExportName"] = evaluate(written["Export"]["Name"], names)
            found.append(shape)
        self.stack.outputs = found


@contextlib.contextmanager
def defects() -> Iterator[None]:
    """Turn what a provider should not raise into a failure of its resource, as AWS would."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, LookupError) as error:
        text = f"Internal Failure (sendas lab: {error!r})"
        raise ResourceFailed(text, "InternalFailure") from error


def names_tags(stack: Stack) -> Mapping[str, str]:
    """The stack's own tags, which its resources get."""
    return stack.goal.tags


def provider_name(kind: str) -> str:
    """All custom resources are one type."""
    return "AWS::CloudFormation::CustomResource" if kind.startswith("Custom::") else kind
