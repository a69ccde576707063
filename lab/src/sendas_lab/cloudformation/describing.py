"""What CloudFormation tells of stacks, their resources and their history."""

import contextlib
import json

from collections.abc import Callable, Mapping

from sendas_lab.cloudformation import checking, parameters, resolving
from sendas_lab.cloudformation.account_stacks import Caller, CloudFormation, Given, refused
from sendas_lab.cloudformation.intrinsics import NotYetKnown, evaluate
from sendas_lab.cloudformation.stack_state import Event, Resource, Stack, Status
from sendas_lab.cloudformation.template import TemplateError, Value


_PAGE = 100


def page_of(items: list[dict[str, Value]], given: Given, key: str) -> Given:
    """A page of *items*, and the token of the next one."""
    start = int(given.get("NextToken") or 0)
    shape: dict[str, Value] = {key: items[start : start + _PAGE]}
    if len(items) > start + _PAGE:
        shape["NextToken"] = str(start + _PAGE)
    return shape


def _stacks(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    name = given.get("StackName")
    if name:
        return {"Stacks": [_shape(cf.stack(name, caller.region, also_deleted=True))]}
    found = [s for s in cf.stacks(caller.region) if s.status is not Status.DELETE_COMPLETE]
    return page_of([_shape(stack) for stack in found], given, "Stacks")


def _shape(stack: Stack) -> dict[str, Value]:
    goal = stack.goal
    gone = stack.status is Status.DELETE_COMPLETE
    new = stack.status is Status.REVIEW_IN_PROGRESS
    shape: dict[str, Value] = {
        "StackId": stack.id,
        "StackName": stack.name,
        "CreationTime": stack.created,
        "StackStatus": stack.status.value,
        "DisableRollback": stack.disable_rollback,
        "NotificationARNs": list(goal.notification_arns),
        "Tags": [] if new else [{"Key": k, "Value": v} for k, v in goal.tags.items()],
        "DriftInformation": _drift(stack.drift, stack),
        "RollbackConfiguration": {},
    }
    # Recorded: what is empty is not there at all, but for tags and notification topics.
    optional = {
        "Capabilities": sorted(goal.capabilities) or None,
        "Parameters": parameters.shown(goal.template, goal.parameters, goal.resolved) or None,
        "Outputs": list(stack.outputs) or None,
        "EnableTerminationProtection": None if gone else stack.protected,
        "Description": None if new else goal.template.description,
        "StackStatusReason": stack.reason,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "ChangeSetId": None if gone else stack.change_set_id,
        "RoleARN": stack.role_arn,
    }
    return shape | {key: value for key, value in optional.items() if value is not None}


def _drift(status: str, of: Stack | Resource) -> dict[str, Value]:
    key = "StackDriftStatus" if isinstance(of, Stack) else "StackResourceDriftStatus"
    shape: dict[str, Value] = {key: status}
    if of.drift_checked is not None:
        shape["LastCheckTimestamp"] = of.drift_checked
    return shape


def _list(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    wanted = set(given.get("StackStatusFilter") or ())
    found = [s for s in cf.stacks(caller.region) if not wanted or s.status in wanted]
    return page_of([_listed(stack) for stack in found], given, "StackSummaries")


def _listed(stack: Stack) -> dict[str, Value]:
    whole = _shape(stack)
    shape = {key: whole[key] for key in ("StackId", "StackName", "CreationTime", "StackStatus")}
    for key in ("LastUpdatedTime", "DeletionTime", "StackStatusReason", "DriftInformation"):
        if key in whole:
            shape[key] = whole[key]
    if stack.goal.template.description:
        shape["TemplateDescription"] = stack.goal.template.description
    return shape


def _events(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    stack = cf.find(given["StackName"], caller.region, also_deleted=True)
    if stack is None:
        text = f"Stack [{given['StackName']}] does not exist"
        raise refused(text)
    return page_of([_event(stack, one) for one in reversed(stack.events)], given, "StackEvents")


def _event(stack: Stack, event: Event) -> dict[str, Value]:
    shape: dict[str, Value] = {
        "StackId": stack.id,
        "EventId": event.id,
        "StackName": stack.name,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "Timestamp": event.at,
        "ResourceStatus": event.status.value,
    }
    optional = {
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties,
        "ClientRequestToken": event.token,
    }
    return shape | {key: value for key, value in optional.items() if value is not None}


def _resources(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    if given.get("PhysicalResourceId"):
        stack = _owner(cf, given["PhysicalResourceId"], caller)
    else:
        stack = cf.stack(given["StackName"], caller.region, also_deleted=True)
    wanted = given.get("LogicalResourceId")
    found = [r for r in stack.resources.values() if wanted in {None, r.logical_id}]
    # API reference, DescribeStackResources: only the first 100 resources are returned.
    return {"StackResources": [_resource(stack, held, "Timestamp") for held in found[:100]]}


def _owner(cf: CloudFormation, physical_id: str, caller: Caller) -> Stack:
    for stack in cf.stacks(caller.region):
        if any(held.physical_id == physical_id for held in stack.present):
            return stack
    text = f"Stack for {physical_id} does not exist"
    raise refused(text)


def _resource(stack: Stack, held: Resource, time: str) -> dict[str, Value]:
    shape: dict[str, Value] = {
        "StackName": stack.name,
        "StackId": stack.id,
        "LogicalResourceId": held.logical_id,
        "ResourceType": held.type,
        time: held.at,
        "ResourceStatus": held.status.value,
        "DriftInformation": _drift(held.drift, held),
    }
    if held.physical_id is not None:
        shape["PhysicalResourceId"] = held.physical_id
    if held.reason:
        shape["ResourceStatusReason"] = held.reason
    return shape


def _one_resource(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    stack = cf.stack(given["StackName"], caller.region, also_deleted=True)
    name = given["LogicalResourceId"]
    if name not in stack.resources:
        text = f"Resource {name} does not exist for stack {stack.name}"
        raise refused(text)
    shape = _resource(stack, stack.resources[name], "LastUpdatedTimestamp")
    metadata = stack.goal.template.resources.get(name, {}).get("Metadata")
    names = resolving.scope(
        stack.goal,
        cf.account_id,
        stack.region,
        (stack.id, stack.name),
        resolving.find_in(stack),
        cf.exports(stack.region),
    )
    with contextlib.suppress(TemplateError, NotYetKnown):
        metadata = evaluate(metadata, names)
    return {"StackResourceDetail": shape | {"Metadata": json.dumps(metadata or {})}}


def _list_resources(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    stack = cf.stack(given["StackName"], caller.region, also_deleted=True)
    found = [_resource(stack, held, "LastUpdatedTimestamp") for held in stack.resources.values()]
    return page_of(found, given, "StackResourceSummaries")


def _template(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    if given.get("ChangeSetName") in cf.change_sets:
        text = cf.change_sets[given["ChangeSetName"]].goal.template.text
    else:
        stack = cf.stack(given["StackName"], caller.region, also_deleted=True)
        text = stack.goal.template.text
    return {"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]}


def _template_summary(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    if given.get("StackName"):
        template = cf.stack(given["StackName"], caller.region).goal.template
    else:
        template = checking.checked(cf.template(given, caller, None), caller.region)
    shape: dict[str, Value] = dict(checking.summary(template))
    shape["ResourceTypes"] = sorted({one["Type"] for one in template.resources.values()})
    shape["Parameters"] = [
        {**one, "ParameterType": template.parameters[one["ParameterKey"]].get("Type", "String")}
        for one in shape["Parameters"]
    ]
    return shape


def _exports(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    found: list[dict[str, Value]] = [
        {"ExportingStackId": stack.id, "Name": name, "Value": value}
        for stack in cf.stacks(caller.region)
        if stack.status is not Status.DELETE_COMPLETE
        for name, value in stack.exports.items()
    ]
    return page_of(found, given, "Exports")


HANDLERS: Mapping[str, Callable[[CloudFormation, Given, Caller], Given]] = {
    "DescribeStacks": _stacks,
    "ListStacks": _list,
    "DescribeStackEvents": _events,
    "DescribeStackResources": _resources,
    "DescribeStackResource": _one_resource,
    "ListStackResources": _list_resources,
    "GetTemplate": _template,
    "GetTemplateSummary": _template_summary,
    "ListExports": _exports,
}
