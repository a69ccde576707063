"""The calls of IAM that moto lacks or answers in part."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from sendas_lab.aws.calls import Context, Handler, Parameters
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.aws.iam_simulation import simulate_custom, simulate_principal
from sendas_lab.aws.service import backends_of, on_behalf_of
from sendas_lab.ses.region_state import Shape


def _get_access_key_last_used(context: Context, given: Parameters) -> Mapping[str, object]:
    """With UserName, which moto leaves out; "N/A" where the key was never used (API reference)."""
    wanted = given.get("AccessKeyId", "")
    for user in list(_backend(context).users.values()):
        for key in user.access_keys:
            if key.access_key_id == wanted:
                return {"UserName": user.name, "AccessKeyLastUsed": _last_used(key.last_used)}
    # API reference: for a key of nobody's the answer is an access error.
    message = f"The Access Key with id {wanted} cannot be found."
    raise AwsError(Code.NO_SUCH_ENTITY, message, 404)


def _last_used(used: object) -> Shape:
    if used is None:
        return {"ServiceName": "N/A", "Region": "N/A"}
    return {
        "LastUsedDate": used.timestamp.replace(tzinfo=UTC),  # type: ignore[attr-defined]  # moto's AccessKeyLastUsed
        "ServiceName": used.service,  # type: ignore[attr-defined]  # the same
        "Region": used.region,  # type: ignore[attr-defined]  # the same
    }


def is_ours(operation: str, given: Parameters) -> bool:
    """Whether moto lacks the call; it makes users, but without a boundary."""
    if operation == "CreateUser":
        return "PermissionsBoundary" in given
    return operation in HANDLERS


def _create_user(context: Context, given: Parameters) -> Shape:
    """With the permissions boundary that moto forgets."""
    name = given["UserName"]
    backend = _backend(context)
    if name in backend.users:
        text = f"User with name {name} already exists."
        raise AwsError(Code.ENTITY_ALREADY_EXISTS, text, 409)
    with on_behalf_of(context.ses.account_id, context.ses.clock.now):
        user = backend.create_user(context.region, name, given.get("Path"), given.get("Tags"))
    _bind(context, user, given["PermissionsBoundary"])
    return {
        "User": {
            "Path": user.path,
            "UserName": user.name,
            "UserId": user.id,
            "Arn": user.arn,
            "CreateDate": user.create_date.replace(tzinfo=UTC),
            "PermissionsBoundary": user.permissions_boundary,
        }
    }


def _put_boundary(context: Context, given: Parameters) -> Shape:
    _bind(context, _user(context, given["UserName"]), given["PermissionsBoundary"])
    return {}


def _delete_boundary(context: Context, given: Parameters) -> Shape:
    _user(context, given["UserName"]).permissions_boundary = None
    return {}


def _backend(context: Context) -> Any:  # noqa: ANN401  moto's IAMBackend
    return backends_of("iam")[context.ses.account_id]["aws"]


def _user(context: Context, name: str) -> Any:  # noqa: ANN401  moto's User
    found = _backend(context).users.get(name)
    if found is None:
        text = f"The user with name {name} cannot be found."
        raise AwsError(Code.NO_SUCH_ENTITY, text, 404)
    return found


def _bind(context: Context, user: Any, arn: str) -> None:  # noqa: ANN401  the same
    if arn not in _backend(context).managed_policies:
        text = f"Scope ARN: {arn} does not exist or is not attachable."
        raise AwsError(Code.NO_SUCH_ENTITY, text, 404)
    # moto's serializer shows the attribute as soon as it is there.
    user.permissions_boundary = {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": arn,
    }


HANDLERS: Mapping[str, Handler] = {
    "CreateUser": _create_user,
    "GetAccessKeyLastUsed": _get_access_key_last_used,
    "PutUserPermissionsBoundary": _put_boundary,
    "DeleteUserPermissionsBoundary": _delete_boundary,
    "SimulateCustomPolicy": simulate_custom,
    "SimulatePrincipalPolicy": simulate_principal,
}
