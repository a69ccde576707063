"""Change sets: what an update would do, and doing just that.

Source: CloudFormation API reference, CreateChangeSet and ExecuteChangeSet.
"""

import uuid

from collections.abc import Callable, Mapping

from sendas_lab.aws.errors import AwsError
from sendas_lab.cloudformation import drift, parameters, planning
from sendas_lab.cloudformation.account_stacks import Caller, CloudFormation, Given, refused
from sendas_lab.cloudformation.changes import VALUES
from sendas_lab.cloudformation.operations import begin_update, new_stack, require_updatable
from sendas_lab.cloudformation.stack_state import ChangeSet, Drifts, Goal, Stack, Status
from sendas_lab.cloudformation.template import TemplateError, Value


NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a"
    " change set."
)


_WELL = frozenset({Status.CREATE_COMPLETE, Status.UPDATE_COMPLETE, Status.IMPORT_COMPLETE})
_DONE = frozenset({"EXECUTE_COMPLETE", "EXECUTE_FAILED"})


def _create(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    kind = given.get("ChangeSetType") or "UPDATE"
    by_id = given["StackName"].startswith("arn:")
    stack = cf.find(given["StackName"], caller.region, also_deleted=by_id)
    if kind == "CREATE" and stack is not None and stack.status is not Status.REVIEW_IN_PROGRESS:
        text = (
            f"Stack [{given['StackName']}] already exists and cannot be created again with the"
            f" changeSet [{given['ChangeSetName']}]."
        )
        raise refused(text)
    if kind == "UPDATE" and stack is None:
        text = f"Stack [{given['StackName']}] does not exist"
        raise refused(text)
    if kind == "UPDATE" and stack is not None:
        require_updatable(stack)
    fresh = stack is None or stack.status is Status.REVIEW_IN_PROGRESS
    goal = cf.goal(given, caller, None if fresh or stack is None else stack.goal)
    if stack is None:
        stack = new_stack(cf, given, caller, goal)
        cf.job(stack, caller).tell_stack(Status.REVIEW_IN_PROGRESS, "User Initiated")
        cf.add(stack)
    for other in _of(cf, stack):
        if other.name == given["ChangeSetName"]:
            if _execution(other, stack) not in _DONE:
                text = f"ChangeSet {given['ChangeSetName']} already exists"
                raise refused(text, "AlreadyExistsException")
            # Recorded: the name of what was executed may be used again.
            del cf.change_sets[other.id]
    made = _made(cf, given, caller, stack, goal, kind)
    cf.change_sets[made.id] = made
    return {"Id": made.id, "StackId": stack.id}


def _made(  # noqa: PLR0913, PLR0917  all that a change set is of
    cf: CloudFormation, given: Given, caller: Caller, stack: Stack, goal: Goal, kind: str
) -> ChangeSet:
    name = given["ChangeSetName"]
    imports = {
        one["LogicalResourceId"]: one["ResourceIdentifier"]
        for one in given.get("ResourcesToImport") or ()
    }
    _check_imports(goal, imports, kind)
    found = planning.changes(
        stack, goal, cf.account_id, cf.exports(caller.region), frozenset(imports)
    )
    if kind == "IMPORT":
        others = [c["ResourceChange"] for c in found if c["ResourceChange"]["Action"] != "Import"]
        if others:
            names = ", ".join(sorted(c["LogicalResourceId"] for c in others))
            text = (
                "As part of the import operation, you cannot modify or add or delete resources:"
                f" [{names}]"
            )
            raise refused(text)
    drifts: Drifts = {}
    if given.get("DeploymentMode") == "REVERT_DRIFT" and kind == "UPDATE":
        drifts = drift.actual(cf, stack, caller)
        known = {one["ResourceChange"]["LogicalResourceId"] for one in found}
        found += [_reverted(stack, name, drifts[name]) for name in drifts if name not in known]
    unchanged = not found and kind == "UPDATE"
    unchanged = unchanged and not planning.outputs_differ(stack, goal, cf.account_id)
    arn = f"arn:aws:cloudformation:{caller.region}:{cf.account_id}:changeSet/{name}/{uuid.uuid4()}"
    return ChangeSet(
        arn,
        name,
        stack.id,
        kind,
        goal,
        cf.now(),
        "FAILED" if unchanged else "CREATE_COMPLETE",
        "UNAVAILABLE" if unchanged else "AVAILABLE",
        found,
        NO_CHANGES if unchanged else None,
        given.get("Description"),
        given.get("OnStackFailure"),
        imports,
        given.get("RoleARN"),
        drifts,
    )


def _reverted(stack: Stack, name: str, actual: object) -> dict[str, Value]:
    """What a drift-aware change set says of a resource that the template leaves as it was.

    Source: UG, "Using drift-aware change sets"; the action for what is gone: I.
    """
    held = stack.resources[name]
    change: dict[str, Value] = {
        "Action": "Add" if actual is None else "Modify",
        "LogicalResourceId": name,
        "ResourceType": held.type,
        "PhysicalResourceId": held.physical_id,
        "ResourceDriftStatus": "DELETED" if actual is None else "MODIFIED",
        "Scope": [],
        "Details": [],
    }
    return {"Type": "Resource", "ResourceChange": change}


def _check_imports(goal: Goal, imports: Mapping[str, Value], kind: str) -> None:
    if kind == "IMPORT" and not imports:
        msg = "You must specify ResourcesToImport for a change set of type IMPORT"
        raise TemplateError(msg)
    for name in imports:
        written = goal.template.resources.get(name)
        if written is None:
            msg = f"Resource {name} to import is not in the template"
            raise TemplateError(msg)
        if "DeletionPolicy" not in written:
            # User guide, "Resource import": each must have one.
            msg = (
                f"Resources [{name}] is missing DeletionPolicy attribute. DeletionPolicy must be"
                " specified when importing resources."
            )
            raise TemplateError(msg)


def _of(cf: CloudFormation, stack: Stack) -> list[ChangeSet]:
    return [one for one in cf.change_sets.values() if one.stack_id == stack.id]


def _found(cf: CloudFormation, given: Given, caller: Caller) -> ChangeSet:
    name = given["ChangeSetName"]
    if name in cf.change_sets:
        return cf.change_sets[name]
    wanted = given.get("StackName") or ""
    stack = cf.find(wanted, caller.region)
    if stack is None and not name.startswith("arn:"):
        if not wanted:
            text = "StackName must be specified if ChangeSetName is not specified as an ARN."
        else:
            text = f"Stack [{wanted}] does not exist"
        raise refused(text)
    for one in _of(cf, stack) if stack else ():
        if one.name == name:
            return one
    text = f"ChangeSet [{name}] does not exist"
    raise refused(text, "ChangeSetNotFound")


def _describe(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    found = _found(cf, given, caller)
    stack = cf.stack(found.stack_id, caller.region, also_deleted=True)
    shape: dict[str, Value] = {
        **_summary(found, stack),
        "NotificationARNs": list(found.goal.notification_arns),
        "Capabilities": sorted(found.goal.capabilities),
        "RollbackConfiguration": {},
        "Changes": _changes(found, whole=bool(given.get("IncludePropertyValues"))),
    }
    optional = {
        "Parameters": parameters.shown(
            found.goal.template, found.goal.parameters, found.goal.resolved
        ),
        "Tags": [{"Key": key, "Value": value} for key, value in found.goal.tags.items()],
        "OnStackFailure": found.on_failure,
    }
    return shape | {key: value for key, value in optional.items() if value}


def _changes(found: ChangeSet, *, whole: bool) -> list[dict[str, Value]]:
    """With the properties' values where they are asked for."""
    hidden = (VALUES,) if whole else (VALUES, "BeforeContext", "AfterContext")
    told: list[dict[str, Value]] = []
    for one in found.changes:
        change = one["ResourceChange"]
        details = change.get(VALUES, change["Details"]) if whole else change["Details"]
        if details is None:
            continue
        shown = {key: value for key, value in change.items() if key not in hidden}
        told.append({**one, "ResourceChange": {**shown, "Details": details}})
    return told


def _execution(found: ChangeSet, stack: Stack) -> str:
    """The work tells its end by itself (`_begin`); here for who looks before that."""
    if found.execution != "EXECUTE_IN_PROGRESS" or stack.status.busy:
        return found.execution
    ended = [one.status for one in stack.events if one.physical_id == stack.id]
    well = next((one in _WELL for one in reversed(ended) if not _deleting(one)), False)
    return "EXECUTE_COMPLETE" if well else "EXECUTE_FAILED"


def _deleting(status: Status) -> bool:
    """Whether it is of a deletion that came after, which says nothing of the execution."""
    return status.value.startswith("DELETE_")


def _begin(cf: CloudFormation, found: ChangeSet, stack: Stack, work: Callable[[], None]) -> None:
    """Work in the background, and say how it ended."""

    def to_the_end() -> None:
        work()
        found.execution = _execution(found, stack)

    cf.start(stack, to_the_end)


def _summary(found: ChangeSet, stack: Stack) -> dict[str, Value]:
    shape: dict[str, Value] = {
        "ChangeSetName": found.name,
        "ChangeSetId": found.id,
        "StackId": stack.id,
        "StackName": stack.name,
        "CreationTime": found.created,
        "ExecutionStatus": _execution(found, stack),
        "Status": found.status,
        "IncludeNestedStacks": False,
    }
    if found.reason:
        shape["StatusReason"] = found.reason
    if found.description:
        shape["Description"] = found.description
    return shape


def _list(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    stack = cf.stack(given["StackName"], caller.region)
    # API reference: "each active change set".
    active = [one for one in _of(cf, stack) if _execution(one, stack) not in _DONE]
    return {"Summaries": [_summary(one, stack) for one in active]}


def _delete(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    try:
        found = _found(cf, given, caller)
    except AwsError as error:
        if error.code == "ChangeSetNotFound":
            return {}  # API reference: deleting what is not there is no error
        raise
    if found.execution == "EXECUTE_IN_PROGRESS":
        text = (
            f"ChangeSet [{found.id}] cannot be deleted in its current status of [{found.status}]"
        )
        raise refused(text, "InvalidChangeSetStatus")
    del cf.change_sets[found.id]
    return {}


def _execute(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    found = _found(cf, given, caller)
    stack = cf.stack(found.stack_id, caller.region)
    if found.execution != "AVAILABLE":
        text = (
            f"ChangeSet [{found.id}] cannot be executed in its current status of [{found.status}]"
        )
        raise refused(text, "InvalidChangeSetStatus")
    for other in _of(cf, stack):
        # API reference: executing one deletes the others of the stack.
        if other is not found:
            del cf.change_sets[other.id]
    found.execution = "EXECUTE_IN_PROGRESS"
    stack.change_set_id = found.id
    if given.get("ClientRequestToken"):
        found.goal.token = given["ClientRequestToken"]
    if found.kind == "IMPORT":
        stack.goal = found.goal
        job = cf.job(stack, caller)
        job.tell_stack(Status.IMPORT_IN_PROGRESS, "User Initiated")
        _begin(cf, found, stack, lambda: job.take_in(found.imports))
    elif found.kind == "CREATE":
        stack.goal = found.goal
        stack.updated = cf.now()  # recorded: CreationTime stays, and LastUpdatedTime is there
        stack.disable_rollback = bool(given.get("DisableRollback"))
        stack.on_failure = found.on_failure or "ROLLBACK"
        job = cf.job(stack, caller)
        job.tell_stack(Status.CREATE_IN_PROGRESS, "User Initiated")
        _begin(cf, found, stack, job.create)
    else:
        require_updatable(stack)
        begin_update(
            cf,
            stack,
            found.goal,
            caller,
            disable_rollback=bool(given.get("DisableRollback")),
            drifts=found.drifts,
            begin=lambda work: _begin(cf, found, stack, work),
        )
    return {}


HANDLERS: Mapping[str, Callable[[CloudFormation, Given, Caller], Given]] = {
    "CreateChangeSet": _create,
    "DescribeChangeSet": _describe,
    "ListChangeSets": _list,
    "DeleteChangeSet": _delete,
    "ExecuteChangeSet": _execute,
}
