"""What a call asks of IAM: actions on resources, in a context.

Source: Service Authorization Reference, "Actions, resources, and condition
keys" of each service; Lambda and EventBridge guides for whom a role is passed to.
SES's and CloudFormation's resources are told apart where those services are.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sendas.iam.actions import iam_action
from sendas_lab.aws.service import backends_of


Given: TypeAlias = Mapping[str, Any]
ANYTHING = "*"


@dataclass(frozen=True, slots=True)
class Place:
    """Whose account, and which Region the call went to."""

    account_id: str
    region: str

    def arn(self, service: str, rest: str) -> str:
        """Of something in the Region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{rest}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One decision that IAM has to take."""

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def asked(service: str, operation: str, given: Given, place: Place) -> Iterator[Asked]:
    """Every decision that the call needs; all must allow."""
    action = iam_action(service, operation)
    context = _context(service, operation, given, place)
    resources = _RESOURCES.get(service, _anything)(operation, given, place)
    for resource in resources or [ANYTHING]:
        yield Asked(action, resource, context)
    # Secrets Manager guide, "Retrieve a group of secrets": and GetSecretValue on each of them.
    for name in given.get("SecretIdList") or () if operation == "BatchGetSecretValue" else ():
        for resource in _secrets("GetSecretValue", {"SecretId": name}, place):
            yield Asked("secretsmanager:GetSecretValue", resource, context)
    # Service Authorization Reference, Systems Manager: tags of what is made are a call more.
    if operation == "PutParameter" and given.get("Tags"):
        for resource in resources:
            yield Asked("ssm:AddTagsToResource", resource, context)
    for resource in _versions(given) if service == "s3" else ():
        yield Asked("s3:DeleteObjectVersion", resource, context)
    role = _passed_role(service, operation, given)
    if role:
        passed_to = ("lambda" if service == "lambda" else "events") + ".amazonaws.com"
        yield Asked("iam:PassRole", role, {"iam:PassedToService": (passed_to,)})


def _passed_role(service: str, operation: str, given: Given) -> str | None:
    if service == "lambda" and operation in {"CreateFunction", "UpdateFunctionConfiguration"}:
        return given.get("Role")
    if service == "events" and operation == "PutRule":
        return given.get("RoleArn")
    return None


# What a call is about ------------------------------------------------------------------


def _anything(operation: str, given: Given, place: Place) -> list[str]:
    del operation, given, place
    return [ANYTHING]


def _s3(operation: str, given: Given, place: Place) -> list[str]:
    del operation, place
    if not given.get("Bucket"):
        return [ANYTHING]
    bucket = f"arn:aws:s3:::{given['Bucket']}"
    keys = [given["Key"]] if given.get("Key") else []
    keys += [one["Key"] for one in (given.get("Delete") or {}).get("Objects", ())]
    return [f"{bucket}/{key}" for key in keys] or [bucket]


def _versions(given: Given) -> list[str]:
    """What is deleted for good: it needs a right more (S3 API, DeleteObjects, "Permissions")."""
    objects = (given.get("Delete") or {}).get("Objects", ())
    bucket = f"arn:aws:s3:::{given.get('Bucket')}"
    return [f"{bucket}/{one['Key']}" for one in objects if one.get("VersionId")]


_IAM_BACKENDS = {"UserName": "users", "GroupName": "groups"}


def _iam(operation: str, given: Given, place: Place) -> list[str]:
    if operation in {"ListUsers", "ListRoles", "ListGroups"}:
        return [ANYTHING]
    if operation in {"AddUserToGroup", "RemoveUserFromGroup"}:
        return [_named(place, "GroupName", given["GroupName"])]
    for key in ("UserName", "RoleName", "GroupName"):
        if given.get(key):
            return [_named(place, key, given[key])]
    if given.get("PolicyArn"):
        return [given["PolicyArn"]]
    if given.get("PolicyName"):
        path = given.get("Path") or "/"
        return [f"arn:aws:iam::{place.account_id}:policy{path}{given['PolicyName']}"]
    return [ANYTHING]


def _named(place: Place, key: str, name: str) -> str:
    """The ARN of a user, role or group, with the path it has if it is there."""
    held = _holder(place, key, name)
    kind = key.removesuffix("Name").lower()
    return held.arn if held else f"arn:aws:iam::{place.account_id}:{kind}/{name}"


def _holder(place: Place, key: str, name: str) -> Any:  # noqa: ANN401  moto's User, Role or Group
    backend = backends_of("iam")[place.account_id]["aws"]
    if key == "RoleName":
        return next((role for role in backend.roles.values() if role.name == name), None)
    return getattr(backend, _IAM_BACKENDS[key]).get(name)


_NO_TOPIC = frozenset({"GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"})


def _sns(operation: str, given: Given, place: Place) -> list[str]:
    if operation in _NO_TOPIC or (operation.startswith("List") and "TopicArn" not in given):
        return [given["ResourceArn"]] if "ResourceArn" in given else [ANYTHING]
    if operation == "CreateTopic":
        return [place.arn("sns", given.get("Name", ""))]
    return [given.get("TopicArn") or given.get("ResourceArn") or ANYTHING]


def _sqs(operation: str, given: Given, place: Place) -> list[str]:
    del operation
    name = given.get("QueueName") or str(given.get("QueueUrl", "")).rpartition("/")[2]
    return [place.arn("sqs", name)] if name else [ANYTHING]


_NO_MAPPING = frozenset({"CreateEventSourceMapping", "ListEventSourceMappings", "ListFunctions"})


def _lambda(operation: str, given: Given, place: Place) -> list[str]:
    if operation in _NO_MAPPING:
        return [ANYTHING]
    if given.get("UUID"):
        return [place.arn("lambda", f"event-source-mapping:{given['UUID']}")]
    if given.get("Resource"):
        return [given["Resource"]]
    name = str(given.get("FunctionName") or "")
    name = name.partition(":function:")[2] or name
    return [place.arn("lambda", f"function:{name.partition(':')[0]}")] if name else [ANYTHING]


def _events(operation: str, given: Given, place: Place) -> list[str]:
    if operation.startswith("List") and operation.endswith("Rules"):
        return [ANYTHING]
    name = given.get("Rule") or given.get("Name")
    return [place.arn("events", f"rule/{name}")] if name else [given.get("ResourceARN", ANYTHING)]


def _cloudwatch(operation: str, given: Given, place: Place) -> list[str]:
    names = given.get("AlarmNames") or [one for one in [given.get("AlarmName")] if one]
    if names:
        return [place.arn("cloudwatch", f"alarm:{name}") for name in names]
    if operation == "DescribeAlarms":
        return [place.arn("cloudwatch", f"alarm:{given.get('AlarmNamePrefix') or ''}*")]
    return [given.get("ResourceARN", ANYTHING)]


_NO_LOG_GROUP = frozenset({"DescribeLogGroups", "DescribeResourcePolicies"})


def _logs(operation: str, given: Given, place: Place) -> list[str]:
    if operation in _NO_LOG_GROUP or operation.startswith("DescribeIndex"):
        return [ANYTHING]
    group = given.get("logGroupName") or given.get("logGroupIdentifier")
    if not group:
        return [given.get("resourceArn", ANYTHING)]
    stream = f"log-stream:{given['logStreamName']}" if given.get("logStreamName") else "*"
    tail = stream if operation in {"CreateLogStream", "PutLogEvents"} else ""
    return [place.arn("logs", f"log-group:{group}" + (f":{tail}" if tail else ""))]


def _route53(operation: str, given: Given, place: Place) -> list[str]:
    del place
    plain = str(given.get("HostedZoneId") or given.get("Id") or "").rpartition("/")[2]
    if not plain or (operation.startswith(("List", "Create")) and "HostedZoneId" not in given):
        return [ANYTHING]
    kind = "change" if operation == "GetChange" else "hostedzone"
    return [f"arn:aws:route53:::{kind}/{plain}"]


def _secrets(operation: str, given: Given, place: Place) -> list[str]:
    if operation in {"ListSecrets", "BatchGetSecretValue"}:
        return [ANYTHING]
    name = str(given.get("SecretId") or given.get("Name") or "")
    if name.startswith("arn:"):
        return [name]
    held = backends_of("secretsmanager")[place.account_id][place.region].secrets
    for secret in list(held.values()):
        if secret.name == name:
            return [str(secret.arn)]
    # The guide: six characters follow the name, which nobody knows before it is made.
    return [place.arn("secretsmanager", f"secret:{name}-AbCdEf")]


_NO_PARAMETER = frozenset({"DescribeParameters"})


def _ssm(operation: str, given: Given, place: Place) -> list[str]:
    """Systems Manager guide, "Restricting access to Parameter Store parameters".

    A label or a number after the name is no part of the resource; the slash before a name
    stands once.
    """
    if operation in _NO_PARAMETER:
        return [ANYTHING]
    name = given.get("Name") or given.get("Path") or given.get("ResourceId")
    names = [str(name)] if name else [str(one) for one in given.get("Names") or ()]
    plain = (one.partition(":")[0].removeprefix("/") for one in names)
    return [place.arn("ssm", f"parameter/{one}") for one in plain]


def _sts(operation: str, given: Given, place: Place) -> list[str]:
    del operation, place
    return [given.get("RoleArn", ANYTHING)]


_RESOURCES: Mapping[str, Callable[[str, Given, Place], list[str]]] = {
    "s3": _s3,
    "iam": _iam,
    "sns": _sns,
    "sqs": _sqs,
    "lambda": _lambda,
    "events": _events,
    "cloudwatch": _cloudwatch,
    "logs": _logs,
    "route53": _route53,
    "secretsmanager": _secrets,
    "ssm": _ssm,
    "sts": _sts,
}


# What IAM decides on ----------------------------------------------------------------

_BOUND = frozenset(
    {
        "AttachRolePolicy", "AttachUserPolicy", "DeleteRolePolicy", "DeleteUserPolicy",
        "DetachRolePolicy", "DetachUserPolicy", "PutRolePolicy", "PutUserPolicy",
    }
)  # fmt: skip
"""Calls about a principal that has, or lacks, a permissions boundary already."""


def _context(
    service: str, operation: str, given: Given, place: Place
) -> Mapping[str, tuple[str, ...]]:
    if service == "iam":
        return _iam_context(operation, given, place)
    if service == "route53" and operation == "ChangeResourceRecordSets":
        return _record_context(given)
    if service in {"secretsmanager", "ssm"} and given.get("Tags"):
        # Service Authorization Reference of both: aws:TagKeys of what is tagged.
        return {"aws:TagKeys": tuple(str(one["Key"]) for one in given["Tags"])}
    if service == "cloudwatch" and given.get("Namespace"):
        # CloudWatch guide, "Using condition keys to limit access to CloudWatch namespaces".
        return {"cloudwatch:namespace": (str(given["Namespace"]),)}
    return {}


def _iam_context(operation: str, given: Given, place: Place) -> Mapping[str, tuple[str, ...]]:
    boundary = given.get("PermissionsBoundary")
    if operation in _BOUND:
        key = "RoleName" if "Role" in operation else "UserName"
        held = _holder(place, key, str(given.get(key)))
        bound = getattr(held, "permissions_boundary", None) if held else None
        boundary = bound["PermissionsBoundaryArn"] if isinstance(bound, Mapping) else bound
    found: dict[str, tuple[str, ...]] = {}
    if boundary:
        found["iam:PermissionsBoundary"] = (str(boundary),)
    if operation.startswith(("Attach", "Detach")) and given.get("PolicyArn"):
        found["iam:PolicyARN"] = (given["PolicyArn"],)
    return found


def _record_context(given: Given) -> Mapping[str, tuple[str, ...]]:
    """Route 53 guide, "Using IAM policy conditions": names without the last dot, in lower case."""
    changes = [
        change
        for change in (given.get("ChangeBatch") or {}).get("Changes", ())
        if change.get("ResourceRecordSet")
    ]
    sets = [change["ResourceRecordSet"] for change in changes]
    names = tuple(dict.fromkeys(str(one["Name"]).rstrip(".").lower() for one in sets))
    key = "route53:ChangeResourceRecordSets"
    return {
        f"{key}NormalizedRecordNames": names,
        f"{key}RecordTypes": tuple(dict.fromkeys(str(one["Type"]) for one in sets)),
        f"{key}Actions": tuple(dict.fromkeys(str(change["Action"]) for change in changes)),
    }
