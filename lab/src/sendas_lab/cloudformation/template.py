"""A template: read from JSON or YAML, and asked whether it can be one at all.

Source: CloudFormation User Guide, "Template anatomy"; the words of refusals are
those CloudFormation answers to ValidateTemplate and CreateStack.
"""

import json
import re

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml


Value = Any
"""Any JSON value, with or without functions in it."""

_SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings",
        "Conditions", "Transform", "Resources", "Outputs", "Hooks",
    }
)  # fmt: skip
_RESOURCE_KEYS = frozenset(
    {
        "Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy",
        "Metadata", "CreationPolicy", "UpdatePolicy",
    }
)  # fmt: skip
_POLICIES = frozenset({"Delete", "Retain", "Snapshot", "RetainExceptOnCreate"})
_LOGICAL_ID = re.compile(r"[A-Za-z0-9]{1,255}")
MAX_BODY_BYTES = 51_200
"""FACTS 6: a template body in the request; by S3 1 MB."""
MAX_RESOURCES = 500


class TemplateError(Exception):
    """CloudFormation would answer ValidationError, with this text."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template as written; *text* is what GetTemplate gives back."""

    text: str
    body: Mapping[str, Value]

    @property
    def description(self) -> str | None:
        """What the template says of itself."""
        return self.body.get("Description")

    @property
    def resources(self) -> Mapping[str, Mapping[str, Value]]:
        """By logical id."""
        return self._section("Resources")

    @property
    def parameters(self) -> Mapping[str, Mapping[str, Value]]:
        """Declared parameters by name."""
        return self._section("Parameters")

    @property
    def conditions(self) -> Mapping[str, Value]:
        """By name."""
        return self._section("Conditions")

    @property
    def mappings(self) -> Mapping[str, Value]:
        """By name."""
        return self._section("Mappings")

    @property
    def outputs(self) -> Mapping[str, Mapping[str, Value]]:
        """By name."""
        return self._section("Outputs")

    def _section(self, name: str) -> Mapping[str, Value]:
        found: Mapping[str, Value] = self.body.get(name) or {}
        return found


def read_template(text: str) -> Template:
    """Read and check the form.

    Raises:
        TemplateError: It is no template.
    """
    body = _load(text)
    if not isinstance(body, dict):
        msg = "Template format error: unsupported structure."
        raise TemplateError(msg)
    _check_sections(body)
    template = Template(text, body)
    for name, resource in template.resources.items():
        _check_resource(name, resource)
    return template


def _load(text: str) -> Value:
    try:
        if text.lstrip().startswith("{"):
            return json.loads(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506  a SafeLoader with CloudFormation's tags
    except (ValueError, yaml.YAMLError) as error:
        kind = "JSON" if text.lstrip().startswith("{") else "YAML"
        place = getattr(error, "problem_mark", None)
        where = f" (line {place.line + 1}, column {place.column + 1})" if place else ""
        if isinstance(error, json.JSONDecodeError):
            where = f" (line {error.lineno}, column {error.colno + 1})"  # after what it read
        msg = f"Template format error: {kind} not well-formed.{where}"
        raise TemplateError(msg) from error


def _check_sections(body: Mapping[str, Value]) -> None:
    unknown = sorted(set(body) - _SECTIONS)
    if unknown:
        msg = f"Invalid template property or properties [{', '.join(unknown)}]"
        raise TemplateError(msg)
    if body.get("Transform"):
        msg = "sendas lab: transforms (macros, SAM) are not modelled"
        raise TemplateError(msg)
    resources = body.get("Resources")
    if not isinstance(resources, dict) or not resources:
        msg = "Template format error: At least one Resources member must be defined."
        raise TemplateError(msg)
    parameters = body.get("Parameters")
    for name in parameters if isinstance(parameters, dict) else ():
        if not _LOGICAL_ID.fullmatch(str(name)):
            msg = f"Template format error: Parameter name {name} is non alphanumeric."
            raise TemplateError(msg)
    if len(resources) > MAX_RESOURCES:
        msg = f"Template format error: Number of resources, {len(resources)}, is greater than"
        msg += f" maximum allowed, {MAX_RESOURCES}"
        raise TemplateError(msg)


def _check_resource(name: str, resource: Value) -> None:
    if not _LOGICAL_ID.fullmatch(name):
        msg = f"Template format error: Resource name {name} is non alphanumeric."
        raise TemplateError(msg)
    if not isinstance(resource, dict):
        msg = "Template format error: Any Resources member must be an object."
        raise TemplateError(msg)
    if not resource.get("Type"):
        msg = (
            "Template format error: [/Resources/"
            f"{name}] Every Resources object must contain a Type member."
        )
        raise TemplateError(msg)
    unknown = sorted(set(resource) - _RESOURCE_KEYS)
    if unknown:
        msg = f"Invalid template resource property '{unknown[0]}'"
        raise TemplateError(msg)
    for key in ("DeletionPolicy", "UpdateReplacePolicy"):
        policy = resource.get(key, "Delete")
        if policy not in _POLICIES:
            msg = f"Template format error: Unrecognized {key} {policy} for resource {name}"
            raise TemplateError(msg)


def depends_on(resource: Mapping[str, Value]) -> tuple[str, ...]:
    """What DependsOn names: a text or a list."""
    named = resource.get("DependsOn") or ()
    return (named,) if isinstance(named, str) else tuple(named)


def functions(value: Value) -> Iterator[tuple[str, Value]]:
    """Every function in *value*, outermost first, as (name, argument)."""
    if isinstance(value, list):
        for item in value:
            yield from functions(item)
    elif isinstance(value, dict):
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name in {"Ref", "Condition"} or name.startswith("Fn::"):
                yield name, argument
        for item in value.values():
            yield from functions(item)


_PLACE = re.compile(r"\$\{([^!}][^}]*)\}")


def places(text: str) -> tuple[str, ...]:
    """What ``${…}`` in a text of Fn::Sub names; ``${!x}`` stays as it is."""
    return tuple(match.strip() for match in _PLACE.findall(text))


def references(value: Value) -> Iterator[tuple[str, str | None]]:
    """What *value* refers to: (logical id or parameter, attribute or None)."""
    for name, argument in functions(value):
        if name == "Ref":
            yield str(argument), None
        elif name == "Fn::GetAtt":
            logical_id, _, attribute = attribute_of(argument)
            yield logical_id, attribute
        elif name == "Fn::Sub":
            text, own = (argument, {}) if isinstance(argument, str) else argument
            for place in places(text):
                if place not in own:
                    logical_id, dot, attribute = place.partition(".")
                    yield logical_id, attribute if dot else None


def attribute_of(argument: Value) -> tuple[str, str, str]:
    """Fn::GetAtt's argument, ``A.B.C`` or a list, as (A, ".", "B.C")."""
    if isinstance(argument, str):
        return argument.partition(".")
    return str(argument[0]), ".", ".".join(map(str, argument[1:]))


class _Loader(yaml.SafeLoader):
    """YAML 1.1 as CloudFormation reads it: short functions, and dates that stay texts."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _function(loader: _Loader, tag: str, node: yaml.Node) -> Value:
    if isinstance(node, yaml.ScalarNode):
        argument: Value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        argument = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        argument = loader.construct_mapping(node, deep=True)
    else:
        raise yaml.constructor.ConstructorError(None, None, "no value", node.start_mark)
    return {tag if tag in {"Ref", "Condition"} else f"Fn::{tag}": argument}


_Loader.add_multi_constructor("!", _function)
