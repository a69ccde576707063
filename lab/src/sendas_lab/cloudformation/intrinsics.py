"""CloudFormation's functions, evaluated.

Source: CloudFormation User Guide, "Intrinsic function reference" and "Pseudo
parameters reference".
"""

import base64
import json

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sendas_lab.cloudformation.template import (
    Template,
    TemplateError,
    Value,
    attribute_of,
    places,
)


class NotYetKnown(Exception):
    """The value hangs on a resource that is still to be made; *logical_id* names it."""

    def __init__(self, logical_id: str, attribute: str | None) -> None:
        super().__init__(logical_id)
        self.logical_id = logical_id
        self.attribute = attribute


class _NoValue:
    """What ``AWS::NoValue`` leaves: nothing."""


_NO_VALUE = _NoValue()
Find = Callable[[str, str | None], Value]
"""From a logical id and an attribute (None: Ref) to its value; raises NotYetKnown."""


@dataclass(slots=True)
class Scope:
    """What names mean in one stack."""

    template: Template
    parameters: Mapping[str, Value]
    pseudo: Mapping[str, Value]
    find: Find
    exports: Mapping[str, str] = field(default_factory=dict)
    _conditions: dict[str, bool] = field(default_factory=dict)

    def condition(self, name: str) -> bool:
        """Whether the named condition holds.

        Raises:
            TemplateError: There is none of that name.
        """
        if name not in self._conditions:
            if name not in self.template.conditions:
                msg = f"Template format error: Unresolved condition {name}"
                raise TemplateError(msg)
            self._conditions[name] = _truth(self.template.conditions[name], self)
        return self._conditions[name]

    def included(self, part: Mapping[str, Value]) -> bool:
        """Whether a resource or an output is there at all."""
        name = part.get("Condition")
        return name is None or self.condition(name)


def evaluate(value: Value, scope: Scope) -> Value:
    """*value* with every function worked out, and what is AWS::NoValue left out.

    Raises:
        NotYetKnown: It hangs on a resource that is still to be made.
        TemplateError: A function is used wrongly.
    """
    found = _value(value, scope)
    return None if found is _NO_VALUE else found


def _value(value: Value, scope: Scope) -> Value:
    if isinstance(value, list):
        worked_out = [_value(item, scope) for item in value]
        return [item for item in worked_out if item is not _NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        if name == "Ref":
            return _ref(argument, scope)
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](argument, scope)
        if name.startswith("Fn::"):
            msg = f"Template format error: Unrecognized or unmodelled function {name}"
            raise TemplateError(msg)
    pairs = {key: _value(item, scope) for key, item in value.items()}
    return {key: item for key, item in pairs.items() if item is not _NO_VALUE}


def _ref(name: str, scope: Scope) -> Value:
    if name == "AWS::NoValue":
        return _NO_VALUE
    if name in scope.pseudo:
        return scope.pseudo[name]
    if name in scope.parameters:
        return scope.parameters[name]
    return scope.find(name, None)


def _get_att(argument: Value, scope: Scope) -> Value:
    logical_id, _, attribute = attribute_of(argument)
    return scope.find(logical_id, attribute)


def _sub(argument: Value, scope: Scope) -> str:
    text, given = (argument, {}) if isinstance(argument, str) else argument
    own = {name: _value(value, scope) for name, value in given.items()}
    for place in dict.fromkeys(places(text)):
        if place in own:
            found = own[place]
        elif "." in place:
            found = _get_att(place, scope)
        else:
            found = _ref(place, scope)
        for written in ("${" + place + "}", "${ " + place + " }"):
            text = text.replace(written, _text(found))
    return str(text).replace("${!", "${")


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return str(value)


def _join(argument: Value, scope: Scope) -> str:
    separator, items = argument
    return str(separator).join(_text(item) for item in _value(items, scope))


def _select(argument: Value, scope: Scope) -> Value:
    index, items = (_value(part, scope) for part in argument)
    try:
        return items[int(index)]
    except (IndexError, ValueError) as error:
        msg = f"Template error: Fn::Select cannot select nonexistent value at index {index}"
        raise TemplateError(msg) from error


def _split(argument: Value, scope: Scope) -> list[str]:
    separator, text = argument
    return str(_value(text, scope)).split(str(separator))


def _if(argument: Value, scope: Scope) -> Value:
    name, yes, no = argument
    return _value(yes if scope.condition(name) else no, scope)


def _find_in_map(argument: Value, scope: Scope) -> Value:
    name, first, second = (_value(part, scope) for part in argument[:3])
    try:
        return scope.template.mappings[name][first][second]
    except KeyError as error:
        msg = f"Template error: Unable to get mapping for {name}::{first}::{second}"
        raise TemplateError(msg) from error


def _import_value(argument: Value, scope: Scope) -> str:
    name = str(_value(argument, scope))
    if name not in scope.exports:
        msg = f"No export named {name} found."
        raise TemplateError(msg)
    return scope.exports[name]


def _truth(value: Value, scope: Scope) -> bool:
    """A condition's value."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        msg = "Template format error: Every Condition must be an object with one function."
        raise TemplateError(msg)
    name, argument = next(iter(value.items()))
    match name:
        case "Condition":
            return scope.condition(argument)
        case "Fn::Equals":
            one, other = (_text(_value(part, scope)) for part in argument)
            return one == other
        case "Fn::Not":
            return not _truth(argument[0], scope)
        case "Fn::And":
            return all(_truth(part, scope) for part in argument)
        case "Fn::Or":
            return any(_truth(part, scope) for part in argument)
        case _:
            msg = f"Template format error: {name} is no condition function"
            raise TemplateError(msg)


_FUNCTIONS: Mapping[str, Callable[[Value, Scope], Value]] = {
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::ImportValue": _import_value,
    "Fn::Base64": lambda argument, scope: base64.b64encode(
        str(_value(argument, scope)).encode()
    ).decode(),
    "Fn::ToJsonString": lambda argument, scope: json.dumps(
        _value(argument, scope), separators=(",", ":")
    ),
    "Fn::Length": lambda argument, scope: len(_value(argument, scope)),
    "Fn::GetAZs": lambda argument, scope: [
        f"{_value(argument, scope) or scope.pseudo['AWS::Region']}{zone}" for zone in "abc"
    ],
}
