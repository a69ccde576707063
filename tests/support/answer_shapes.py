"""Answers on the wire against botocore's output shapes: extra, missing, of another type.  Pure.

botocore drops what its model does not name and takes what lacks for absent, so that no
SDK says when an answer is not AWS's; here the bytes are read.  Oracle: botocore's models.
"""

import json
import re

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from botocore.model import OperationModel, Shape


_NUMBERS = frozenset({"float", "double"})
_INTEGERS = frozenset({"integer", "long"})
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def faults(model: OperationModel, protocol: str, body: bytes) -> list[str]:
    """What is wrong with the body of a success: ``Member/0/Name: extra`` and so on."""
    shape = model.output_shape
    if shape is None:
        return [] if not body.strip() or protocol not in {"json", "rest-json"} else _empty(body)
    payload = shape.serialization.get("payload")
    if payload is not None:
        shape = shape.members[payload]
        if shape.type_name in {"blob", "string"}:
            return []
    if protocol in {"json", "rest-json"}:
        return list(_json(shape, json.loads(body or b"{}"), ""))
    if not body.strip():
        required = [n for n in shape.required_members if not _elsewhere(shape.members[n])]
        return [f"/{name}: missing" for name in required]
    root = ET.fromstring(body)  # noqa: S314  the lab's own
    wrapper = shape.serialization.get("resultWrapper")
    if wrapper:
        # In XML over REST the root is the wrapper, in the query protocol what is in it.
        found = next((one for one in (root, *root) if _tag(one) == wrapper), None)
        return [f"{wrapper}: missing"] if found is None else list(_xml(shape, found, ""))
    return list(_xml(shape, root, "", ignore=frozenset({"ResponseMetadata"})))


def _empty(body: bytes) -> list[str]:
    told = json.loads(body)
    return [f"/{name}: extra" for name in told] if isinstance(told, dict) else ["/: not empty"]


def _elsewhere(member: Shape) -> bool:
    """Whether a member is told in a header or the status."""
    return "location" in member.serialization


def _name(name: str, member: Shape) -> str:
    return str(member.serialization.get("name", name))


# JSON ----------------------------------------------------------------------------


def _json(shape: Shape, value: Any, place: str) -> Iterator[str]:  # noqa: ANN401  any JSON
    if value is None:
        yield f"{place or '/'}: null"
        return
    match shape.type_name:
        case "structure" if shape.metadata.get("document"):
            return
        case "structure":
            yield from _json_structure(shape, value, place)
        case "list" if isinstance(value, list):
            for number, one in enumerate(value):
                yield from _json(shape.member, one, f"{place}/{number}")
        case "map" if isinstance(value, dict):
            for key, one in value.items():
                yield from _json(shape.value, one, f"{place}/{key}")
        case "list" | "map" as kind:
            yield f"{place}: no {kind}"
        case kind:
            if not _is_json(kind, shape, value):
                yield f"{place}: {type(value).__name__} for {kind}"


def _json_structure(shape: Shape, value: Any, place: str) -> Iterator[str]:  # noqa: ANN401  the same
    if not isinstance(value, dict):
        yield f"{place or '/'}: no structure"
        return
    members = {
        _name(name, member): member
        for name, member in shape.members.items()
        if not _elsewhere(member)
    }
    for name, one in value.items():
        if name in members:
            yield from _json(members[name], one, f"{place}/{name}")
        else:
            yield f"{place}/{name}: extra"
    for name in shape.required_members:
        member = shape.members[name]
        if not _elsewhere(member) and _name(name, member) not in value:
            yield f"{place}/{name}: missing"


def _is_json(kind: str, shape: Shape, value: Any) -> bool:  # noqa: ANN401  the same
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in _INTEGERS:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in _NUMBERS:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "timestamp":
        if shape.serialization.get("timestampFormat") == "iso8601":
            return isinstance(value, str) and bool(_ISO.fullmatch(value))
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


# XML -----------------------------------------------------------------------------


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _xml(
    shape: Shape, element: ET.Element, place: str, ignore: frozenset[str] = frozenset()
) -> Iterator[str]:
    match shape.type_name:
        case "structure":
            yield from _xml_structure(shape, element, place, ignore)
        case "list":
            name = shape.member.serialization.get("name", "member")
            for number, one in enumerate(element):
                if _tag(one) != name:
                    yield f"{place}/{_tag(one)}: extra"
                else:
                    yield from _xml(shape.member, one, f"{place}/{number}")
        case "map":
            for entry in element:
                yield from _xml_entry(shape, entry, place)
        case kind:
            text = element.text or ""
            if len(element) or not _is_xml(kind, text):
                yield f"{place}: {text!r} for {kind}"


def _xml_structure(
    shape: Shape, element: ET.Element, place: str, ignore: frozenset[str]
) -> Iterator[str]:
    members = dict(_xml_members(shape))
    seen = set()
    for one in element:
        wire = _tag(one)
        seen.add(wire)
        if wire in ignore:
            continue
        if wire not in members:
            yield f"{place}/{wire}: extra"
            continue
        member, flat = members[wire]
        if flat and member.type_name == "list":
            yield from _xml(member.member, one, f"{place}/{wire}")
        elif flat and member.type_name == "map":
            yield from _xml_entry(member, one, f"{place}/{wire}")
        else:
            yield from _xml(member, one, f"{place}/{wire}")
    for name in shape.required_members:
        wire = next((w for w, (m, _) in members.items() if m is shape.members[name]), None)
        lists = shape.members[name].type_name in {"list", "map"}
        if wire is not None and wire not in seen and not lists:
            yield f"{place}/{wire}: missing"


def _xml_members(shape: Shape) -> Iterator[tuple[str, tuple[Shape, bool]]]:
    """Tag, and the member with whether it is flattened."""
    for name, member in shape.members.items():
        if _elsewhere(member) or member.serialization.get("xmlAttribute"):
            continue
        flat = bool(member.serialization.get("flattened"))
        wire = _name(name, member)
        if flat and member.type_name == "list" and "name" not in member.serialization:
            wire = str(member.member.serialization.get("name", name))
        yield wire, (member, flat)


def _xml_entry(shape: Shape, entry: ET.Element, place: str) -> Iterator[str]:
    names = (
        shape.key.serialization.get("name", "key"),
        shape.value.serialization.get("name", "value"),
    )
    tags = [_tag(one) for one in entry]
    if tags != list(names):
        yield f"{place}: entry of {tags}"
        return
    yield from _xml(shape.value, entry[1], f"{place}/{entry[0].text}")


def _is_xml(kind: str, text: str) -> bool:
    if kind == "boolean":
        return text in {"true", "false"}
    if kind in _INTEGERS:
        return bool(re.fullmatch(r"-?\d+", text))
    if kind in _NUMBERS:
        return bool(re.fullmatch(r"-?\d+(\.\d+)?(E-?\d+)?", text))
    if kind == "timestamp":
        return bool(_ISO.fullmatch(text))
    return True
