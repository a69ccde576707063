"""SES API v2: tags of identities and configuration sets.

Source: API reference, TagResource, UntagResource, ListTagsForResource; the limits of a
tag, "Tag": 128 characters of key, 256 of value, no key that begins with ``aws:``, and
50 tags for one resource.  The words of refusals are inferred.
"""

from collections.abc import Mapping

from sendas_lab.aws.calls import Context, Handler, Parameters
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.ses.region_state import Shape


_MOST, _KEY, _VALUE = 50, 128, 256


def _tags(context: Context, arn: str) -> list[Shape]:
    """The tags of what *arn* names, to be changed in place."""
    service, _, name = arn.rpartition(":")
    kind, _, name = name.partition("/")
    if service != context.arn("x", "").rpartition(":")[0]:
        text = f"Invalid resource ARN: {arn}"
        raise AwsError(Code.BAD_REQUEST_EXCEPTION, text, 400)
    state = context.state
    if kind == "identity" and name.lower() in state.identities:
        return state.identities[name.lower()].tags
    if kind == "configuration-set" and name in state.configuration_sets:
        return state.configuration_sets[name].tags
    raise AwsError(Code.NOT_FOUND_EXCEPTION, f"Resource {arn} does not exist.", 404)


def _tag(context: Context, given: Parameters) -> Shape:
    tags = _tags(context, given["ResourceArn"])
    new = {tag["Key"]: tag["Value"] for tag in given["Tags"]}
    kept = [tag for tag in tags if tag["Key"] not in new]
    after = [*kept, *({"Key": key, "Value": value} for key, value in new.items())]
    for key, value in new.items():
        if not key or len(key) > _KEY or len(value) > _VALUE or key.lower().startswith("aws:"):
            raise AwsError(Code.BAD_REQUEST_EXCEPTION, f"Invalid tag: {key}", 400)
    if len(after) > _MOST:
        text = f"A resource can have at most {_MOST} tags."
        raise AwsError(Code.BAD_REQUEST_EXCEPTION, text, 400)
    tags[:] = after
    return {}


def _untag(context: Context, given: Parameters) -> Shape:
    tags = _tags(context, given["ResourceArn"])
    tags[:] = [tag for tag in tags if tag["Key"] not in given["TagKeys"]]
    return {}


def _list(context: Context, given: Parameters) -> Shape:
    return {"Tags": [dict(tag) for tag in _tags(context, given["ResourceArn"])]}


HANDLERS: Mapping[str, Handler] = {
    "TagResource": _tag,
    "UntagResource": _untag,
    "ListTagsForResource": _list,
}
