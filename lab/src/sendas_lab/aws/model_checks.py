"""A request against the service's own model, before the service looks at it.

botocore's models carry what AWS's front ends check: required members, enums, lengths,
ranges and patterns.  The wording is the one that AWS's Coral services share.
"""

import re

from collections.abc import Iterator, Mapping
from typing import Any

from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.service import Call


Given = Mapping[str, Any]
_CODES = {
    "ses": "ValidationError",
    "sesv2": "BadRequestException",
    "cloudformation": "ValidationError",
}
_NOT_ASKED = frozenset(
    {
        # SES v1 words these itself, or looks at them only after other things (recorded).
        ("ses", "NotificationType"),
        ("ses", "EventType"),
        # The model's own patterns are no more than a length.
        ("cloudformation", "StackName"),
        ("cloudformation", "StackNameOrId"),
        ("cloudformation", "ChangeSetName"),
        ("cloudformation", "ChangeSetNameOrId"),
    }
)
"""Shapes that the service itself judges, by service."""


def check(call: Call) -> None:
    """Refuse what the model does not allow.

    Raises:
        AwsError: With everything that is wrong.
    """
    code = _CODES.get(call.service)
    shape = call.model.input_shape
    if code is None or shape is None:
        return
    found = list(_wrong(call.service, shape, call.parameters, ""))
    if found:
        many = "validation error" if len(found) == 1 else "validation errors"
        text = f"{len(found)} {many} detected: {'; '.join(found)}"
        raise AwsError(code, text, 400)


def _wrong(service: str, shape: Any, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  botocore's shapes, any value
    if (service, shape.name) in _NOT_ASKED:
        return
    if shape.type_name == "structure" and isinstance(value, Mapping):
        yield from _members(service, shape, value, path)
    elif shape.type_name == "list" and isinstance(value, list):
        yield from _length(shape, value, path)
        for number, item in enumerate(value, 1):
            yield from _wrong(service, shape.member, item, f"{path}.{number}.member")
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _text(shape, value, path)
    elif shape.type_name in {"integer", "long"} and isinstance(value, int):
        yield from _range(shape, value, path)


def _members(service: str, shape: Any, value: Given, path: str) -> Iterator[str]:  # noqa: ANN401  the same
    for name in shape.required_members:
        if value.get(name) is None:
            yield _said(None, _joined(path, name), "Member must not be null")
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _wrong(service, member, value[name], _joined(path, name))


def _text(shape: Any, value: str, path: str) -> Iterator[str]:  # noqa: ANN401  the same
    if shape.enum and value not in shape.enum:
        yield _said(value, path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
        return
    yield from _length(shape, value, path)
    pattern = shape.metadata.get("pattern")
    if pattern and not _fits(pattern, value):
        yield _said(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _fits(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:  # Java's, that Python has not
        return True


def _length(shape: Any, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  the same
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        yield _said(value, path, f"Member must have length greater than or equal to {least}")
    if most is not None and len(value) > most:
        yield _said(value, path, f"Member must have length less than or equal to {most}")


def _range(shape: Any, value: int, path: str) -> Iterator[str]:  # noqa: ANN401  the same
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        yield _said(value, path, f"Member must have value greater than or equal to {least}")
    if most is not None and value > most:
        yield _said(value, path, f"Member must have value less than or equal to {most}")


def _joined(path: str, name: str) -> str:
    small = name[:1].lower() + name[1:]
    return f"{path}.{small}" if path else small


def _said(value: Any, path: str, constraint: str) -> str:  # noqa: ANN401  the same
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"
