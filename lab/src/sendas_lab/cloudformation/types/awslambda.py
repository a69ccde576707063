"""AWS::Lambda types, and custom resources, which are functions that answer.

Source: CloudFormation Template Reference, AWS Lambda; User Guide, "Custom
resources".
"""

import io
import json
import uuid
import zipfile

from sendas_lab.cloudformation.calls import ResourceFailed, gone
from sendas_lab.cloudformation.provider import Made, Properties, Provider, Work, picked, words
from sendas_lab.cloudformation.template import Value


_SETTINGS = (
    "Handler", "Runtime", "Role", "Description", "Timeout", "MemorySize", "Environment",
    "DeadLetterConfig", "TracingConfig", "Layers", "KmsKeyArn", "EphemeralStorage",
    "LoggingConfig",
)  # fmt: skip
_CUSTOM_SECONDS = 60.0
"""AWS waits an hour; the lab's functions are at hand."""


def _code(properties: Properties) -> dict[str, Value]:
    code = properties["Code"]
    if "ImageUri" in code:
        text = "sendas lab: functions from container images are not modelled"
        raise ResourceFailed(text)
    if "ZipFile" in code:
        return {"ZipFile": zipped(code["ZipFile"])}
    return picked(code, "S3Bucket", "S3Key", "S3ObjectVersion")


def zipped(source: str) -> bytes:
    """Inline code as the archive CloudFormation makes of it: one file, ``index.py``."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        # A fixed date: the same source is the same code.
        archive.writestr(zipfile.ZipInfo("index.py", (2020, 1, 1, 0, 0, 0)), source)
    return held.getvalue()


def _tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or ()}


def _create(work: Work, properties: Properties) -> Made:
    name = properties.get("FunctionName") or work.name()
    given = picked(properties, *_SETTINGS, "Architectures", "PackageType")
    tags = _tags(properties)
    made = work.call(
        "lambda",
        "CreateFunction",
        FunctionName=name,
        Code=_code(properties),
        **given,
        **({"Tags": tags} if tags else {}),
    )
    reserved = properties.get("ReservedConcurrentExecutions")
    if reserved is not None:
        _reserve(work, name, reserved)
    return Made(name, {"Arn": made["FunctionArn"]})


def _reserve(work: Work, name: str, reserved: int | None) -> None:
    if reserved is None:
        work.call("lambda", "DeleteFunctionConcurrency", FunctionName=name)
    else:
        work.call(
            "lambda",
            "PutFunctionConcurrency",
            FunctionName=name,
            ReservedConcurrentExecutions=reserved,
        )


def _update(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    name = made.physical_id
    if wanted["Code"] != before["Code"]:
        work.call("lambda", "UpdateFunctionCode", FunctionName=name, **_code(wanted))
    if any(wanted.get(key) != before.get(key) for key in _SETTINGS):
        given = picked(wanted, *_SETTINGS)
        if "Environment" in before:
            given.setdefault("Environment", {"Variables": {}})
        work.call("lambda", "UpdateFunctionConfiguration", FunctionName=name, **given)
    key = "ReservedConcurrentExecutions"
    if wanted.get(key) != before.get(key):
        _reserve(work, name, wanted.get(key))
    old, new = _tags(before), _tags(wanted)
    if old != new:
        arn = made.attributes["Arn"]
        gone = [tag for tag in old if tag not in new]
        if gone:
            work.call("lambda", "UntagResource", Resource=arn, TagKeys=gone)
        work.call("lambda", "TagResource", Resource=arn, Tags=new)
    return made


def _delete(work: Work, made: Made, _properties: Properties) -> None:
    work.call("lambda", "DeleteFunction", FunctionName=made.physical_id)


def _read(work: Work, made: Made, properties: Properties) -> Properties:
    found = work.call("lambda", "GetFunctionConfiguration", FunctionName=made.physical_id)
    return {**properties, **picked(found, *(key for key in _SETTINGS if key in properties))}


def _find(work: Work, properties: Properties) -> Made:
    name = properties["FunctionName"]
    found = work.call("lambda", "GetFunctionConfiguration", FunctionName=name)
    return Made(name, {"Arn": found["FunctionArn"]})


# Permissions ------------------------------------------------------------------


def _create_permission(work: Work, properties: Properties) -> Made:
    statement = work.name(100)
    work.call(
        "lambda",
        "AddPermission",
        StatementId=statement,
        **picked(
            properties,
            "FunctionName", "Action", "Principal", "SourceArn", "SourceAccount",
            "EventSourceToken", "PrincipalOrgID", "FunctionUrlAuthType",
        ),
    )  # fmt: skip
    return Made(statement, {"Id": statement})


def _delete_permission(work: Work, made: Made, properties: Properties) -> None:
    work.call.quietly(
        "lambda",
        "RemovePermission",
        FunctionName=properties["FunctionName"],
        StatementId=made.physical_id,
    )


def _read_permission(work: Work, made: Made, properties: Properties) -> Properties:
    got = work.call("lambda", "GetPolicy", FunctionName=properties["FunctionName"])
    for statement in json.loads(got["Policy"])["Statement"]:
        if statement["Sid"] == made.physical_id:
            return properties
    raise gone(made.physical_id, "lambda")


# Event source mappings --------------------------------------------------------

_MAPPING = (
    "FunctionName", "BatchSize", "Enabled", "FilterCriteria", "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds", "ScalingConfig", "MaximumRetryAttempts",
    "BisectBatchOnFunctionError", "DestinationConfig",
)  # fmt: skip


def _create_mapping(work: Work, properties: Properties) -> Made:
    given = picked(properties, *_MAPPING, "EventSourceArn", "StartingPosition")
    made = work.call("lambda", "CreateEventSourceMapping", **given)
    arn = work.arn("lambda", f"event-source-mapping:{made['UUID']}")
    return Made(made["UUID"], {"Id": made["UUID"], "EventSourceMappingArn": arn})


def _update_mapping(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    given = picked(wanted, *_MAPPING)
    work.call("lambda", "UpdateEventSourceMapping", UUID=made.physical_id, **given)
    return made


def _delete_mapping(work: Work, made: Made, _properties: Properties) -> None:
    work.call("lambda", "DeleteEventSourceMapping", UUID=made.physical_id)


def _read_mapping(work: Work, made: Made, properties: Properties) -> Properties:
    found = work.call("lambda", "GetEventSourceMapping", UUID=made.physical_id)
    shape = {**properties, **picked(found, *(k for k in _MAPPING[1:] if k in properties))}
    if "Enabled" in properties:
        shape["Enabled"] = found.get("State", "Enabled") == "Enabled"
    return shape


# What happens to asynchronous events ------------------------------------------

_INVOKE = ("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts", "Qualifier")


def _put_invoke_config(work: Work, properties: Properties) -> Made:
    given = picked(properties, "FunctionName", *_INVOKE)
    work.call("lambda", "PutFunctionEventInvokeConfig", **given)
    return Made(work.name(100))


def _update_invoke_config(work: Work, made: Made, wanted: Properties, _before: Properties) -> Made:
    given = picked(wanted, "FunctionName", *_INVOKE)
    work.call("lambda", "PutFunctionEventInvokeConfig", **given)
    return made


def _delete_invoke_config(work: Work, _made: Made, properties: Properties) -> None:
    given = picked(properties, "FunctionName")
    work.call.quietly("lambda", "DeleteFunctionEventInvokeConfig", **given)


# Custom resources -------------------------------------------------------------


def _create_custom(work: Work, properties: Properties) -> Made:
    return _ask(work, "Create", properties, None, None)


def _update_custom(work: Work, made: Made, wanted: Properties, before: Properties) -> Made:
    changed = _ask(work, "Update", wanted, made.physical_id, before)
    if changed.physical_id != made.physical_id:
        # User Guide: another physical id means a new one, and the old one is deleted.
        _ask(work, "Delete", before, made.physical_id, None)
    return changed


def _delete_custom(work: Work, made: Made, properties: Properties) -> None:
    _ask(work, "Delete", properties, made.physical_id, None)


def _ask(
    work: Work, request: str, properties: Properties, physical_id: str | None, old: Value
) -> Made:
    if work.response_url is None:
        text = "nobody takes the answers of custom resources here"
        raise ResourceFailed(text)
    token = properties["ServiceToken"]
    if ":lambda:" not in token:
        text = "sendas lab: custom resources over SNS are not modelled"
        raise ResourceFailed(text)
    url, wait = work.response_url()
    event = {
        "RequestType": request,
        "ResponseURL": url,
        "StackId": work.stack_id,
        "RequestId": str(uuid.uuid4()),
        "ResourceType": work.resource_type,
        "LogicalResourceId": work.logical_id,
        "ServiceToken": token,
        "ResourceProperties": dict(properties),
        **({"PhysicalResourceId": physical_id} if physical_id else {}),
        **({"OldResourceProperties": dict(old)} if old is not None else {}),
    }
    got = work.call("lambda", "Invoke", FunctionName=token, Payload=json.dumps(event).encode())
    crashed = "FunctionError" in got
    said = wait(0.5 if crashed else _CUSTOM_SECONDS)
    if said is None:
        text = (
            "CloudFormation did not receive a response from your Custom Resource. Please check"
            f" your logs for requestId [{event['RequestId']}]."
        )
        raise ResourceFailed(text)
    if said.get("Status") != "SUCCESS":
        reason = said.get("Reason")
        text = (
            f"Received response status [FAILED] from custom resource. Message returned: {reason}"
        )
        raise ResourceFailed(text)
    return Made(said.get("PhysicalResourceId") or physical_id or "", said.get("Data") or {})


PROVIDERS = (
    Provider(
        "AWS::Lambda::Function",
        words("FunctionName Code Architectures PackageType Tags ReservedConcurrentExecutions")
        | frozenset(_SETTINGS),
        _create,
        _delete,
        _update,
        _read,
        _find,
    ),
    Provider(
        "AWS::Lambda::Permission",
        words(
            "FunctionName Action Principal SourceArn SourceAccount EventSourceToken"
            " PrincipalOrgID FunctionUrlAuthType"
        ),
        _create_permission,
        _delete_permission,
        read=_read_permission,
    ),
    Provider(
        "AWS::Lambda::EventSourceMapping",
        words("EventSourceArn StartingPosition Tags") | frozenset(_MAPPING),
        _create_mapping,
        _delete_mapping,
        _update_mapping,
        _read_mapping,
    ),
    Provider(
        "AWS::Lambda::EventInvokeConfig",
        words("FunctionName") | frozenset(_INVOKE),
        _put_invoke_config,
        _delete_invoke_config,
        _update_invoke_config,
    ),
    Provider(
        "AWS::CloudFormation::CustomResource",
        frozenset(),
        _create_custom,
        _delete_custom,
        _update_custom,
    ),
)
