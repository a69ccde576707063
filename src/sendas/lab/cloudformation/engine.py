"""Making, changing and deleting stacks, each in a thread of its own, as CloudFormation does.

Source: CloudFormation User Guide, "Stack lifecycle", "Stack failure options",
"Update behaviors of stack resources", "DeletionPolicy attribute"; the order and
the words of events are those of the console's event list.
"""

import contextlib
import json
import threading
import uuid

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sendas.lab.cloudformation import graph, provider, resolving
from sendas.lab.cloudformation.calls import Calls, ResourceFailed
from sendas.lab.cloudformation.changes import differences, replaces
from sendas.lab.cloudformation.faults import StackFaults
from sendas.lab.cloudformation.intrinsics import NotYetKnown, Scope, evaluate
from sendas.lab.cloudformation.provider import Made, Provider, Work
from sendas.lab.cloudformation.schemas import Schema, mistakes, schema_of
from sendas.lab.cloudformation.state import Event, Goal, Resource, Stack, Status
from sendas.lab.cloudformation.template import TemplateError, Value
from sendas.lab.cloudformation.types import PROVIDERS


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


class _Stopped(Exception):
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
        self._undo: list[Callable[[], None]] = []
        self._cleanup: list[Resource] = []

    # Operations ----------------------------------------------------------

    def create(self) -> None:
        """Make everything; on failure undo as the stack says."""
        stack = self.stack
        try:
            names = self._scope(stack.goal)
            for name in self._order(names):
                self._go_on(name)
                self._make(name, names)
            self._set_outputs(names)
        except _Stopped as stopped:
            self._fail_creation(stopped)
            return
        except TemplateError as error:
            self._fail_creation(_Stopped(str(error), "create"))
            return
        self.tell_stack(Status.CREATE_COMPLETE)

    def update(self, goal: Goal, before: Goal) -> None:
        """Change what differs, then remove what is no longer wanted."""
        stack = self.stack
        stood = dict(stack.resources)
        try:
            names = self._scope(goal)
            order = self._order(names)
            for name in order:
                self._go_on(name)
                self._change(name, names)
            self._set_outputs(names)
        except (_Stopped, TemplateError) as error:
            stopped = error if isinstance(error, _Stopped) else _Stopped(str(error), "update")
            self._roll_back_update(stopped, before, stood)
            return
        self.tell_stack(Status.UPDATE_CLEANUP)
        gone = [held for name, held in stood.items() if name not in order]
        for held in (*reversed(self._cleanup), *self._latest_first(gone)):
            if held.status is not Status.DELETE_COMPLETE:
                self._try_to_delete(held, replaced=held not in gone)
        self.tell_stack(Status.UPDATE_COMPLETE)

    def take_in(self, imports: Mapping[str, Mapping[str, str]]) -> None:
        """Take resources that stand into the stack, untouched."""
        names = self._scope(self.stack.goal)
        for name in self._order(names):
            if name not in imports:
                continue
            try:
                self._import(name, names)
            except ResourceFailed as error:
                self.stack.resources.pop(name, None)
                reason = f"Resource import failed: {error.reason}"
                self.tell_stack(Status.UPDATE_ROLLBACK_COMPLETE, reason)
                return
        self._set_outputs(names)
        self.tell_stack(Status.IMPORT_COMPLETE)

    def delete(self, retained: frozenset[str] = frozenset()) -> None:
        """Delete everything, the last made first; what others that stay need stays too."""
        failed: list[str] = []
        blocked: set[str] = set()
        for held in self._latest_first(self.stack.present):
            if held.logical_id in retained:
                self.tell(held, Status.DELETE_SKIPPED)
                held.status = Status.DELETE_COMPLETE
            elif held.logical_id not in blocked and self._try_to_delete(held):
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

    def _make(self, name: str, names: Scope) -> Resource:
        """Make one resource.  Raises _Stopped."""
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
        said = "Requested update requires the creation of a new physical resource; hence creating one."
        try:
            held.properties = self._properties(name, names)
            self.tell(held, starting, said if before else None)
            self.around.faults.strike(name, held.type, "create")
            kind, _ = self._known(held)
            with _defects():
                made = kind.create(self.work(held), held.properties)
        except (ResourceFailed, NotYetKnown, TemplateError) as error:
            reason = error.reason if isinstance(error, ResourceFailed) else str(error)
            failed = Status.UPDATE_FAILED if before else Status.CREATE_FAILED
            held.physical_id = None
            self.tell(held, failed, reason)
            if before is not None:
                self.stack.resources[name] = before
            raise _Stopped(name, "update" if before else "create") from error
        held.physical_id, held.attributes = made.physical_id, dict(made.attributes)
        self.tell(held, starting, "Resource creation Initiated")
        self.tell(held, Status.UPDATE_COMPLETE if before else Status.CREATE_COMPLETE)
        return held

    def _fail_creation(self, stopped: _Stopped) -> None:
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
            for held in self._latest_first(stack.present)
            if not self._try_to_delete(held, undoing=True)
        ]
        if failed:
            shown = ", ".join(failed)
            text = f"The following resource(s) failed to delete: [{shown}]. "
            self.tell_stack(Status.ROLLBACK_FAILED, text)
        else:
            self.tell_stack(Status.ROLLBACK_COMPLETE)

    # Update --------------------------------------------------------------

    def _change(self, name: str, names: Scope) -> None:
        """Make one resource what it should be.  Raises _Stopped."""
        held = self.stack.resources.get(name)
        if held is None or held.status is Status.DELETE_COMPLETE:
            self.stack.resources.pop(name, None)
            made = self._make(name, names)
            self._undo.append(lambda: self._discard(made))
            return
        written = names.template.resources[name]
        needs = graph.dependencies(names.template, names.template.resources)[name]
        policy = written.get("DeletionPolicy", "Delete")
        try:
            wanted = self._properties(name, names)
            kind, schema = self._known(replace(held, properties=wanted))
        except (ResourceFailed, NotYetKnown, TemplateError) as error:
            reason = error.reason if isinstance(error, ResourceFailed) else str(error)
            self.tell(held, Status.UPDATE_FAILED, reason)
            raise _Stopped(name, "update") from error
        found = differences(held.properties, wanted, schema)
        if not found:
            held.needs, held.deletion_policy = needs, policy
            return
        if replaces(found) or kind.update is None:
            self._replace(name, names, held)
            return
        self._alter(held, wanted, kind)
        held.needs, held.deletion_policy = needs, policy

    def _replace(self, name: str, names: Scope, held: Resource) -> None:
        old = replace(held)
        old.deletion_policy = names.template.resources[name].get("UpdateReplacePolicy", "Delete")
        made = self._make(name, names)
        self._cleanup.append(old)

        def back() -> None:
            self._cleanup.remove(old)
            self.stack.resources[name] = held
            self._discard(made)

        self._undo.append(back)

    def _alter(self, held: Resource, wanted: dict[str, Value], kind: Provider) -> None:
        before = dict(held.properties)
        self.tell(held, Status.UPDATE_IN_PROGRESS)
        self._undo.append(lambda: self._revert(held, before, kind))
        try:
            self.around.faults.strike(held.logical_id, held.type, "update")
            self._apply(held, wanted, before, kind)
        except ResourceFailed as error:
            held.properties = wanted  # perhaps in part
            self.tell(held, Status.UPDATE_FAILED, error.reason)
            raise _Stopped(held.logical_id, "update") from error
        self.tell(held, Status.UPDATE_COMPLETE)

    def _apply(
        self, held: Resource, wanted: dict[str, Value], before: dict[str, Value], kind: Provider
    ) -> None:
        if kind.update is None:
            msg = f"{held.type} cannot be updated in place"
            raise ResourceFailed(msg)
        made = Made(held.physical_id or "", held.attributes)
        with _defects():
            made = kind.update(self.work(held), made, wanted, before)
        held.physical_id, held.attributes = made.physical_id, dict(made.attributes)
        held.properties = wanted

    def _revert(self, held: Resource, before: dict[str, Value], kind: Provider) -> None:
        self.tell(held, Status.UPDATE_IN_PROGRESS)
        self._apply(held, before, dict(held.properties), kind)
        self.tell(held, Status.UPDATE_COMPLETE)

    def _discard(self, made: Resource) -> None:
        """Forget a resource that an update had made; it is deleted in the clean-up."""
        if self.stack.resources.get(made.logical_id) is made:
            del self.stack.resources[made.logical_id]
        self._cleanup.append(made)

    def _roll_back_update(
        self, stopped: _Stopped, before: Goal, stood: dict[str, Resource]
    ) -> None:
        verb = "create" if stopped.what == "create" else "update"
        reason = f"The following resource(s) failed to {verb}: [{stopped.failed}]. "
        if self.stack.cancelled:
            reason = "User Initiated"
        self.stack.cancelled = False
        if self.stack.disable_rollback:
            self.tell_stack(Status.UPDATE_FAILED, reason)
            return
        self.tell_stack(Status.UPDATE_ROLLBACK_IN_PROGRESS, reason)
        failed = []
        for undo in reversed(self._undo):
            try:
                undo()
            except ResourceFailed as error:
                failed.append(error.reason)
        self.stack.resources = {
            **{name: self.stack.resources.get(name, held) for name, held in stood.items()},
        }
        self.stack.goal = before
        if failed:
            self.tell_stack(Status.UPDATE_ROLLBACK_FAILED, "; ".join(failed))
            return
        self.tell_stack(Status.UPDATE_ROLLBACK_CLEANUP)
        for held in reversed(self._cleanup):
            self._try_to_delete(held, undoing=True)
        self.tell_stack(Status.UPDATE_ROLLBACK_COMPLETE)

    # Import --------------------------------------------------------------

    def _import(self, name: str, names: Scope) -> None:
        written = names.template.resources[name]
        held = Resource(
            name,
            written["Type"],
            Status.IMPORT_IN_PROGRESS,
            self.around.now(),
            needs=graph.dependencies(names.template, names.template.resources)[name],
            deletion_policy=written.get("DeletionPolicy", "Delete"),
        )
        held.properties = self._properties(name, names)
        kind, _ = self._known(held)
        if kind.find is None:
            text = f"sendas lab: importing {held.type} is not modelled"
            raise ResourceFailed(text)
        made = kind.find(self.work(held), held.properties)
        held.physical_id, held.attributes = made.physical_id, dict(made.attributes)
        self.stack.resources[name] = held
        self.tell(held, Status.IMPORT_IN_PROGRESS, "Resource import started.")
        self.tell(held, Status.IMPORT_COMPLETE, "Resource import completed.")

    # Deletion ------------------------------------------------------------

    def _try_to_delete(
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
            with _defects():
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
                f"{held.logical_id}-{status}-{uuid.uuid4()}",
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

    def _go_on(self, name: str) -> None:
        if self.stack.cancelled:
            raise _Stopped(name, "update")

    def _scope(self, goal: Goal) -> Scope:
        stack = self.stack
        return resolving.scope(
            goal,
            self.around.account_id,
            stack.region,
            (stack.id, stack.name),
            resolving.find_in(stack),
            self.around.exports(stack.region),
        )

    def _order(self, names: Scope) -> tuple[str, ...]:
        resources = names.template.resources
        included = [name for name, written in resources.items() if names.included(written)]
        return graph.in_order(graph.dependencies(names.template, included))

    def _latest_first(self, held: list[Resource]) -> list[Resource]:
        by_name = {one.logical_id: one for one in held}
        needs = {name: one.needs & by_name.keys() for name, one in by_name.items()}
        return [by_name[name] for name in reversed(graph.in_order(needs))]

    def _properties(self, name: str, names: Scope) -> dict[str, Value]:
        kind = names.template.resources[name]["Type"]
        schema = schema_of(kind, self.stack.region)
        return resolving.properties_of(name, names, schema, names_tags(self.stack))

    def _known(self, held: Resource) -> tuple[Provider, Schema]:
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

    def _set_outputs(self, names: Scope) -> None:
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
def _defects() -> Iterator[None]:
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


class Threads:
    """Jobs at work; one at a time for each stack."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}
        self.errors: list[BaseException] = []

    def run(self, stack_id: str, work: Callable[[], None]) -> None:
        """Begin, after what is at work on that stack has ended."""
        with self._lock:
            before = self._threads.get(stack_id)

            def go() -> None:
                if before is not None:
                    before.join()
                try:
                    work()
                except Exception as error:  # noqa: BLE001  a defect of the lab: `settle` shows it
                    self.errors.append(error)

            thread = threading.Thread(target=go, name="cloudformation", daemon=True)
            self._threads[stack_id] = thread
            thread.start()

    def settle(self, timeout_seconds: float = 30.0) -> None:
        """Wait until nothing is at work.

        Raises:
            TimeoutError: Still at work.
            Exception: Whatever a job raised: a defect of the lab.
        """
        with self._lock:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(timeout_seconds)
            if thread.is_alive():
                msg = f"CloudFormation is still at work after {timeout_seconds} s"
                raise TimeoutError(msg)
        if self.errors:
            raise self.errors.pop(0)


__all__ = ["Job", "Surroundings", "Threads", "provider"]
