"""Updating a stack: change what differs, undo everything on failure, clean up at the end.

Source: CloudFormation User Guide, "Update behaviors of stack resources",
"Update rollback failed", "UpdateReplacePolicy attribute".
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sendas_lab.cloudformation import graph
from sendas_lab.cloudformation.calls import Calls, ResourceFailed
from sendas_lab.cloudformation.changes import differences, replaces
from sendas_lab.cloudformation.engine import Job, Stopped, Surroundings, defects
from sendas_lab.cloudformation.intrinsics import NotYetKnown, Scope
from sendas_lab.cloudformation.provider import Made, Provider
from sendas_lab.cloudformation.stack_state import Drifts, Goal, Resource, Stack, Status
from sendas_lab.cloudformation.template import TemplateError, Value


class Change(Job):
    """An update, or an import."""

    def __init__(self, stack: Stack, call: Calls, around: Surroundings) -> None:
        super().__init__(stack, call, around)
        self._undo: list[tuple[str, Callable[[], None]]] = []
        self._cleanup: list[Resource] = []
        self._drifts: Drifts = {}

    def update(self, goal: Goal, before: Goal, drifts: Drifts) -> None:
        """Change what differs, put back what *drifts* names, then remove what is not wanted."""
        self._drifts = drifts
        stack = self.stack
        stood = dict(stack.resources)
        try:
            names = self.scope(goal)
            order = self.order(names)
            for name in order:
                self.go_on(name)
                self._change(name, names)
            self.set_outputs(names)
        except (Stopped, TemplateError) as error:
            stopped = error if isinstance(error, Stopped) else Stopped(str(error), "update")
            self._roll_back_update(stopped, before, stood)
            return
        self.tell_stack(Status.UPDATE_CLEANUP)
        gone = [held for name, held in stood.items() if name not in order]
        for held in (*reversed(self._cleanup), *self.latest_first(gone)):
            if held.status is not Status.DELETE_COMPLETE:
                self.try_to_delete(held, replaced=held not in gone)
        self.tell_stack(Status.UPDATE_COMPLETE)

    def take_in(self, imports: Mapping[str, Mapping[str, str]]) -> None:
        """Take resources that stand into the stack, untouched."""
        names = self.scope(self.stack.goal)
        for name in self.order(names):
            if name not in imports:
                continue
            try:
                self._import(name, names)
            except ResourceFailed as error:
                self.stack.resources.pop(name, None)
                reason = f"Resource import failed: {error.reason}"
                self.tell_stack(Status.IMPORT_ROLLBACK_COMPLETE, reason)
                return
        self.set_outputs(names)
        self.tell_stack(Status.IMPORT_COMPLETE)

    # Update --------------------------------------------------------------

    def _change(self, name: str, names: Scope) -> None:
        """Make one resource what it should be.  Raises Stopped."""
        held = self.stack.resources.get(name)
        actual = self._drifts.get(name, {})
        if held is None or actual is None or held.status is Status.DELETE_COMPLETE:
            self.stack.resources.pop(name, None)
            made = self.make(name, names)
            self._undo.append((name, lambda: self._discard(made)))
            return
        written = names.template.resources[name]
        needs = graph.dependencies(names.template, names.template.resources)[name]
        policy = written.get("DeletionPolicy", "Delete")
        try:
            wanted = self.properties(name, names)
            kind, schema = self.known(replace(held, properties=wanted))
        except (ResourceFailed, NotYetKnown, TemplateError) as error:
            reason = error.reason if isinstance(error, ResourceFailed) else str(error)
            self.tell(held, Status.UPDATE_FAILED, reason)
            raise Stopped(name, "update") from error
        if actual:  # compared with what stands, not with what the stack made
            stands = {key: value for key, value in actual.items() if value is not None}
            kept = {k: v for k, v in held.properties.items() if k not in actual}
            held.properties = kept | stands
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
        made = self.make(name, names)
        self._cleanup.append(old)

        def back() -> None:
            self._cleanup.remove(old)
            self.stack.resources[name] = held
            self._discard(made)

        self._undo.append((name, back))

    def _alter(self, held: Resource, wanted: dict[str, Value], kind: Provider) -> None:
        before = dict(held.properties)
        self.tell(held, Status.UPDATE_IN_PROGRESS)
        self._undo.append((held.logical_id, lambda: self._revert(held, before, kind)))
        try:
            self.around.faults.strike(held.logical_id, held.type, "update")
            self._apply(held, wanted, before, kind)
        except ResourceFailed as error:
            held.properties = wanted  # perhaps in part
            self.tell(held, Status.UPDATE_FAILED, error.reason)
            raise Stopped(held.logical_id, "update") from error
        self.tell(held, Status.UPDATE_COMPLETE)

    def _apply(
        self, held: Resource, wanted: dict[str, Value], before: dict[str, Value], kind: Provider
    ) -> None:
        if kind.update is None:
            msg = f"{held.type} cannot be updated in place"
            raise ResourceFailed(msg)
        made = Made(held.physical_id or "", held.attributes)
        with defects():
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
        self, stopped: Stopped, before: Goal, stood: dict[str, Resource]
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
        self._undo.reverse()
        failed = self._undo_all()
        # What was made is in the clean-up; what stood is what stands.
        now = self.stack.resources
        self.stack.resources = {name: now.get(name, held) for name, held in stood.items()}
        self.stack.goal = before
        self._end_rollback(failed)

    def roll_on(self, skipped: frozenset[str]) -> None:
        """Try again what a rollback could not undo, but for those *skipped*."""
        undo, self._cleanup = self.stack.unfinished
        self._undo = [(name, step) for name, step in undo if name not in skipped]
        self._end_rollback(self._undo_all())

    def _undo_all(self) -> list[str]:
        """Undo step by step; the names of what could not be."""
        left: list[tuple[str, Callable[[], None]]] = []
        for name, step in self._undo:
            try:
                step()
            except ResourceFailed as error:
                left.append((name, step))
                held = self.stack.resources.get(name)
                if held is not None:
                    self.tell(held, Status.UPDATE_FAILED, error.reason)
        self._undo = left
        return [name for name, _ in left]

    def _end_rollback(self, failed: list[str]) -> None:
        if failed:
            self.stack.unfinished = (self._undo, self._cleanup)
            reason = f"The following resource(s) failed to update: [{', '.join(failed)}]. "
            self.tell_stack(Status.UPDATE_ROLLBACK_FAILED, reason)
            return
        self.tell_stack(Status.UPDATE_ROLLBACK_CLEANUP)
        for held in reversed(self._cleanup):
            self.try_to_delete(held, undoing=True)
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
        held.properties = self.properties(name, names)
        kind, _ = self.known(held)
        if kind.find is None:
            text = f"sendas lab: importing {held.type} is not modelled"
            raise ResourceFailed(text)
        made = kind.find(self.work(held), held.properties)
        held.physical_id, held.attributes = made.physical_id, dict(made.attributes)
        self.stack.resources[name] = held
        self.tell(held, Status.IMPORT_IN_PROGRESS, "Resource import started.")
        self.tell(held, Status.IMPORT_COMPLETE, "Resource import completed.")
