"""Event filtering of event source mappings: which messages a function is given.  Pure.

Source: Lambda guide, "Control which events Lambda sends to your function": any of the
filters lets a message through; what none lets through is deleted.  A pattern for the body
that is JSON wants a body that is JSON, a pattern that is text wants one that is not.
"""

import json
import re

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias


Json: TypeAlias = Any
_SCALARS = (str, int, float, bool, type(None))
_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda one, other: one == other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


class InvalidPattern(ValueError):
    """Lambda would answer "Invalid filter pattern definition."."""


def read_pattern(text: object) -> Mapping[str, Json]:
    """A filter's pattern, checked.

    Raises:
        InvalidPattern: No JSON object of lists.
    """
    try:
        pattern = json.loads(text) if isinstance(text, str) else None
    except ValueError as error:
        raise InvalidPattern(text) from error
    if not isinstance(pattern, dict) or not pattern:
        raise InvalidPattern(text)
    _check(pattern)
    return pattern


def _check(pattern: Json) -> None:
    for key, wanted in pattern.items():
        if key == "$or":
            if not isinstance(wanted, list) or not all(isinstance(o, dict) for o in wanted):
                raise InvalidPattern(pattern)
            for one in wanted:
                _check(one)
        elif isinstance(wanted, dict) and wanted:
            _check(wanted)
        elif not isinstance(wanted, list) or not wanted or not all(map(_is_rule, wanted)):
            raise InvalidPattern(pattern)


def _is_rule(rule: Json) -> bool:
    if isinstance(rule, _SCALARS):
        return True
    return isinstance(rule, dict) and len(rule) == 1 and next(iter(rule)) in _RULES


def lets_through(patterns: Sequence[Mapping[str, Json]], record: Mapping[str, Json]) -> bool:
    """Whether any of the filters wants the message; without filters every one is wanted."""
    return not patterns or any(_wants(one, record) for one in patterns)


def _wants(pattern: Mapping[str, Json], record: Mapping[str, Json]) -> bool:
    known = dict(record)
    if "body" in pattern:
        try:
            known["body"] = json.loads(record["body"])
        except ValueError:
            known["body"] = record["body"]
        # Pattern and body must be of one kind, JSON or text.
        if isinstance(pattern["body"], dict) is not isinstance(known["body"], (dict, list)):
            return False
    return matches(pattern, known)


def matches(pattern: Mapping[str, Json], value: Json) -> bool:
    """Whether every part of the pattern is met."""
    for key, wanted in pattern.items():
        if key == "$or":
            if not any(matches(one, value) for one in wanted):
                return False
            continue
        there = isinstance(value, Mapping) and key in value
        found = value[key] if there else None
        if isinstance(wanted, dict):
            if not matches(wanted, found):
                return False
        elif not any(_meets(rule, found, there=there) for rule in wanted):
            return False
    return True


def _meets(rule: Json, value: Json, *, there: bool) -> bool:
    if isinstance(rule, dict):
        ((name, argument),) = rule.items()
        if name == "exists":
            return bool(argument) is there
        return there and any(_RULES[name](argument, one) for one in _each(value))
    return there and any(_same(rule, one) for one in _each(value))


def _each(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _same(one: Json, other: Json) -> bool:
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def _numeric(argument: Json, value: Json) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    pairs = zip(argument[::2], argument[1::2], strict=False)
    return all(sign in _COMPARED and _COMPARED[sign](value, float(n)) for sign, n in pairs)


def _anything_but(argument: Json, value: Json) -> bool:
    if isinstance(argument, dict):
        ((name, inner),) = argument.items()
        return not any(_RULES[name](one, value) for one in _each(inner))
    return not any(_same(one, value) for one in _each(argument))


def _wildcard(argument: Json, value: Json) -> bool:
    pattern = ".*".join(map(re.escape, str(argument).split("*")))
    return isinstance(value, str) and re.fullmatch(pattern, value, re.DOTALL) is not None


_RULES: Mapping[str, Callable[[Json, Json], bool]] = {
    "anything-but": _anything_but,
    "equals-ignore-case": lambda a, v: isinstance(v, str) and v.lower() == str(a).lower(),
    "exists": lambda a, _v: bool(a),
    "numeric": _numeric,
    "prefix": lambda a, v: isinstance(v, str) and v.startswith(str(a)),
    "suffix": lambda a, v: isinstance(v, str) and v.endswith(str(a)),
    "wildcard": _wildcard,
}
