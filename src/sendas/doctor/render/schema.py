"""The JSON Schema of the report; ``python -m sendas.pages`` writes it again."""

import json

from enum import StrEnum
from typing import Any

from sendas.advice import Applies, Owner
from sendas.doctor.model import Layer, Severity, Status
from sendas.doctor.proof import End, Hop, Way
from sendas.doctor.render.json_document import SCHEMA
from sendas.doctor.render.many import SCHEMA as ALL


FILE_NAME = "doctor.schema.json"
ALL_FILE_NAME = "doctor-all.schema.json"

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_SECONDS = {"type": "integer", "minimum": 0}
_CODE = {"type": "string", "pattern": "^[A-Z]+[0-9]+$"}
_CODE_OR_NOT = {"anyOf": [_CODE, {"type": "null"}]}


def schema() -> dict[str, Any]:
    """What ``sendas doctor --json`` prints, as JSON Schema (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A diagnosis by sendas doctor",
        **_object(
            schema={"const": SCHEMA},
            domain=_TEXT,
            region=_TEXT,
            roots=_said({"type": "array", "items": _CODE, "uniqueItems": True}, _ROOTS),
            not_looked_at=_said(
                {"type": "array", "items": _object(layer=_word(Layer), what=_TEXT, option=_TEXT)},
                "What nobody gave, so that no finding speaks of it; no all-clear covers it.",
            ),
            not_shown=_said(
                {"type": "array", "items": _CODE},
                "With --only: what else fails or could not be looked at; it counts for the exit "
                "status.",
            ),
            findings={"type": "array", "items": {"$ref": "#/$defs/finding"}},
            journeys=_said(
                {"type": "array", "items": {"$ref": "#/$defs/journey"}},
                "What mail that --prove sent showed; empty without it.",
            ),
        ),
        "$defs": {
            "finding": _finding(),
            "evidence": _evidence(),
            "help": _help(),
            "journey": _journey(),
        },
    }


_ROOTS = "The codes of the independent causes, in the order in which to mend them."


def _finding() -> dict[str, Any]:
    return _object(
        code=_said(_CODE, "Stable; `sendas rule CODE` tells all about it."),
        layer=_word(Layer),
        status=_said(
            _word(Status),
            "unknown: could not look. skipped: a need failed. crashed: our rule broke.",
        ),
        severity=_word(Severity),
        owner=_said(_word(Owner), "Who can mend it."),
        title=_said(_TEXT, "What is."),
        cause=_said(_TEXT, "Why it is so; may be empty."),
        evidence={"type": "array", "items": {"$ref": "#/$defs/evidence"}},
        help={"type": "array", "items": {"$ref": "#/$defs/help"}},
        explained_by=_said(_CODE_OR_NOT, "The root that this follows from."),
        skipped_because=_said(_CODE_OR_NOT, "The need that does not hold."),
    )


def _journey() -> dict[str, Any]:
    hop = _object(
        hop=_word(Hop),
        end=_said(_word(End), "unseen: nothing tells whether it passed."),
        seconds=_said({"type": ["number", "null"]}, "Since it was begun, until it was seen."),
        words=_TEXT,
    )
    return _object(
        way=_word(Way),
        began={"type": ["string", "null"], "format": "date-time"},
        entered=_said(_TEXT, "How it was handed over."),
        proven=_said({"type": "boolean"}, "Whether it passed every hop."),
        not_sent=_said(_TEXT, "Why no mail was sent; empty where one was."),
        option=_said(_TEXT, "What would let it be sent; may be empty."),
        hops={"type": "array", "items": hop},
        left=_said(_TEXTS, "What still lies in the bucket because of it."),
    )


def _evidence() -> dict[str, Any]:
    shape = _object(
        asked=_TEXT,
        answer=_TEXT,
        server=_said(_TEXT, "Who answered, where that matters."),
        ttl=_SECONDS,
    )
    return shape | {"required": ["asked", "answer"]}


def _help() -> dict[str, Any]:
    return _object(
        text=_TEXT,
        records=_said(
            _TEXTS, "Zone-file lines; afterwards exactly these stand at their names and types."
        ),
        remove=_said(_TEXTS, "Zone-file lines to take away."),
        commands=_said(_TEXTS, "Shell lines."),
        applies=_said(_word(Applies), "Whether a program may do it: at once, once agreed, never."),
        verify_by=_said(_TEXT, "How to see that it worked; may be empty."),
        wait_seconds=_said(_SECONDS, "How long until it shows."),
    )


def _object(**properties: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _word(words: type[StrEnum]) -> dict[str, Any]:
    return {"enum": [word.value for word in words]}


def _said(shape: dict[str, Any], description: str) -> dict[str, Any]:
    return shape | {"description": description}


def all_schema() -> dict[str, Any]:
    """What ``sendas doctor --json`` prints of all that sendas.toml names."""
    one = schema()
    domain = _object(
        **one["properties"],
        profile=_said({"type": ["string", "null"]}, "Of AWS, where the file names one."),
    )
    return {
        "$schema": one["$schema"],
        "title": "Diagnoses by sendas doctor of every domain in sendas.toml",
        **_object(schema={"const": ALL}, domains={"type": "array", "items": domain}),
        "$defs": one["$defs"],
    }


def all_text() -> str:
    """The file's text."""
    return json.dumps(all_schema(), indent=2) + "\n"


def text() -> str:
    """The file's text."""
    return json.dumps(schema(), indent=2) + "\n"
