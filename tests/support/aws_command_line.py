"""Carry out a printed ``aws …`` command line through botocore's own service models.

So the suite runs exactly what the doctor tells an owner to type, without the
aws CLI; `tests/peers` runs the same lines through the real one.  Understands
what the doctor prints: plain values, lists, booleans and JSON.  Anything else
is a mistake in the advice, and raises.
"""

import json
import shlex

from collections.abc import Callable
from typing import Any

import boto3

from botocore import xform_name
from botocore.model import Shape


class BadCommandLine(AssertionError):
    """The aws CLI would refuse this line."""


def run(line: str, session: boto3.Session, endpoint_url: str) -> dict[str, Any]:
    """Do what *line* says against *endpoint_url*; the service's answer."""
    program, service, command, *words = shlex.split(line)
    if program != "aws":
        msg = f"not an aws command: {line}"
        raise BadCommandLine(msg)
    options = _options(words, line)
    region = options.pop("region", [session.region_name])[0]
    client = session.client(
        _SERVICES.get(service, service), region_name=region, endpoint_url=endpoint_url
    )
    method = command.replace("-", "_")
    operation = next(
        (name for name in client.meta.service_model.operation_names if xform_name(name) == method),
        None,
    )
    if operation is None:
        msg = f"aws {service} has no {command}: {line}"
        raise BadCommandLine(msg)
    shape = client.meta.service_model.operation_model(operation).input_shape
    answer: dict[str, Any] = getattr(client, method)(**_parameters(options, shape, line))
    return answer


_SERVICES = {"s3api": "s3"}
"""Where the CLI's name for a service is not the API's."""

_OPTIONS = {"notification-endpoint": "endpoint"}
"""Where the CLI's name for an option is not the API's: `aws sns subscribe`, for --endpoint-url."""


def _options(words: list[str], line: str) -> dict[str, list[str]]:
    options: dict[str, list[str]] = {}
    values: list[str] | None = None
    for word in words:
        if word.startswith("--"):
            values = options.setdefault(word.removeprefix("--"), [])
        elif values is None:
            msg = f"{word!r} belongs to no option: {line}"
            raise BadCommandLine(msg)
        else:
            values.append(word)
    return options


def _parameters(options: dict[str, list[str]], shape: Shape | None, line: str) -> dict[str, Any]:
    members = shape.members if shape is not None else {}  # type: ignore[attr-defined]  a StructureShape
    by_option = {xform_name(name, "-"): name for name in members}
    parameters = {}
    for option, values in options.items():
        name = by_option.get(_OPTIONS.get(option, option))
        if name is not None:
            parameters[name] = _value(values, members[name], line)
        elif (name := by_option.get(option.removeprefix("no-"))) and not values:
            parameters[name] = False
        else:
            msg = f"--{option} is no option here: {line}"
            raise BadCommandLine(msg)
    return parameters


_READ: dict[str, Callable[[str], Any]] = {
    "boolean": lambda text: {"": True, "true": True, "false": False}[text],
    "integer": int,
    "long": int,
    "double": float,
    "float": float,
    "structure": json.loads,
    "map": json.loads,
    "blob": str.encode,
}


def _value(values: list[str], shape: Shape, line: str) -> Any:  # noqa: ANN401  whatever the API takes
    text = " ".join(values)
    if shape.type_name == "list":
        return json.loads(text) if text.startswith("[") else values
    if shape.type_name in _READ:
        return _READ[shape.type_name](text)
    if len(values) != 1:
        msg = f"{text!r} needs quotes: {line}"
        raise BadCommandLine(msg)
    return text
