"""Requests that AWS refuses and moto takes: asked before moto is.

Each with its source; the words are AWS's own where they are recorded.
"""

import functools
import re

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.utils import get_service_model

from sendas_lab.aws import s3_checks, taking
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.aws.functions import runs
from sendas_lab.aws.java_order import hash_map_place
from sendas_lab.aws.service import Environ, backends_of


_CONFLICT = "DeleteConflict"
_INVALID = "InvalidParameterValueException"
_REQUEST, _DENIED = "InvalidRequestException", "AccessDeniedException"


def refuse(service: str, operation: str, account_id: str, environ: Environ, given: Any) -> None:  # noqa: ANN401  parameters by the model
    """Raise what AWS answers to a request that moto would take.

    Raises:
        AwsError: AWS refuses it.
    """
    check = _CHECKS.get((service, operation))
    if check is not None:
        check(account_id, environ, given)


def _delete_user(account_id: str, _environ: Environ, given: Mapping[str, Any]) -> None:
    """IAM API, DeleteUser: "you must delete the items attached to the user manually".

    Policies are not here: moto asks for them itself.
    """
    backend = backends_of("iam")[account_id]["aws"]
    user = backend.users.get(given.get("UserName"))
    if user is None:
        return
    for held, text in (
        (user.access_keys, "must delete access keys first."),
        (backend.get_groups_for_user(user.name), "must remove users from group first."),
    ):
        if held:
            msg = f"Cannot delete entity, {text}"
            raise AwsError(_CONFLICT, msg, 409)


_DAY, _WEEK, _HOUR = 86_400, 604_800, 3_600


def _alarm(_account_id: str, _environ: Environ, given: Mapping[str, Any]) -> None:
    """CloudWatch API, PutMetricAlarm: a week at most, a day where periods are under an hour."""
    period, number = int(given.get("Period") or 0), int(given.get("EvaluationPeriods") or 0)
    most = _DAY if period < _HOUR else _WEEK
    if period * number > most:
        span = "a day" if most == _DAY else "seven days"
        text = (
            f"Metrics cannot be checked across more than {span}"
            f" (EvaluationPeriods * Period must be <= {most})."
        )
        code = "ValidationError"
        raise AwsError(code, text, 400)


def _rotate(account_id: str, _environ: Environ, given: Mapping[str, Any]) -> None:
    """Rotation needs a function that lets Secrets Manager in (recorded, test_secretsmanager)."""
    name = str(given.get("SecretId") or "")
    arn = given.get("RotationLambdaARN")
    if not arn:
        held = [
            backend.secrets[name]
            for backend in backends_of("secretsmanager")[account_id].values()
            if name in backend.secrets
        ]
        arn = next((getattr(one, "rotation_lambda_arn", None) for one in held), "-")
        if not arn:
            text = "No Lambda rotation function ARN is associated with this secret."
            raise AwsError(_REQUEST, text, 400)
    elif not taking.function(str(arn), "secretsmanager.amazonaws.com", name):
        text = (
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function"
            " policy grants access to the principal secretsmanager.amazonaws.com."
        )
        raise AwsError(_DENIED, text, 400)


_OF_A_SECRET = (
    "CreateSecret", "DeleteSecret", "DescribeSecret", "GetSecretValue", "ListSecretVersionIds",
    "PutSecretValue", "TagResource", "UntagResource", "UpdateSecret",
)  # fmt: skip
_SECRET_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]+")


def _secret_name(_account_id: str, _environ: Environ, given: Mapping[str, Any]) -> None:
    """Letters, digits and some signs, or an ARN (recorded, test_secretsmanager)."""
    name = str(given.get("Name") or given.get("SecretId") or "x")
    if not name.startswith("arn:") and not _SECRET_NAME.fullmatch(name):
        text = (
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the"
            " following: -/_+=.@!"
        )
        code = "ValidationException"
        raise AwsError(code, text, 400)


def _function(_account_id: str, _environ: Environ, given: Mapping[str, Any]) -> None:
    """Lambda API, CreateFunction: the runtime is one of a list; the lab runs some of them."""
    runtime = given.get("Runtime")
    if runtime is None or given.get("PackageType") == "Image":
        return
    known = runtimes()
    if runtime not in known:
        text = (
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum"
            f" value set: [{', '.join(known)}] or be a valid ARN"
        )
        raise AwsError(_INVALID, text, 400)
    if not runs(runtime):
        text = f"sendas lab: functions of runtime {runtime} are not run here; see docs/lab-aws.md"
        raise AwsError(Code.NOT_IMPLEMENTED_BY_LAB, text, 400)


@functools.cache
def runtimes() -> tuple[str, ...]:
    """Every runtime that the service model names and a function may still be made with."""
    shape: Any = get_service_model("lambda").shape_for("Runtime")
    known = [one for one in shape.enum if one not in _RETIRED]
    return tuple(sorted(known, key=lambda name: hash_map_place(name, len(known))))


_RETIRED = frozenset(
    {
        "nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x",
        "nodejs12.x", "nodejs14.x", "java8", "python2.7", "python3.6", "python3.7",
        "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "go1.x", "ruby2.5",
        "ruby2.7", "provided",
    }
)  # fmt: skip
"""Lambda guide, "Deprecated runtimes": creation is blocked (recorded, test_lambda_api)."""


_CHECKS: Mapping[tuple[str, str], Callable[[str, Environ, Any], None]] = {
    ("lambda", "CreateFunction"): _function,
    ("lambda", "UpdateFunctionConfiguration"): _function,
    ("cloudwatch", "PutMetricAlarm"): _alarm,
    ("iam", "DeleteUser"): _delete_user,
    **{("secretsmanager", operation): _secret_name for operation in _OF_A_SECRET},
    ("secretsmanager", "RotateSecret"): _rotate,
    ("s3", "PutObject"): s3_checks.put_object,
    ("s3", "CopyObject"): s3_checks.copy_object,
    ("s3", "PutBucketNotificationConfiguration"): s3_checks.notification,
}
