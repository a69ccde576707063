"""Make a stack what a template says, however an earlier try ended.

Every wait ends with what CloudFormation itself says; the first resource that
failed, and why, is told in one line.
"""

import hashlib

from collections.abc import Callable
from dataclasses import dataclass

from sendas.aws import cloudformation, objects
from sendas.aws.session import Session
from sendas.aws.writes import missing_action
from sendas.errors import CouldNotLook
from sendas.ses.regions import Region
from sendas.setup.stack.names import STATE_PREFIX
from sendas.setup.steps import PutStack
from sendas.setup.template.document import MAX_BODY_BYTES
from sendas.stacks import ChangeSet, StackEvent


Say = Callable[[str], None]
_PAUSE_SECONDS = 2.0
_MOST_POLLS = 1800
"""An hour: a Lambda with a queue takes minutes, IAM and SES seconds."""
_TRIES = 3
_SHOWN = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE", "DELETE_SKIPPED"})


class StackFailed(CouldNotLook):
    """CloudFormation could not make it so; what stood before stands again."""


@dataclass(frozen=True, slots=True)
class StackRunner:
    """What is needed to change one stack."""

    session: Session
    region: Region
    sleep: Callable[[float], None]
    say: Say

    def put(self, step: PutStack) -> None:
        """Carry out *step*, and wait until it is done.

        Raises:
            StackFailed: A resource could not be made.
            NotDone: AWS refused, or nobody answered.
        """
        seen = self._known(step.name)
        ready = self._change_set(step)
        if ready is None:
            return
        cloudformation.execute(self.session, self.region, step.name, ready.name)
        self._finish(step.name, seen, {"CREATE_COMPLETE", "UPDATE_COMPLETE"})

    def wait(self, name: str) -> None:
        """Wait until CloudFormation is at rest, wherever that is.

        Raises:
            StackFailed: It is at work still after an hour.
        """
        self._rest(name, self._known(name))

    def delete(self, name: str) -> None:
        """Delete the stack, and wait until it is gone; one that is gone is well.

        Raises:
            StackFailed: Something of it could not be deleted.
        """
        if cloudformation.status(self.session, self.region, name)[0] == "DELETE_COMPLETE":
            return
        seen = self._known(name)
        cloudformation.delete_stack(self.session, self.region, name)
        self._finish(name, seen, {"DELETE_COMPLETE"})

    def finish_rollback(self, name: str) -> None:
        """Let it arrive where it was going back to.

        Raises:
            StackFailed: It does not.
        """
        seen = self._known(name)
        cloudformation.continue_rollback(self.session, self.region, name)
        self._finish(name, seen, {"UPDATE_ROLLBACK_COMPLETE"})

    def _change_set(self, step: PutStack) -> ChangeSet | None:
        """A change set that can be carried out; None if there is nothing to change."""
        status, _ = cloudformation.status(self.session, self.region, step.name)
        new = status in {"DELETE_COMPLETE", "REVIEW_IN_PROGRESS"}
        body = step.template.compact()
        name = f"sendas-{hashlib.sha256(body.encode()).hexdigest()[:16]}"
        revert = bool(step.reverts) and not new
        if revert:  # one of an earlier try compared with what stood then
            name = f"{name}-revert"
            cloudformation.drop_change_set(self.session, self.region, step.name, name)
        for _ in range(_TRIES):
            cloudformation.make_change_set(
                self.session,
                self.region,
                step.name,
                name,
                self._handed(step, body),
                new=new,
                revert_drift=revert,
            )
            found = self._settled(step.name, name)
            if found.ready:
                return found
            # One of that name from an earlier try, which has served, or cannot any more.
            cloudformation.drop_change_set(self.session, self.region, step.name, name)
            if found.empty:
                return None
            if found.status == "FAILED":
                msg = f"stack {step.name}: {_told(found.reason)}"
                raise StackFailed(msg)
        msg = f"stack {step.name}: somebody else keeps changing it"
        raise StackFailed(msg)

    def _settled(self, name: str, change_set: str) -> ChangeSet:
        for _ in range(_MOST_POLLS):
            found = cloudformation.change_set(self.session, self.region, name, change_set)
            if found.settled:
                return found
            self.sleep(_PAUSE_SECONDS)
        msg = f"stack {name}: CloudFormation does not finish comparing"
        raise StackFailed(msg)

    def _handed(self, step: PutStack, body: str) -> dict[str, str]:
        raw = body.encode()
        if len(raw) <= MAX_BODY_BYTES or not step.bucket:
            return {"TemplateBody": body}
        key = f"{STATE_PREFIX}templates/{hashlib.sha256(raw).hexdigest()}.json"
        objects.put(self.session, self.region, step.bucket, key, raw)
        return {
            "TemplateURL": f"https://{step.bucket}.s3.{self.region}.amazonaws.com/{key}",
        }

    def _finish(self, name: str, seen: set[str], well: set[str]) -> None:
        status, reason, events = self._rest(name, seen)
        if status in well:
            return
        failed = next((event for event in events if event.failed and event.reason), None)
        if failed is not None:
            msg = f"stack {name}: {failed.logical_id} ({failed.type}): {_told(failed.reason)}"
        else:
            msg = f"stack {name}: {status} {_told(reason)}".rstrip()
        raise StackFailed(msg)

    def _rest(self, name: str, seen: set[str]) -> tuple[str, str, list[StackEvent]]:
        """Its status at rest, why, and what happened, oldest first."""
        happened: list[StackEvent] = []
        for _ in range(_MOST_POLLS):
            status, reason = cloudformation.status(self.session, self.region, name)
            fresh = [event for event in self._events(name) if event.event_id not in seen]
            for event in fresh:
                seen.add(event.event_id)
                if event.logical_id != name and (event.status in _SHOWN or event.failed):
                    self.say(f"  {event.status.lower():16} {event.type} {event.logical_id}")
            happened += fresh
            if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
                return status, reason, happened
            self.sleep(_PAUSE_SECONDS)
        msg = f"stack {name}: CloudFormation is at work still; run this again to go on"
        raise StackFailed(msg)

    def _events(self, name: str) -> list[StackEvent]:
        return list(reversed(cloudformation.events(self.session, self.region, name)))

    def _known(self, name: str) -> set[str]:
        return {event.event_id for event in self._events(name)}


def _told(reason: str) -> str:
    """CloudFormation's sentence, with the permission that is missing in front."""
    action = missing_action(reason)
    line = " ".join(reason.split())
    return f"the permission {action} is missing ({line})" if action else line
