"""Stacks created, updated and deleted: the operations that start work.

Source: AWS CloudFormation API reference; the texts of refusals are those AWS
answers, collected from public issues where the reference is silent.
"""

import uuid

from collections.abc import Callable, Mapping

from sendas_lab.cloudformation import checking, planning
from sendas_lab.cloudformation.account_stacks import Caller, CloudFormation, Given, refused
from sendas_lab.cloudformation.stack_state import UPDATABLE, Drifts, Goal, Stack, Status


def new_stack(cf: CloudFormation, given: Given, caller: Caller, goal: Goal) -> Stack:
    """A stack that is not there yet."""
    name = given["StackName"]
    checking.check_stack_name(name)
    stack_id = (
        f"arn:aws:cloudformation:{caller.region}:{cf.account_id}:stack/{name}/{uuid.uuid4()}"
    )
    on_failure = given.get("OnFailure") or given.get("OnStackFailure") or "ROLLBACK"
    return Stack(
        stack_id,
        name,
        caller.region,
        goal,
        Status.CREATE_IN_PROGRESS,
        cf.now(),
        protected=bool(given.get("EnableTerminationProtection")),
        disable_rollback=bool(given.get("DisableRollback")),
        on_failure=on_failure,
        role_arn=given.get("RoleARN"),
        policy=given.get("StackPolicyBody"),
    )


def _create(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    existing = cf.find(given["StackName"], caller.region)
    if existing is not None and existing.status is not Status.REVIEW_IN_PROGRESS:
        token = given.get("ClientRequestToken")
        if token and existing.goal.token == token:
            return {"StackId": existing.id}  # API reference: the same request again
        text = f"Stack [{given['StackName']}] already exists"
        raise refused(text, "AlreadyExistsException")
    stack = new_stack(cf, given, caller, cf.goal(given, caller))
    if existing is not None:  # recorded: a stack in review is created over, and keeps its id
        stack.id, stack.events = existing.id, existing.events
        for one in cf.change_sets.values():
            if one.stack_id == stack.id:
                one.execution = "OBSOLETE"
    cf.add(stack)
    job = cf.job(stack, caller)
    job.tell_stack(Status.CREATE_IN_PROGRESS, "User Initiated")
    cf.start(stack, job.create)
    return {"StackId": stack.id}


def _update(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    stack = cf.stack(given["StackName"], caller.region)
    require_updatable(stack)
    goal = cf.goal(given, caller, stack.goal)
    changes = planning.changes(stack, goal, cf.account_id, cf.exports(caller.region))
    if not changes and not planning.outputs_differ(stack, goal, cf.account_id):
        text = "No updates are to be performed."
        raise refused(text)
    stack.change_set_id = None
    # Recorded: what was acknowledged before is shown on, if the request acknowledges nothing.
    goal.capabilities = goal.capabilities or stack.goal.capabilities
    begin_update(cf, stack, goal, caller, disable_rollback=bool(given.get("DisableRollback")))
    return {"StackId": stack.id}


def require_updatable(stack: Stack) -> None:
    """Raises AwsError unless the stack stands and nothing is at work on it."""
    if stack.status not in UPDATABLE and stack.status is not Status.UPDATE_FAILED:
        text = f"Stack:{stack.id} is in {stack.status} state and can not be updated."
        raise refused(text)


def begin_update(  # noqa: PLR0913  all that an update is of
    cf: CloudFormation,
    stack: Stack,
    goal: Goal,
    caller: Caller,
    *,
    disable_rollback: bool = False,
    drifts: Drifts | None = None,
    begin: Callable[[Callable[[], None]], None] | None = None,
) -> None:
    """Work towards *goal* in the background; put back what *drifts* names."""
    before, stack.goal = stack.goal, goal
    stack.updated, stack.cancelled = cf.now(), False
    stack.disable_rollback = disable_rollback
    job = cf.job(stack, caller)
    job.tell_stack(Status.UPDATE_IN_PROGRESS, "User Initiated")
    run = begin or (lambda work: cf.start(stack, work))
    run(lambda: job.update(goal, before, drifts or {}))


def _delete(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    stack = cf.find(given["StackName"], caller.region)
    if stack is None:
        return {}  # API reference: no error
    if stack.protected:
        text = f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        raise refused(text)
    if stack.status in {Status.UPDATE_IN_PROGRESS, Status.UPDATE_ROLLBACK_IN_PROGRESS}:
        text = f"Stack:{stack.id} is in {stack.status} state and can not be deleted."
        raise refused(text)
    if stack.status is Status.DELETE_IN_PROGRESS:
        return {}
    retained = frozenset(given.get("RetainResources") or ())
    if retained and stack.status is not Status.DELETE_FAILED:
        text = (
            "Invalid operation on stack [" + stack.id + "]. RetainResources can only be specified"
            " for a stack in DELETE_FAILED state."
        )
        raise refused(text)
    if stack.status is Status.REVIEW_IN_PROGRESS:
        stack.status, stack.deleted = Status.DELETE_COMPLETE, cf.now()
        return {}
    stack.cancelled = True
    cf.faults.release()
    job = cf.job(stack, caller)
    job.tell_stack(Status.DELETE_IN_PROGRESS, "User Initiated")
    cf.start(stack, lambda: job.delete(retained))
    return {}


def _cancel(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    stack = cf.stack(given["StackName"], caller.region)
    if stack.status is not Status.UPDATE_IN_PROGRESS:
        text = f"CancelUpdateStack cannot be called from current stack status {stack.status}"
        raise refused(text)
    stack.cancelled = True
    return {}


def _continue_rollback(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    stack = cf.stack(given["StackName"], caller.region)
    if stack.status is not Status.UPDATE_ROLLBACK_FAILED:
        text = f"Stack:{stack.id} is in {stack.status} state and can not continue rollback."
        raise refused(text)
    job = cf.job(stack, caller)
    job.tell_stack(Status.UPDATE_ROLLBACK_IN_PROGRESS, "User Initiated")
    cf.start(stack, lambda: job.roll_on(frozenset(given.get("ResourcesToSkip") or ())))
    return {}


def _protect(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    stack = cf.stack(given["StackName"], caller.region)
    stack.protected = bool(given["EnableTerminationProtection"])
    return {"StackId": stack.id}


def _set_policy(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    cf.stack(given["StackName"], caller.region).policy = given.get("StackPolicyBody")
    return {}


def _get_policy(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    policy = cf.stack(given["StackName"], caller.region).policy
    return {"StackPolicyBody": policy} if policy else {}


def _validate(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    template = checking.checked(cf.template(given, caller, None), caller.region)
    return checking.summary(template)


HANDLERS: Mapping[str, Callable[[CloudFormation, Given, Caller], Given]] = {
    "CreateStack": _create,
    "UpdateStack": _update,
    "DeleteStack": _delete,
    "CancelUpdateStack": _cancel,
    "ContinueUpdateRollback": _continue_rollback,
    "UpdateTerminationProtection": _protect,
    "SetStackPolicy": _set_policy,
    "GetStackPolicy": _get_policy,
    "ValidateTemplate": _validate,
}
