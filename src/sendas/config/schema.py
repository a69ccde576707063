"""The file's JSON Schema, for editors: made from `shape`, shipped beside it.

``python -m sendas.pages`` writes it again.
"""

import json

from importlib.resources import files
from typing import Any


FILE_NAME = "sendas.schema.json"


def current() -> str:
    """The schema as it follows from the models of this release."""
    from sendas.config.shape import File  # noqa: PLC0415  pydantic is slow to load

    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sendas.toml",
        **{k: v for k, v in _plain(File.model_json_schema()).items() if k != "title"},
    }
    return json.dumps(schema, indent=2) + "\n"


def shipped() -> str:
    """The schema as it lies in the package."""
    return (files("sendas.config") / FILE_NAME).read_text(encoding="utf-8")


def _plain(node: Any) -> Any:  # noqa: ANN401  JSON
    """Without the titles that pydantic makes of names, and without null, which TOML has not."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _plain(value) for key, value in node.items() if not _is_title(key, value)}
    kinds = [kind for kind in node.get("anyOf", ()) if kind != {"type": "null"}]
    if "anyOf" in node and len(kinds) == 1:
        node.pop("anyOf")
        node = {**kinds[0], **{k: v for k, v in node.items() if v is not None}}
    return node


def _is_title(key: str, value: object) -> bool:
    return key == "title" and isinstance(value, str)
