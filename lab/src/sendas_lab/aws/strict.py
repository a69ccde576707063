"""Requests that AWS refuses and moto takes: asked before moto is.

Each with its source; the words are AWS's own where they are recorded.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.service import Environ, backends_of


_CONFLICT, _NOT_IMPLEMENTED = "DeleteConflict", "NotImplemented"


def refuse(service: str, operation: str, account_id: str, environ: Environ, given: Any) -> None:  # noqa: ANN401  parameters by the model
    """Raise what AWS answers to a request that moto would take.

    Raises:
        AwsError: AWS refuses it.
    """
    check = _CHECKS.get((service, operation))
    if check is not None:
        check(account_id, environ, given)


def _delete_user(account_id: str, _environ: Environ, given: Mapping[str, Any]) -> None:
    """IAM API, DeleteUser: "you must delete the items attached to the user manually"."""
    backend = backends_of("iam")[account_id]["aws"]
    user = backend.users.get(given.get("UserName"))
    if user is None:
        return
    for held, text in (
        (user.access_keys, "must delete access keys first."),
        (user.policies, "must delete policies first."),
        (user.managed_policies, "must detach all policies first."),
        (backend.get_groups_for_user(user.name), "must remove users from group first."),
    ):
        if held:
            msg = f"Cannot delete entity, {text}"
            raise AwsError(_CONFLICT, msg, 409)


def _put_object(_account_id: str, environ: Environ, _given: object) -> None:
    """S3 API, PutObject: If-None-Match takes ``*`` alone (recorded: 501, FACTS 27)."""
    none_match = environ.get("HTTP_IF_NONE_MATCH")
    if none_match is None:
        return
    if none_match.strip('"') != "*" or environ.get("HTTP_IF_MATCH") is not None:
        msg = "A header you provided implies functionality that is not implemented"
        raise AwsError(_NOT_IMPLEMENTED, msg, 501)


_CHECKS: Mapping[tuple[str, str], Callable[[str, Environ, Any], None]] = {
    ("iam", "DeleteUser"): _delete_user,
    ("s3", "PutObject"): _put_object,
}
