"""Drift: whether resources are as the template says, for the types that can be read.

Source: CloudFormation User Guide, "Detect unmanaged configuration changes": only
properties that the template sets are compared; types that cannot be read are
NOT_CHECKED.
"""

import json
import uuid

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sendas_lab.cloudformation.account_stacks import Caller, CloudFormation, Given, refused
from sendas_lab.cloudformation.calls import Refused
from sendas_lab.cloudformation.describing import page_of
from sendas_lab.cloudformation.provider import Made
from sendas_lab.cloudformation.schemas import Schema, schema_of
from sendas_lab.cloudformation.stack_state import Drifts, Resource, Stack
from sendas_lab.cloudformation.template import Value
from sendas_lab.cloudformation.types import PROVIDERS


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that is not as the template says."""

    path: str
    expected: Value
    actual: Value

    @property
    def kind(self) -> str:
        """As CloudFormation names it."""
        if self.actual is None:
            return "REMOVE"
        return "ADD" if self.expected is None else "NOT_EQUAL"


def drifted(expected: Value, actual: Value, path: str = "") -> Iterator[Difference]:
    """Every place where *actual* lacks, or differs from, what *expected* says."""
    expected, actual = _read(expected), _read(actual)
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for key, value in expected.items():
            yield from drifted(value, actual.get(key), f"{path}/{key}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for place, (one, other) in enumerate(zip(_sorted(expected), _sorted(actual), strict=True)):
            yield from drifted(one, other, f"{path}/{place}")
    elif expected != actual:
        yield Difference(path, expected, actual)


def _sorted(items: list[Value]) -> list[Value]:
    """Texts in any order are the same; structures keep theirs."""
    return sorted(items) if all(isinstance(item, str) for item in items) else items


def _read(value: Value) -> Value:
    """A policy written as text is the structure it says."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def without(properties: Mapping[str, Value], schema: Schema) -> dict[str, Value]:
    """What can be compared: not tags, and nothing that can only be written."""
    top = {path for path in schema.write_only if "/" not in path}
    found = {k: v for k, v in properties.items() if k not in top and k != "Tags"}
    for path in schema.write_only:
        first, _, rest = path.partition("/")
        if rest and "/" not in rest and isinstance(found.get(first), dict):
            found[first] = {k: v for k, v in found[first].items() if k != rest}
    return {k: v for k, v in found.items() if v != {}}


def _detect(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    stack = cf.stack(given["StackName"], caller.region)
    if stack.status.busy:
        text = f"Stack:{stack.id} is in {stack.status} state; drift cannot be detected."
        raise refused(text)
    wanted = set(given.get("LogicalResourceIds") or ())
    stack.drifts = []
    for held in stack.present:
        if not wanted or held.logical_id in wanted:
            stack.drifts.append(_look(cf, stack, held, caller))
    stack.drift_checked = cf.now()
    states = {one["StackResourceDriftStatus"] for one in stack.drifts}
    stack.drift = "DRIFTED" if states & {"MODIFIED", "DELETED"} else "IN_SYNC"
    detection = str(uuid.uuid4())
    cf.detections[detection] = (stack.id, cf.now())
    return {"StackDriftDetectionId": detection}


def actual(cf: CloudFormation, stack: Stack, caller: Caller) -> Drifts:
    """What stands otherwise than the stack made it, as a drift-aware change set sees it."""
    found: Drifts = {}
    for held in stack.present:
        seen = _look(cf, stack, held, caller)
        if held.drift == "DELETED":
            found[held.logical_id] = None
        elif held.drift == "MODIFIED":
            found[held.logical_id] = json.loads(seen["ActualProperties"])
    return found


def _look(cf: CloudFormation, stack: Stack, held: Resource, caller: Caller) -> dict[str, Value]:
    now = cf.now()
    shape: dict[str, Value] = {
        "StackId": stack.id,
        "LogicalResourceId": held.logical_id,
        "PhysicalResourceId": held.physical_id,
        "ResourceType": held.type,
        "Timestamp": now,
    }
    kind = PROVIDERS.get(held.type)
    schema = schema_of(held.type, stack.region) or Schema(held.type, {})
    expected = without(held.properties, schema)
    if kind is None or kind.read is None:
        held.drift = "NOT_CHECKED"
        return shape | {"StackResourceDriftStatus": held.drift}
    shape["ExpectedProperties"] = json.dumps(expected, default=str)
    made = Made(held.physical_id or "", held.attributes)
    try:
        actual = kind.read(cf.job(stack, caller).work(held), made, held.properties)
    except Refused as error:
        if error.kind != "NotFound":
            raise refused(error.message, error.code) from error
        held.drift, held.drift_checked = "DELETED", now
        return shape | {"StackResourceDriftStatus": held.drift}
    found = list(drifted(expected, {key: actual.get(key) for key in expected}))
    held.drift, held.drift_checked = ("MODIFIED" if found else "IN_SYNC"), now
    shape["ActualProperties"] = json.dumps({key: actual.get(key) for key in expected}, default=str)
    shape["PropertyDifferences"] = [
        {
            "PropertyPath": one.path,
            "ExpectedValue": _shown(one.expected),
            "ActualValue": _shown(one.actual),
            "DifferenceType": one.kind,
        }
        for one in found
    ]
    return shape | {"StackResourceDriftStatus": held.drift}


def _shown(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _detection(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    detection = given["StackDriftDetectionId"]
    if detection not in cf.detections:
        text = f"Drift detection [{detection}] does not exist"
        raise refused(text)
    stack_id, at = cf.detections[detection]
    stack = cf.stack(stack_id, caller.region, also_deleted=True)
    changed = [
        one for one in stack.drifts if one["StackResourceDriftStatus"] in {"MODIFIED", "DELETED"}
    ]
    return {
        "StackId": stack.id,
        "StackDriftDetectionId": detection,
        "StackDriftStatus": stack.drift,
        "DetectionStatus": "DETECTION_COMPLETE",
        "DriftedStackResourceCount": len(changed),
        "Timestamp": at,
    }


def _drifts(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    stack = cf.stack(given["StackName"], caller.region)
    wanted = set(given.get("StackResourceDriftStatusFilters") or ())
    found = [
        one for one in stack.drifts if not wanted or one["StackResourceDriftStatus"] in wanted
    ]
    return page_of(found, given, "StackResourceDrifts")


def _detect_one(cf: CloudFormation, given: Given, caller: Caller) -> Given:
    stack = cf.stack(given["StackName"], caller.region)
    held = stack.resources.get(given["LogicalResourceId"])
    if held is None:
        text = f"Resource {given['LogicalResourceId']} does not exist for stack {stack.name}"
        raise refused(text)
    return {"StackResourceDrift": _look(cf, stack, held, caller)}


HANDLERS: Mapping[str, Callable[[CloudFormation, Given, Caller], Given]] = {
    "DetectStackDrift": _detect,
    "DetectStackResourceDrift": _detect_one,
    "DescribeStackDriftDetectionStatus": _detection,
    "DescribeStackResourceDrifts": _drifts,
}
