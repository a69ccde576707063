"""What CloudFormation's registry says of a resource type, as cfn-lint ships it.

The schemas are AWS's own (cfn-lint downloads them from the registry): which
properties there are, which are required, which make a new resource when they
change, which Fn::GetAtt gives, and in which Regions the type is there.
"""

import functools
import importlib.util
import json
import re

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sendas_lab.cloudformation.template import Value


_ALSO_REPLACING = {
    # User guide, "Update requires: Replacement", where the schema is silent.
    "AWS::Route53::RecordSet": frozenset({"Name"}),
    "AWS::SES::ReceiptFilter": frozenset({"Filter"}),
}


@dataclass(frozen=True, slots=True)
class Schema:
    """One type."""

    name: str
    raw: Mapping[str, Value]

    @property
    def properties(self) -> Mapping[str, Value]:
        """Schemas by property name."""
        found: Mapping[str, Value] = self.raw.get("properties", {})
        return found

    @property
    def create_only(self) -> frozenset[str]:
        """Paths (``Rule/Name``) whose change makes a new resource."""
        return self._paths("createOnlyProperties") | _ALSO_REPLACING.get(self.name, frozenset())

    @property
    def read_only(self) -> frozenset[str]:
        """What Fn::GetAtt gives, and no template may set."""
        return frozenset(path.replace("/", ".") for path in self._paths("readOnlyProperties"))

    @property
    def write_only(self) -> frozenset[str]:
        """Paths that nobody can read back: drift there is not seen."""
        return self._paths("writeOnlyProperties")

    @property
    def takes_tags(self) -> bool:
        """Whether the stack's tags are put on it."""
        tagging = self.raw.get("tagging") or {}
        return bool(tagging.get("taggable")) and tagging.get("tagProperty") == "/properties/Tags"

    def _paths(self, key: str) -> frozenset[str]:
        return frozenset(path.removeprefix("/properties/") for path in self.raw.get(key) or ())

    def resolved(self, schema: Mapping[str, Value]) -> Mapping[str, Value]:
        """*schema* with its ``$ref`` followed."""
        while "$ref" in schema:
            schema = functools.reduce(
                lambda at, key: at[key], schema["$ref"].removeprefix("#/").split("/"), self.raw
            )
        return schema


def _home() -> Path:
    """Where cfn-lint keeps its data, without importing cfn-lint (0.4 s)."""
    found = importlib.util.find_spec("cfnlint")
    if found is None or not found.submodule_search_locations:
        msg = "the lab's CloudFormation needs cfn-lint; install sendas[lab]"
        raise RuntimeError(msg)
    return Path(found.submodule_search_locations[0]) / "data" / "schemas"


@functools.cache
def _types(region: str) -> Mapping[str, str]:
    place = _home() / "providers" / f"{region}.json"
    if not place.exists():
        place = _home() / "providers" / "us-east-1.json"
    found: Mapping[str, str] = json.loads(place.read_text("utf-8"))
    return found


@functools.cache
def schema_of(name: str, region: str) -> Schema | None:
    """The type's schema; None if the Region has no such type."""
    file = _types(region).get(name)
    if file is None:
        return None
    return Schema(name, json.loads((_home() / "resources" / f"{file}.json").read_text("utf-8")))


# Coercion -----------------------------------------------------------------


def coerced(value: Value, schema: Schema, at: Mapping[str, Value] | None = None) -> Value:
    """*value* with texts and numbers turned into what the schema wants, as CloudFormation does."""
    at = schema.resolved(schema.raw if at is None else at)
    if isinstance(value, dict):
        inner = at.get("properties", {})
        return {
            key: coerced(item, schema, inner[key]) if key in inner else item
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [coerced(item, schema, at.get("items", {})) for item in value]
    return _scalar(value, _kinds(at))


def _kinds(at: Mapping[str, Value]) -> tuple[str, ...]:
    kinds = at.get("type", ())
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


def _scalar(value: Value, kinds: tuple[str, ...]) -> Value:
    if isinstance(value, str):
        return _from_text(value, kinds)
    if kinds == ("string",) and isinstance(value, bool):
        return "true" if value else "false"
    if kinds == ("string",) and isinstance(value, (int, float)):
        return str(value)
    return value


def _from_text(value: str, kinds: tuple[str, ...]) -> Value:
    if kinds == ("boolean",) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if kinds == ("integer",) and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kinds == ("number",) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    return value


# Checking -----------------------------------------------------------------


def mistakes(value: Value, schema: Schema) -> list[str]:
    """Everything wrong with a resource's properties, in CloudFormation's words."""
    return list(_mistakes(value, schema, schema.raw, "#"))


def _mistakes(value: Value, schema: Schema, at: Mapping[str, Value], path: str) -> Iterator[str]:
    at = schema.resolved(at)
    kinds = _kinds(at)
    if kinds and not any(_is(value, kind) for kind in kinds):
        yield f"{path}: expected type: {kinds[0].title()}, found: {_found(value)}"
        return
    if isinstance(value, dict):
        yield from _object_mistakes(value, schema, at, path)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _mistakes(item, schema, at.get("items", {}), f"{path}/{place}")
    else:
        yield from _scalar_mistakes(value, at, path)


def _object_mistakes(
    value: Mapping[str, Value], schema: Schema, at: Mapping[str, Value], path: str
) -> Iterator[str]:
    for name in at.get("required", ()):
        if name not in value:
            yield f"{path}: required key [{name}] not found"
    inner = at.get("properties", {})
    read_only = schema.read_only if path == "#" else frozenset()
    for name, item in value.items():
        if name in read_only:
            yield f"{path}: Encountered unsupported properties in [{name}]"
        elif name in inner:
            yield from _mistakes(item, schema, inner[name], f"{path}/{name}")
        elif inner and at.get("additionalProperties") is False and not _patterned(name, at):
            yield f"{path}: extraneous key [{name}] is not permitted"


def _patterned(name: str, at: Mapping[str, Value]) -> bool:
    return any(re.search(pattern, name) for pattern in at.get("patternProperties", {}))


def _scalar_mistakes(value: Value, at: Mapping[str, Value], path: str) -> Iterator[str]:
    if "enum" in at and value not in at["enum"]:
        yield f"{path}: {value} is not a valid enum value"
    if isinstance(value, str):
        if "pattern" in at and not _fits(at["pattern"], value):
            yield f"{path}: failed validation constraint for keyword [pattern]"
        if len(value) > at.get("maxLength", len(value)):
            yield f"{path}: failed validation constraint for keyword [maxLength]"
        if len(value) < at.get("minLength", 0):
            yield f"{path}: failed validation constraint for keyword [minLength]"
    elif not isinstance(value, bool) and value is not None:
        for keyword, wrong in (("minimum", value.__lt__), ("maximum", value.__gt__)):
            if keyword in at and wrong(type(value)(at[keyword])):
                yield f"{path}: failed validation constraint for keyword [{keyword}]"


def _fits(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True  # a dialect Python does not read: the service itself will say


_PYTHON: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def _is(value: Value, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _PYTHON.get(kind, (object,)))


def _found(value: Value) -> str:
    names = {dict: "JSONObject", list: "JSONArray", str: "String", bool: "Boolean", int: "Integer"}
    return names.get(type(value), type(value).__name__)
