"""The JSON Schema of the inventory; ``python -m sendas.pages`` writes it again."""

import json

from enum import StrEnum
from typing import Any

from sendas.credentials.decide.listed import SCHEMA
from sendas.iam.credential_verdict import CredentialVerdict as Verdict
from sendas.iam.key_acts import Act
from sendas.iam.principal import Kind


FILE_NAME = "credentials.schema.json"

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_FLAG = {"type": "boolean"}
_TIME = {"type": "string", "format": "date-time"}
_UNKNOWN = {
    "description": "It could not be looked at, and why.",
    "type": "object",
    "properties": {"unknown": _TEXT},
    "required": ["unknown"],
    "additionalProperties": False,
}


def schema() -> dict[str, Any]:
    """What ``sendas credentials list --json`` prints, as JSON Schema (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What can send in an AWS account, by sendas credentials list",
        **_object(
            schema={"const": SCHEMA},
            account=_TEXT,
            at=_TIME,
            mail_known=_said(_TEXT, "What of sent mail is known, and until when; for people."),
            regions=_said(_TEXTS, "Where identities were looked for."),
            credentials=_or_unknown(_many("credential")),
            root_key=_said(_or_unknown(_FLAG), "Whether root has an access key."),
            other_accounts=_or_unknown(_many("foreign")),
            acts=_said(_or_unknown(_many("act")), "Of 90 days, as far as CloudTrail looks back."),
            could_not_look=_TEXTS,
        ),
        "$defs": {
            "credential": _credential(),
            "foreign": _object(
                identity=_TEXT, region=_TEXT, principals=_TEXTS, policy=_TEXT, conditions=_TEXTS
            ),
            "act": _object(
                act=_word(Act),
                key=_TEXT,
                user=_TEXT,
                at=_TIME,
                by=_TEXT,
                source_ip=_TEXT,
                user_agent=_TEXT,
                status=_TEXT,
            ),
            "way": _object(
                identity=_TEXT, region=_TEXT, addresses=_TEXTS, smtp=_FLAG, needs=_TEXT
            ),
            "sighting": _sighting(),
            "unknown": _UNKNOWN,
        },
    }


def _credential() -> dict[str, Any]:
    return _object(
        kind=_word(Kind),
        name=_TEXT,
        arn=_TEXT,
        verdicts=_said(
            {"type": "array", "items": _word(Verdict), "uniqueItems": True},
            "Empty where nothing is wrong but something could not be looked at.",
        ),
        remarks={
            "type": "array",
            "items": _object(verdict=_word(Verdict), words=_TEXT),
        },
        could_not_look=_TEXTS,
        key=_or_unknown(
            _object(
                id=_TEXT,
                active=_FLAG,
                created=_or_null(_TIME),
                last_used=_or_unknown(
                    _or_null(_object(at=_TIME, service=_TEXT, region=_TEXT)),
                ),
            ),
            {"type": "null"},
        ),
        sends=_or_unknown(_many("way")),
        beyond_sending=_or_unknown(_TEXTS),
        mailbox=_or_null(_TEXT),
        password=_or_unknown(
            _or_null(
                _object(secret=_TEXT, region=_TEXT, stage=_enum("current", "pending", "previous"))
            )
        ),
        holders={
            "type": "array",
            "items": _object(name=_TEXT, seen_at=_or_null(_TIME), how=_TEXT),
        },
        trusted=_said(_TEXTS, "Of a role: who may take it on."),
        seen=_said(_or_unknown(_many("sighting")), "Mails of its user, alike ones as one."),
        acts=_or_unknown(_many("act")),
    )


def _sighting() -> dict[str, Any]:
    names = ("network", "source_ip", "user_agent", "operation", "stream", "from")
    words = dict.fromkeys(names, _TEXT)
    count = {"type": "integer", "minimum": 1}
    return _object(**words, first=_TIME, last=_TIME, mails=count)


def _object(**properties: Any) -> dict[str, Any]:  # noqa: ANN401  JSON Schema is any JSON
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _many(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}


def _word(words: type[StrEnum]) -> dict[str, Any]:
    return _enum(*(word.value for word in words))


def _enum(*words: str) -> dict[str, Any]:
    return {"enum": list(words)}


def _or_null(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, {"type": "null"}]}


def _or_unknown(*ones: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [*ones, {"$ref": "#/$defs/unknown"}]}


def _said(one: dict[str, Any], words: str) -> dict[str, Any]:
    return {"description": words, **one}


def text() -> str:
    """The file's content."""
    return json.dumps(schema(), indent=2) + "\n"
