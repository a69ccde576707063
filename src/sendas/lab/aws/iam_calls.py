"""The calls of IAM that moto lacks or answers in part."""

from collections.abc import Mapping
from datetime import UTC

from sendas.lab.aws.calls import Context, Handler, Parameters
from sendas.lab.aws.errors import AwsError
from sendas.lab.aws.service import backends_of
from sendas.lab.ses.state import Shape


def _get_access_key_last_used(context: Context, given: Parameters) -> Mapping[str, object]:
    """With UserName, which moto leaves out; "N/A" where the key was never used (API reference)."""
    wanted = given.get("AccessKeyId", "")
    backend = backends_of("iam")[context.ses.account_id]["aws"]
    for user in list(backend.users.values()):
        for key in user.access_keys:
            if key.access_key_id == wanted:
                return {"UserName": user.name, "AccessKeyLastUsed": _last_used(key.last_used)}
    # API reference: for a key of nobody's the answer is an access error.
    message = f"The Access Key with id {wanted} cannot be found."
    code = "NoSuchEntity"
    raise AwsError(code, message, 404)


def _last_used(used: object) -> Shape:
    if used is None:
        return {"ServiceName": "N/A", "Region": "N/A"}
    return {
        "LastUsedDate": used.timestamp.replace(tzinfo=UTC),  # type: ignore[attr-defined]  # moto's AccessKeyLastUsed
        "ServiceName": used.service,  # type: ignore[attr-defined]  # the same
        "Region": used.region,  # type: ignore[attr-defined]  # the same
    }


HANDLERS: Mapping[str, Handler] = {"GetAccessKeyLastUsed": _get_access_key_last_used}
