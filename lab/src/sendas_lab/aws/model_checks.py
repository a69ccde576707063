"""A request against the service's own model, before the service looks at it.

botocore's models carry what AWS's front ends check: required members, enums, lengths,
ranges and patterns.  The wording is the one that AWS's Coral services share; where a
service words something itself, that is said here (recorded, docs/lab-recorded.md).
"""

import re

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.java_order import enum_in_order
from sendas_lab.aws.service import Call


Given = Mapping[str, Any]
_CODES = {
    "ses": "ValidationError",
    "sesv2": "BadRequestException",
    "cloudformation": "ValidationError",
    "cloudwatch": "ValidationError",
    "events": "ValidationException",
    "iam": "ValidationError",
    "lambda": "ValidationException",
    "logs": "InvalidParameterException",
    "scheduler": "ValidationException",
    "sns": "ValidationError",
    "secretsmanager": "ValidationException",
    "ssm": "ValidationException",
    "sts": "ValidationError",
}
"""Services whose front end checks the model, with the code that it answers."""
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
        # IAM looks whether it is an ARN at all: see `_arn_of_iam`.
        ("iam", "arnType"),
        # Lambda answers with another code, and by the runtimes of today: `strict`.
        ("lambda", "Runtime"),
        # Words of their own, in the services.
        ("scheduler", "ScheduleExpression"),
        ("secretsmanager", "NameType"),
        ("ssm", "PSParameterName"),
        ("sts", "arnType"),
    }
)
"""Shapes that the service itself judges, by service."""
_LONG = 20
"""An ARN's least length, by IAM's model."""


def check(call: Call) -> None:
    """Refuse what the model does not allow.

    Raises:
        AwsError: With everything that is wrong.
    """
    code = _CODES.get(call.service)
    shape = call.model.input_shape
    if code is None or shape is None:
        return
    own = _OWN_WORDS.get(call.service)
    if own is not None:
        for text in own(shape, call.parameters):
            raise AwsError(code, text, 400)
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
        yield from _items(service, shape, value, path)
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _text(service, shape, value, path)
    elif shape.type_name in {"integer", "long"} and isinstance(value, int):
        yield from _range(shape, value, path)


def _members(service: str, shape: Any, value: Given, path: str) -> Iterator[str]:  # noqa: ANN401  the same
    for name in shape.required_members:
        if value.get(name) is None:
            yield _said(None, _joined(path, name), "Member must not be null")
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _wrong(service, member, value[name], _joined(path, name))


def _items(service: str, shape: Any, value: list[Any], path: str) -> Iterator[str]:  # noqa: ANN401  the same
    yield from _length(shape, value, path)
    if service == "lambda" and shape.member.type_name == "string":
        # Lambda's lists are judged as one value, by all that an item must be.
        wrong = any(list(_text(service, shape.member, str(one), path)) for one in value)
        if wrong:
            told = ", ".join(_constraints(shape.member))
            shown = f"[{', '.join(map(str, value))}]"
            yield _said(shown, path, f"Member must satisfy constraint: [{told}]")
        return
    for number, item in enumerate(value, 1):
        yield from _wrong(service, shape.member, item, f"{path}.{number}.member")


def _constraints(shape: Any) -> Iterator[str]:  # noqa: ANN401  botocore's shape
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if most is not None:
        yield f"Member must have length less than or equal to {most}"
    if least is not None:
        yield f"Member must have length greater than or equal to {least}"
    if shape.metadata.get("pattern"):
        yield f"Member must satisfy regular expression pattern: {shape.metadata['pattern']}"
    if shape.enum:
        yield f"Member must satisfy enum value set: [{', '.join(enum_in_order(shape.enum))}]"
        yield "Member must not be null"


def _text(service: str, shape: Any, value: str, path: str) -> Iterator[str]:  # noqa: ANN401  the same
    if shape.enum and value not in shape.enum:
        if service == "iam":  # it keeps the values to itself
            yield (
                f"Value at '{path}' failed to satisfy constraint:"
                " Member must satisfy enum value set"
            )
            return
        told = ", ".join(enum_in_order(shape.enum))
        yield _said(value, path, f"Member must satisfy enum value set: [{told}]")
        return
    yield from _length(shape, value, path)
    pattern = shape.metadata.get("pattern")
    if pattern and not _fits(pattern, value):
        yield _said(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _fits(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value, re.ASCII) is not None  # as Java has it
    except re.error:  # Java's, that Python has not
        return True


def _length(shape: Any, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  the same
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    shown = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else value
    if least is not None and len(value) < least:
        yield _said(shown, path, f"Member must have length greater than or equal to {least}")
    if most is not None and len(value) > most:
        yield _said(shown, path, f"Member must have length less than or equal to {most}")


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


# Words of their own ----------------------------------------------------------


def _of_iam(shape: Any, given: Given) -> Iterator[str]:  # noqa: ANN401  botocore's shape
    """IAM names the characters of names, and says of an ARN only that it is none.

    The first: public transcripts of IAM; the second is recorded (test_iam).
    """
    for name, member in shape.members.items():
        value = given.get(name)
        if not isinstance(value, str):
            continue
        if member.name == "arnType" and value.count(":") < 5:  # noqa: PLR2004  an ARN's colons
            if len(value) < _LONG:
                least = f"Member must have length greater than or equal to {_LONG}"
                yield f"1 validation error detected: {_said(value, _joined('', name), least)}"
            else:
                yield "Invalid ARN:  Could not be parsed!"
        elif member.metadata.get("pattern") == r"[\w+=,.@-]+" and not re.fullmatch(
            r"[\w+=,.@-]+", value, re.ASCII
        ):
            yield (
                f"The specified value for {_joined('', name)} is invalid. It must contain only"
                " alphanumeric characters and/or the following: +=,.@_-"
            )


def _of_sts(shape: Any, given: Given) -> Iterator[str]:  # noqa: ANN401  the same
    """STS repeats what is no ARN (recorded, test_sts)."""
    for name, member in shape.members.items():
        value = given.get(name)
        if member.name != "arnType" or not isinstance(value, str):
            continue
        parts = value.split(":", 5)
        if len(parts) <= 5 or not all((parts[0] == "arn", parts[1], parts[2], parts[5])):  # noqa: PLR2004  the same
            yield f"{value} is invalid"


_OWN_WORDS: Mapping[str, Callable[[Any, Given], Iterator[str]]] = {"iam": _of_iam, "sts": _of_sts}
